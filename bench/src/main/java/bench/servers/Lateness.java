package bench.servers;

import java.util.Arrays;

/// How late a timer of 5 ms was, time and again. One thread at a time uses it.
final class Lateness {
    static final int PERIOD_MILLIS = 5;
    private static final int MOST = 100_000;

    private final long[] nanos = new long[MOST];
    private int count;
    private long due = System.nanoTime();

    /// The timer begins.
    void set() {
        due = System.nanoTime() + PERIOD_MILLIS * 1_000_000L;
    }

    /// It has gone off.
    void gone() {
        if (count < MOST) nanos[count++] = Math.max(0, System.nanoTime() - due);
    }

    /// {@return `p50 p99 max` in microseconds, of the times since the last call} A timer that is due and has not gone off counts, too, with
    /// the time so far.
    String text() {
        if (System.nanoTime() - due > 0) gone();
        var sorted = Arrays.copyOf(nanos, Math.max(1, count));
        Arrays.sort(sorted);
        count = 0;
        return sorted[sorted.length / 2] / 1000 + " " + sorted[sorted.length * 99 / 100] / 1000 + " " + sorted[sorted.length - 1] / 1000;
    }
}
