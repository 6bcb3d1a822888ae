package bench.micro;

import static trale.Async.await;

import java.util.concurrent.CompletableFuture;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/// A task goes to the back of the run-queue, in which it is alone, and comes round again.
public class YieldNow {
    private static final int TIMES = 100_000;

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void trale(Peers.Trale trale) {
        trale.executor.submit(() -> {
            var yield = new Yield();
            for (int i = 0; i < TIMES; i++) {
                await(yield);
            }
        }).join();
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void kotlin(Peers.Kotlin kotlin) {
        kotlin.peer.yields(TIMES);
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void virtualThreads() throws InterruptedException {
        Thread.startVirtualThread(() -> {
            for (int i = 0; i < TIMES; i++) {
                Thread.yield();
            }
        }).join();
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void completableFuture(Peers.SingleThread single) {
        Repeat.run(TIMES, single.executor, next -> CompletableFuture.runAsync(next, single.executor));
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void netty(Peers.Netty netty) {
        Repeat.run(TIMES, netty.loop, netty.loop::execute);
    }
}
