package trale.sync;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;
import trale.Context;
import trale.Future;
import trale.Poll;
import trale.Waker;
import trale.internal.probe.TaskWaker;
import trale.internal.probe.Watched;

/// Limits how many tasks are inside at a time. A mutex is a `Semaphore(1)`.
///
/// Waiting tasks get their permits first come first served. All methods may be called from any thread, and the tasks may run on
/// any executors.
///
/// A permit is taken in the poll that makes `acquire` ready. So an `acquire` that is cancelled or timed out has taken none, and a
/// future that is held and not polled has none. It does keep its turn: once woken, it has to be polled or dropped before the next one is
/// woken.
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
    private static final AtomicReferenceFieldUpdater<Semaphore, @Nullable Watched> HOLDER =
            AtomicReferenceFieldUpdater.newUpdater(Semaphore.class, Watched.class, "holder");

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

    /// The task that holds the only permit, for a snapshot; null if there are more permits, or it is free, or no task took it. The thread
    /// that takes the permit writes it after the take. The thread that gives it back clears it before `free` says so. Both writes are
    /// ordered, and need no fence: between two of them lie the release and the next take, which are sequentially consistent.
    private volatile @Nullable Watched holder;
    private final boolean isMutex;

    /// @param permits how many tasks may be inside, 0 or more; with 0 every task waits until it is cancelled
    /// @throws IllegalArgumentException `permits` is negative
    public Semaphore(int permits) {
        if (permits < 0) throw new IllegalArgumentException("a semaphore of " + permits + " permits: it has to be 0 or more");
        free = new AtomicInteger(permits);
        isMutex = permits == 1;
    }

    /// Takes a permit, after it has waited for one. First come, first served. From any thread.
    ///
    /// Cancelled, timed out or dropped, it has taken none, and its turn goes to the next.
    ///
    /// <!-- run in a task: -->
    /// ```java
    /// var mutex = new Semaphore(1);
    /// try (var _ = await(mutex.acquire())) {
    ///     await(Async.yieldNow()); // no other task is inside meanwhile
    /// }
    /// ```
    ///
    /// @return the permit, which the caller closes; never fails
    public Future<Permit> acquire() {
        return new Line.Turn<>(line) {
            @Override
            public Poll<Permit> poll(Context cx) throws Exception {
                var taken = line.size == 0 ? take(cx.waker()) : null; // else it waits behind the others
                if (taken == null) return super.poll(cx);
                owner = this;
                return taken;
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
            @Nullable Poll<Permit> take(Waker waker) {
                var permit = Poll.ready(new Permit(Semaphore.this));
                for (int n; (n = free.get()) > 0; ) {
                    if (!free.compareAndSet(n, n - 1)) continue;
                    try {
                        if (isMutex && waker instanceof TaskWaker t) HOLDER.lazySet(Semaphore.this, t.task());
                    } catch (StackOverflowError e) {
                        // The permit is taken, and no snapshot knows its holder.
                    }
                    return permit;
                }
                return null;
            }

            @Override
            String wanted() {
                return "a permit of " + Semaphore.this;
            }

            @Override
            List<Watched> holders() {
                var task = holder;
                return task == null ? List.of() : List.of(task);
            }

            @Override
            public String toString() {
                return "acquiring from " + Semaphore.this;
            }
        };
    }

    /// Its last call takes effect: if it fails, nothing is released.
    private void release() {
        if (isMutex) HOLDER.lazySet(this, null);
        free.getAndIncrement();
    }

    private void wakeNext() {
        if (line.size == 0) return;
        Waker wake;
        synchronized (lock) {
            wake = line.next();
        }
        if (wake != null) Line.wake(wake);
    }

    @Override
    public String toString() {
        synchronized (lock) {
            return "Semaphore[" + free + " free, " + line.size + " wait]";
        }
    }

    /// The right to be inside.
    public static final class Permit implements AutoCloseable {
        private static final AtomicIntegerFieldUpdater<Permit> STATE = AtomicIntegerFieldUpdater.newUpdater(Permit.class, "state");

        private static final int HELD = 0;
        private static final int RELEASED = 1; // and the turn that comes next could not be woken
        private static final int CLOSED = 2;

        private final Semaphore semaphore;
        private volatile int state; // the thread that turns it into CLOSED does what is left; if it fails, it says what it has done

        private Permit(Semaphore semaphore) {
            this.semaphore = semaphore;
        }

        /// Gives the permit back, from any thread. A second call does nothing. If the stack is too short for it, it throws
        /// StackOverflowError, and the next call does the rest.
        @Override
        public void close() {
            var done = STATE.getAndSet(this, CLOSED);
            if (done == CLOSED) return;
            try {
                if (done == HELD) semaphore.release();
                done = RELEASED;
                semaphore.wakeNext();
            } catch (Throwable t) {
                state = done; // no call: the stack has ended
                throw t;
            }
        }
    }
}
