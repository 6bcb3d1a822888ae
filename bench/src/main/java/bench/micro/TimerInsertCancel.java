package bench.micro;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import trale.Context;
import trale.Future;
import trale.Poll;
import trale.time.Timer;

/// What a time-out costs that never fires: a sleep begins and is dropped, among others that sleep.
public class TimerInsertCancel {
    private static final int TIMES = 10_000;
    private static final long NANOS = 1_000_000; // a millisecond

    /// Deadlines anywhere between one hour and two, as random numbers of a fixed seed.
    @State(Scope.Benchmark)
    public static class Deadlines {
        @Param("0")
        int others;

        final long[] millis = new SplittableRandom(1).longs(TIMES, 3_600_000, 7_200_000).toArray();

        long[] ofOthers() {
            return new SplittableRandom(2).longs(others, 3_600_000, 7_200_000).toArray();
        }
    }

    @State(Scope.Benchmark)
    public static class TraleTimers {
        @Setup
        public void start(Peers.Trale trale, Deadlines deadlines) {
            for (var millis : deadlines.ofOthers()) {
                trale.executor.submit(Timer.sleep(Duration.ofMillis(millis)));
            }
        }
    }

    @State(Scope.Benchmark)
    public static class KotlinTimers {
        @Setup
        public void start(Peers.Kotlin kotlin, Deadlines deadlines) {
            kotlin.peer.sleepers(deadlines.ofOthers());
        }
    }

    @State(Scope.Benchmark)
    public static class VirtualThreadTimers {
        @Setup
        public void start(Deadlines deadlines) {
            for (var millis : deadlines.ofOthers()) {
                Thread.startVirtualThread(() -> LockSupport.parkNanos(millis * NANOS));
            }
        }
    }

    @State(Scope.Benchmark)
    public static class CompletableFutureTimers {
        @Setup
        public void start(Deadlines deadlines) {
            for (var millis : deadlines.ofOthers()) {
                new CompletableFuture<Void>().orTimeout(millis, TimeUnit.MILLISECONDS);
            }
        }
    }

    @State(Scope.Benchmark)
    public static class NettyTimers {
        @Setup
        public void start(Peers.Netty netty, Deadlines deadlines) {
            for (var millis : deadlines.ofOthers()) {
                netty.loop.schedule(() -> {}, millis, TimeUnit.MILLISECONDS);
            }
        }
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void trale(Peers.Trale trale, TraleTimers others, Deadlines deadlines) {
        trale.executor.submit(new InsertAndCancel(deadlines.millis)).join();
    }

    /// Polls a sleep once, as an await does, and gives it up.
    private record InsertAndCancel(long[] millis) implements Future<Void> {
        @Override
        public Poll<Void> poll(Context cx) throws Exception {
            for (var m : millis) {
                var sleep = Timer.sleep(Duration.ofMillis(m));
                sleep.poll(cx);
                sleep.drop();
            }
            return Poll.ready(null);
        }
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void kotlin(Peers.Kotlin kotlin, KotlinTimers others, Deadlines deadlines) {
        kotlin.peer.insertAndCancel(deadlines.millis);
    }

    /// Only a thread can wait, and only another one can end that, so each time contains a switch there and back.
    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void virtualThreads(VirtualThreadTimers others, Deadlines deadlines) throws InterruptedException {
        var waiting = Thread.startVirtualThread(() -> {
            for (var millis : deadlines.millis) {
                LockSupport.parkNanos(millis * NANOS);
            }
        });
        Thread.startVirtualThread(() -> {
            while (waiting.isAlive()) {
                LockSupport.unpark(waiting);
                Thread.yield();
            }
        }).join();
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void completableFuture(CompletableFutureTimers others, Deadlines deadlines) {
        for (var millis : deadlines.millis) {
            new CompletableFuture<Void>().orTimeout(millis, TimeUnit.MILLISECONDS).complete(null);
        }
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void netty(Peers.Netty netty, NettyTimers others, Deadlines deadlines) throws Exception {
        netty.loop.submit(() -> {
            for (var millis : deadlines.millis) {
                netty.loop.schedule(() -> {}, millis, TimeUnit.MILLISECONDS).cancel(false);
            }
        }).get();
    }
}
