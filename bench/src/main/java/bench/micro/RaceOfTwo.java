package bench.micro;

import static trale.Async.await;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import trale.Future;
import trale.Poll;

/// A body awaits the first of two futures that are ready: two tasks, of which one ends and the other is cancelled.
public class RaceOfTwo {
    private static final int TIMES = 100_000;
    private static final Poll<Integer> READY = Poll.ready(1);

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void trale(Peers.Trale trale) {
        trale.executor.submit(() -> {
            for (int i = 0; i < TIMES; i++) {
                await(Future.<Integer>race(cx -> READY, cx -> READY));
            }
        }).join();
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void kotlin(Peers.Kotlin kotlin) {
        kotlin.peer.races(TIMES);
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void virtualThreads() throws InterruptedException {
        Peers.onVirtualThread(() -> Structured.races(TIMES));
    }
}
