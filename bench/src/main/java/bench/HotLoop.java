package bench;

import static trale.Async.async;
import static trale.Async.await;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import trale.Executor;
import trale.Future;
import trale.Poll;

/// What a hot loop costs when it stands in an async body: the best of many rounds, in nanoseconds an iteration.
///
/// | | |
/// |---|---|
/// | plain | the loop in a method |
/// | await in the loop | the same with an await in it, which is pending once in 65,536 iterations |
/// | loop in a method | a loop in a method for 65,536 iterations, around it one in the body with the await |
///
/// `java -cp core/target/classes:bench/target/classes bench.HotLoop`
final class HotLoop {
    private static final int ITERATIONS = 1 << 22;
    private static final int PART = 1 << 16;

    private HotLoop() {}

    private static Future<Integer> pending() {
        var polled = new boolean[1];
        return cx -> {
            if (polled[0]) return Poll.ready(1);
            polled[0] = true;
            cx.waker().wake();
            return Poll.pending();
        };
    }

    private static long step(long h, int i, int[] table) {
        return h + (table[i & 1023] ^ i);
    }

    private static long plain(int[] table) {
        long h = 0;
        for (int i = 0; i < ITERATIONS; i++) {
            h = step(h, i, table);
            if ((i & PART - 1) == 0) h += 1;
        }
        return h;
    }

    private static long awaiting(int[] table) {
        return Executor.blockOn(() -> {
            long h = 0;
            for (int i = 0; i < ITERATIONS; i++) {
                h = step(h, i, table);
                if ((i & PART - 1) == 0) h += await(pending());
            }
            return h;
        });
    }

    private static long part(long h, int from, int[] table) {
        for (int i = from; i < from + PART; i++) h = step(h, i, table);
        return h;
    }

    private static long split(int[] table) {
        return Executor.blockOn(async(() -> {
            long h = 0;
            for (int i = 0; i < ITERATIONS; i += PART) h = part(h, i, table) + await(pending());
            return h;
        }));
    }

    /// In turns, so that noise on the machine meets them all.
    private static double[] best(List<Callable<Long>> loops) throws Exception {
        double[] best = new double[loops.size()];
        Arrays.fill(best, Double.MAX_VALUE);
        for (int round = 0; round < 150; round++)
            for (int i = 0; i < best.length; i++) {
                long start = System.nanoTime();
                loops.get(i).call();
                best[i] = Math.min(best[i], (double) (System.nanoTime() - start) / ITERATIONS);
            }
        return best;
    }

    static void main() throws Exception {
        int[] table = new int[1024];
        for (int i = 0; i < table.length; i++) table[i] = i * 7919;
        double[] best = best(List.of(() -> plain(table), () -> awaiting(table), () -> split(table)));
        var names = List.of("plain", "await in the loop", "loop in a method");
        for (int i = 0; i < best.length; i++) IO.println("%-18s %.2f ns  %.2f x".formatted(names.get(i), best[i], best[i] / best[0]));
    }
}
