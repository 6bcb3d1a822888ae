package bench.micro;

import static trale.Async.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// One task wakes a thousand waiting ones of its own executor, then lets them run: the wake, the way through the
/// run-queue, and the poll of a body that at once waits again.
public class SameThreadWake {
    private static final int TASKS = 1_000;
    private static final int ROUNDS = 100;

    @State(Scope.Benchmark)
    public static class TraleTasks {
        private final List<TraleSignal> signals = new ArrayList<>();

        @Setup
        public void start(Peers.Trale trale) {
            for (int i = 0; i < TASKS; i++) {
                var signal = new TraleSignal();
                signals.add(signal);
                trale.executor.submit(() -> {
                    while (true) {
                        await(signal);
                    }
                });
            }
        }
    }

    @State(Scope.Benchmark)
    public static class KotlinTasks {
        private KotlinPeer.Wakers tasks;

        @Setup
        public void start(Peers.Kotlin kotlin) {
            tasks = kotlin.peer.wakers(TASKS);
        }
    }

    @State(Scope.Benchmark)
    public static class VirtualThreads {
        private final List<Thread> threads = new ArrayList<>();

        @Setup
        public void start() {
            for (int i = 0; i < TASKS; i++) {
                threads.add(Thread.startVirtualThread(() -> {
                    while (true) {
                        LockSupport.park();
                    }
                }));
            }
        }
    }

    @Benchmark
    @OperationsPerInvocation(TASKS * ROUNDS)
    public void trale(Peers.Trale trale, TraleTasks tasks) {
        trale.executor.submit(() -> {
            var yield = new Yield();
            for (int i = 0; i < ROUNDS; i++) {
                for (var signal : tasks.signals) {
                    signal.set();
                }
                await(yield);
            }
        }).join();
    }

    @Benchmark
    @OperationsPerInvocation(TASKS * ROUNDS)
    public void kotlin(KotlinTasks tasks) {
        tasks.tasks.wakeAll(ROUNDS);
    }

    @Benchmark
    @OperationsPerInvocation(TASKS * ROUNDS)
    public void virtualThreads(VirtualThreads tasks) throws InterruptedException {
        Thread.startVirtualThread(() -> {
            for (int i = 0; i < ROUNDS; i++) {
                for (var thread : tasks.threads) {
                    LockSupport.unpark(thread);
                }
                Thread.yield();
            }
        }).join();
    }

    /// A stage is woken once, so each round needs new ones.
    @Benchmark
    @OperationsPerInvocation(TASKS * ROUNDS)
    public void completableFuture(Peers.SingleThread single) {
        var counter = new SuspendResume.Counter();
        Repeat.run(ROUNDS, single.executor, next -> {
            for (int i = 0; i < TASKS; i++) {
                var awaited = new CompletableFuture<Void>();
                awaited.thenRunAsync(() -> counter.count++, single.executor);
                awaited.complete(null);
            }
            single.executor.execute(next);
        });
    }

    /// Its wake is a task in the loop's queue.
    @Benchmark
    @OperationsPerInvocation(TASKS * ROUNDS)
    public void netty(Peers.Netty netty) {
        var counter = new SuspendResume.Counter();
        Runnable woken = () -> counter.count++;
        Repeat.run(ROUNDS, netty.loop, next -> {
            for (int i = 0; i < TASKS; i++) {
                netty.loop.execute(woken);
            }
            netty.loop.execute(next);
        });
    }
}
