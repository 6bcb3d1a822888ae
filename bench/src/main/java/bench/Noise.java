package bench;

import java.util.Arrays;

/// How steady the machine is, by doing the same work again and again: on one that has nothing else to do it always takes
/// the same time.
final class Noise {
    private static final int WARM_UP = 100;
    private static final int TIMES = 400;

    private static volatile long result = 1; // so that the work has to be done

    private Noise() {}

    /// {@return a sentence}
    static String text() {
        var nanos = new long[TIMES];
        for (int i = -WARM_UP; i < TIMES; i++) {
            long start = System.nanoTime();
            work();
            if (i >= 0) {
                nanos[i] = System.nanoTime() - start;
            }
        }
        Arrays.sort(nanos);
        return "noise of the machine: the same %.1f ms of work took %.2f times as long in the median, %.2f times at the 99th percentile"
                .formatted(nanos[0] / 1e6, (double) nanos[TIMES / 2] / nanos[0], (double) nanos[TIMES * 99 / 100] / nanos[0]);
    }

    private static void work() {
        long x = result;
        for (int i = 0; i < 400_000; i++) { // Marsaglia's xorshift, which no compiler makes shorter
            x ^= x << 13;
            x ^= x >>> 7;
            x ^= x << 17;
        }
        result = x;
    }
}
