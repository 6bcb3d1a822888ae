package bench.micro;

import static trale.Async.await;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import trale.Async;
import trale.Scope;

/// A body forks a child of its scope, which returns at once; every hundredth time it lets the children run.
public class ForkEnd {
    private static final int TIMES = 100_000;

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void trale(Peers.Trale trale) {
        trale.executor.submit(Scope.run(scope -> {
            for (int i = 0; i < TIMES; i++) {
                scope.fork(() -> 1);
                if (i % 100 == 0) {
                    await(Async.yieldNow());
                }
            }
        })).join();
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void kotlin(Peers.Kotlin kotlin) {
        kotlin.peer.forks(TIMES);
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void virtualThreads() throws InterruptedException {
        Peers.onVirtualThread(() -> Structured.forks(TIMES));
    }
}
