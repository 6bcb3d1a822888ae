package bench.micro;

import static trale.Async.await;

import java.util.concurrent.CompletableFuture;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import trale.Executor;

/// A task spawns another one on its own executor and awaits its result.
public class SpawnAwait {
    private static final int TIMES = 100_000;

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void trale(Peers.Trale trale) {
        trale.executor.submit(() -> {
            for (int i = 0; i < TIMES; i++) {
                await(Executor.spawn(() -> 1));
            }
        }).join();
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void kotlin(Peers.Kotlin kotlin) {
        kotlin.peer.spawnAndAwait(TIMES);
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void virtualThreads() throws InterruptedException {
        Thread.startVirtualThread(() -> {
            try {
                for (int i = 0; i < TIMES; i++) {
                    Thread.startVirtualThread(() -> {}).join();
                }
            } catch (InterruptedException e) {
                throw new AssertionError("nothing interrupts", e);
            }
        }).join();
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void completableFuture(Peers.SingleThread single) {
        Repeat.run(TIMES, single.executor, next ->
                CompletableFuture.supplyAsync(() -> 1, single.executor).thenAccept(one -> next.run()));
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void netty(Peers.Netty netty) {
        Repeat.run(TIMES, netty.loop, next -> netty.loop.submit(() -> 1).addListener(one -> next.run()));
    }
}
