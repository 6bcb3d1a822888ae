package bench.micro;

import static trale.Async.await;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import trale.Executor;
import trale.watch.Recordings;
import trale.watch.Watch;

/// A poll of a task that yields: its wake, its place in the run-queue, the poll. On an executor that was never watched; on one that was
/// watched before; on one whose events a [Watch] takes down: a wake, a poll, and a pend, three events; on one whose events are only
/// recorded: they stay in the ring, so that is what the executor's thread alone pays.
public class Watched {
    private static final int TIMES = 100_000;

    @State(Scope.Benchmark)
    public static class Never extends Peers.Trale {}

    @State(Scope.Benchmark)
    public static class Before extends Peers.Trale {
        public Before() {
            try (var watch = Watch.of(executor)) {
                yields(executor);
                watch.resume();
            }
        }
    }

    @State(Scope.Benchmark)
    public static class Now {
        final Executor executor = Executor.builder().name("bench").build();
        private final Watch watch = Watch.of(executor);

        @TearDown
        public void close() {
            watch.close();
            executor.close();
        }
    }

    @State(Scope.Benchmark)
    public static class Recorded extends Peers.Trale {
        public Recorded() {
            new Recordings().begin(executor, "bench");
        }
    }

    private static void yields(Executor executor) {
        executor.submit(() -> {
            var yield = new Yield();
            for (int i = 0; i < TIMES; i++) {
                await(yield);
            }
        }).join();
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void trale(Never never) {
        yields(never.executor);
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void traleWatchedBefore(Before before) {
        yields(before.executor);
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void traleRecorded(Recorded recorded) {
        yields(recorded.executor);
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void traleWatched(Now now) {
        yields(now.executor);
    }
}
