package bench.micro;

import java.util.concurrent.CompletableFuture;
import org.openjdk.jmh.annotations.Benchmark;

/// A thread outside spawns a task and blocks until it has the result: there and back between two threads.
public class SpawnJoin {

    @Benchmark
    public int trale(Peers.Trale trale) {
        return trale.executor.submit(() -> 1).join();
    }

    @Benchmark
    public int kotlin(Peers.Kotlin kotlin) {
        return kotlin.peer.spawnAndJoin();
    }

    @Benchmark
    public void virtualThreads() throws InterruptedException {
        Thread.startVirtualThread(() -> {}).join();
    }

    @Benchmark
    public int completableFuture(Peers.SingleThread single) {
        return CompletableFuture.supplyAsync(() -> 1, single.executor).join();
    }

    @Benchmark
    public int netty(Peers.Netty netty) throws Exception {
        return netty.loop.submit(() -> 1).get();
    }
}
