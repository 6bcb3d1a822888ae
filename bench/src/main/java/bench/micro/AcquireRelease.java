package bench.micro;

import static trale.Async.async;
import static trale.Async.await;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import trale.sync.Semaphore;

/// A task acquires a permit that is free, and gives it back.
public class AcquireRelease {
    private static final int TIMES = 100_000;

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void trale(Peers.Trale trale) {
        var semaphore = new Semaphore(1);
        trale.executor.submit(async(() -> {
            for (int i = 0; i < TIMES; i++) {
                try (var _ = await(semaphore.acquire())) {
                    // nothing to do inside
                }
            }
        })).join();
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void kotlin(Peers.Kotlin kotlin) {
        kotlin.peer.acquires(TIMES);
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void virtualThreads() throws InterruptedException {
        var semaphore = new java.util.concurrent.Semaphore(1, true);
        Thread.ofVirtual().start(() -> {
            for (int i = 0; i < TIMES; i++) {
                semaphore.acquireUninterruptibly();
                semaphore.release();
            }
        }).join();
    }
}
