package trale.sync;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;
import trale.Context;
import trale.Future;
import trale.Poll;
import trale.Waker;

/// Limits how many tasks are inside at a time. A mutex is a `Semaphore(1)`.
///
/// Waiting tasks get their permits first come first served. All methods may be called from any thread, and the tasks may run on
/// any executors.
///
/// A permit is taken in the poll that makes `acquire` ready. So an `acquire` that is cancelled or timed out has taken none, and a
/// future that is held and not polled keeps none from the others.
///
/// <!-- given: Executor executor; Future<String> fetch(int i) { return async(() -> "page " + i); } -->
/// ```java
/// var tenAtATime = new Semaphore(10);
/// for (int i = 0; i < 100; i++) {
///     int page = i;
///     executor.submit(async(() -> {
///         try (var _ = await(tenAtATime.acquire())) {
///             IO.println(await(fetch(page)));
///         }
///     }));
/// }
/// ```
public final class Semaphore {
    private final Object lock = new Object();
    private final Line line = new Line(lock);

    /// How many permits are free. Any thread takes one, or gives one back, without the lock:
    ///
    /// ```
    ///   release                       a turn that finds none, with the lock held
    ///   free + 1                      line.size + 1
    ///   line.size != 0? wake one      free > 0? wake one
    /// ```
    ///
    /// Both are sequentially consistent, so at least one of the two sees the other: no permit lies free beside turns that all sleep. The
    /// model `permits` (docs/models.md) tries these steps in every order.
    private final AtomicInteger free;

    /// @param permits how many tasks may be inside, 0 or more; with 0 every task waits until it is cancelled
    /// @throws IllegalArgumentException `permits` is negative
    public Semaphore(int permits) {
        if (permits < 0) throw new IllegalArgumentException("a semaphore of " + permits + " permits: it has to be 0 or more");
        free = new AtomicInteger(permits);
    }

    /// Takes a permit, after it has waited for one.
    ///
    /// Cancelled, timed out or dropped, it has taken none, and its turn goes to the next.
    ///
    /// @return the permit, which the caller closes; never fails
    public Future<Permit> acquire() {
        return new Line.Turn<>(line) {
            @Override
            public Poll<Permit> poll(Context cx) throws Exception {
                var taken = line.size == 0 ? take() : null; // else it waits behind the others
                return taken != null ? taken : super.poll(cx);
            }

            @Override
            boolean available() {
                return free.get() > 0;
            }

            @Override
            boolean endless() {
                return false;
            }

            @Override
            @Nullable Poll<Permit> take() {
                var permit = Poll.ready(new Permit(Semaphore.this));
                for (int n; (n = free.get()) > 0; ) if (free.compareAndSet(n, n - 1)) return permit;
                return null;
            }

            @Override
            public String toString() {
                return "acquiring from " + Semaphore.this;
            }
        };
    }

    private void release() {
        free.getAndIncrement();
        if (line.size == 0) return;
        Waker wake;
        synchronized (lock) {
            wake = line.next();
        }
        Line.wake(wake);
    }

    @Override
    public String toString() {
        synchronized (lock) {
            return "Semaphore[" + free + " free, " + line.size + " wait]";
        }
    }

    /// The right to be inside.
    public static final class Permit implements AutoCloseable {
        private static final AtomicIntegerFieldUpdater<Permit> CLOSED = AtomicIntegerFieldUpdater.newUpdater(Permit.class, "closed");

        private final Semaphore semaphore;
        private volatile int closed; // 1: by the thread that turned it from 0

        private Permit(Semaphore semaphore) {
            this.semaphore = semaphore;
        }

        /// Gives the permit back, from any thread. A second call does nothing.
        @Override
        public void close() {
            if (CLOSED.getAndSet(this, 1) == 0) semaphore.release();
        }
    }
}
