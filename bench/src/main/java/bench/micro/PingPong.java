package bench.micro;

import static trale.Async.await;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/// Two tasks of one executor that wake each other in turn; a round trip is two wakes.
public class PingPong {
    private static final int TIMES = 100_000;

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void trale(Peers.Trale trale) {
        var ping = new TraleSignal();
        var pong = new TraleSignal();
        trale.executor.submit(() -> {
            for (int i = 0; i < TIMES; i++) {
                await(ping);
                pong.set();
            }
        });
        trale.executor.submit(() -> {
            for (int i = 0; i < TIMES; i++) {
                ping.set();
                await(pong);
            }
        }).join();
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void kotlin(Peers.Kotlin kotlin) {
        kotlin.peer.pingPong(TIMES);
    }

    /// A flag that one thread sets and the other one parks for.
    private static final class Flag {
        private volatile boolean set;

        void await() {
            while (!set) {
                LockSupport.park(this);
            }
            set = false;
        }

        void set(Thread waiter) {
            set = true;
            LockSupport.unpark(waiter);
        }
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void virtualThreads() throws InterruptedException {
        var ping = new Flag();
        var pong = new Flag();
        var threads = new Thread[2];
        threads[0] = Thread.ofVirtual().unstarted(() -> {
            for (int i = 0; i < TIMES; i++) {
                ping.await();
                pong.set(threads[1]);
            }
        });
        threads[1] = Thread.ofVirtual().unstarted(() -> {
            for (int i = 0; i < TIMES; i++) {
                ping.set(threads[0]);
                pong.await();
            }
        });
        threads[0].start();
        threads[1].start();
        threads[1].join();
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void completableFuture(Peers.SingleThread single) {
        Repeat.run(TIMES, single.executor, next -> {
            var ping = new CompletableFuture<Void>();
            var pong = new CompletableFuture<Void>();
            ping.thenRunAsync(() -> pong.complete(null), single.executor);
            pong.thenRunAsync(next, single.executor);
            ping.complete(null);
        });
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void netty(Peers.Netty netty) {
        Repeat.run(TIMES, netty.loop, next -> netty.loop.execute(() -> netty.loop.execute(next)));
    }
}
