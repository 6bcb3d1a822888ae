package bench.micro;

import static trale.Async.await;

import java.time.Duration;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import trale.time.Timer;

/// A body awaits with a time-out what comes a turn later: the timer is set, and cancelled. A turn is [YieldNow].
public class TimeoutNotHit {
    private static final int TIMES = 100_000;
    private static final Duration HOUR = Duration.ofHours(1);

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void trale(Peers.Trale trale) {
        trale.executor.submit(() -> {
            for (int i = 0; i < TIMES; i++) {
                await(Timer.timeout(HOUR, new Yield()));
            }
        }).join();
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void kotlin(Peers.Kotlin kotlin) {
        kotlin.peer.timeouts(TIMES, HOUR.toMillis());
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void virtualThreads() throws InterruptedException {
        Peers.onVirtualThread(() -> Structured.timeouts(TIMES, HOUR));
    }
}
