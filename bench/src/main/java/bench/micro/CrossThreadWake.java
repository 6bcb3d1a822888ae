package bench.micro;

import static trale.Async.await;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import trale.Context;
import trale.Future;
import trale.Poll;
import trale.Waker;

/// Another thread wakes a task and spins until the task has run: one way through the inject queue and, where the
/// executor slept, through the kernel. Only `traleAwake` does not wait: it is the cost to the waking thread while the
/// executor is busy.
public class CrossThreadWake {

    /// A signal for any thread.
    private static final class SharedSignal implements Future<Void> {
        private static final Poll<Void> READY = Poll.ready(null);

        private volatile boolean set;
        private volatile Waker waiter;

        @Override
        public Poll<Void> poll(Context cx) {
            waiter = cx.waker(); // before the look at `set`, as set() looks at `waiter` after it
            if (!set) {
                return Poll.pending();
            }
            set = false;
            return READY;
        }

        void set() {
            set = true;
            var waker = waiter;
            if (waker != null) {
                waker.wake();
            }
        }
    }

    @State(Scope.Benchmark)
    public static class TraleTask {
        final SharedSignal signal = new SharedSignal();
        private volatile int seen;

        @Setup
        public void start(Peers.Trale trale) {
            trale.executor.submit(() -> {
                while (true) {
                    await(signal);
                    seen = seen + 1;
                }
            });
        }
    }

    @State(Scope.Benchmark)
    public static class BusyTrale extends TraleTask {
        @Setup
        public void keepBusy(Peers.Trale trale) {
            trale.executor.submit(() -> {
                var yield = new Yield();
                while (true) {
                    await(yield);
                }
            });
        }
    }

    @State(Scope.Benchmark)
    public static class KotlinTask {
        private KotlinPeer.Listener listener;

        @Setup
        public void start(Peers.Kotlin kotlin) {
            listener = kotlin.peer.listener();
        }
    }

    @State(Scope.Benchmark)
    public static class VirtualThread {
        private final AtomicInteger wakes = new AtomicInteger();
        private volatile int seen;
        private Thread thread;

        @Setup
        public void start() {
            thread = Thread.startVirtualThread(() -> {
                while (true) {
                    while (wakes.get() == seen) {
                        LockSupport.park(this);
                    }
                    seen = seen + 1;
                }
            });
        }
    }

    @State(Scope.Benchmark)
    public static class Counter {
        final AtomicInteger seen = new AtomicInteger();
        final Runnable woken = seen::incrementAndGet;
    }

    @Benchmark
    public void trale(TraleTask task) {
        int before = task.seen;
        task.signal.set();
        while (task.seen == before) {
            Thread.onSpinWait();
        }
    }

    @Benchmark
    public void traleAwake(BusyTrale task) {
        task.signal.set();
    }

    @Benchmark
    public void kotlin(KotlinTask task) {
        int before = task.listener.seen();
        task.listener.wake();
        while (task.listener.seen() == before) {
            Thread.onSpinWait();
        }
    }

    @Benchmark
    public void virtualThreads(VirtualThread task) {
        int before = task.seen;
        task.wakes.incrementAndGet();
        LockSupport.unpark(task.thread);
        while (task.seen == before) {
            Thread.onSpinWait();
        }
    }

    @Benchmark
    public void completableFuture(Counter counter, Peers.SingleThread single) {
        int before = counter.seen.get();
        var awaited = new CompletableFuture<Void>();
        awaited.thenRunAsync(counter.woken, single.executor);
        awaited.complete(null);
        spin(counter, before);
    }

    @Benchmark
    public void netty(Counter counter, Peers.Netty netty) {
        int before = counter.seen.get();
        netty.loop.execute(counter.woken);
        spin(counter, before);
    }

    private static void spin(Counter counter, int before) {
        while (counter.seen.get() == before) {
            Thread.onSpinWait();
        }
    }
}
