package trale.sync;

import java.lang.ref.WeakReference;
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
    private static final AtomicReferenceFieldUpdater<Semaphore, @Nullable Permit> INSIDE =
            AtomicReferenceFieldUpdater.newUpdater(Semaphore.class, Permit.class, "inside");

    private final Object lock = new Object();
    private final Line line = new Line(lock);

    /// How many permits are free; null: it is a mutex, which has `inside` instead. Any thread takes a permit, or gives one back, without
    /// the lock:
    ///
    /// ```
    ///   giveBack                      a turn that finds none, with the lock held
    ///   free + 1                      line.size + 1
    ///   line.size != 0? wake one      free > 0? wake one
    /// ```
    ///
    /// Both are sequentially consistent, so at least one of the two sees the other: no permit lies free beside turns that all sleep. The
    /// model `permits` (docs/models.md) tries these steps in every order.
    private final @Nullable AtomicInteger free;

    /// The permit of a mutex that is held; null while the mutex is free, and if this is no mutex. It is changed by compare-and-set alone.
    /// In the steps above it stands for `free`: null is 1. A permit is put in once and taken out once, so a second close, which finds
    /// another permit or null, changes nothing. So a mutex needs one atomic operation less than a count and a state in each permit.
    private volatile @Nullable Permit inside;

    /// @param permits how many tasks may be inside, 0 or more; with 0 every task waits until it is cancelled
    /// @throws IllegalArgumentException `permits` is negative
    public Semaphore(int permits) {
        if (permits < 0) throw new IllegalArgumentException("a semaphore of " + permits + " permits: it has to be 0 or more");
        free = permits == 1 ? null : new AtomicInteger(permits);
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
                return free() > 0;
            }

            @Override
            boolean endless() {
                return false;
            }

            @Override
            @Nullable Poll<Permit> take(Waker waker) {
                var task = free == null && waker instanceof TaskWaker t ? new WeakReference<>(t.task()) : null;
                var permit = new Permit(Semaphore.this, task);
                var ready = Poll.ready(permit);
                return Semaphore.this.take(permit) ? ready : null;
            }

            @Override
            String wanted() {
                return "a permit of " + Semaphore.this;
            }

            @Override
            List<Watched> holders() {
                var permit = inside;
                var task = permit == null || permit.task == null ? null : permit.task.get();
                return task == null ? List.of() : List.of(task);
            }

            @Override
            public String toString() {
                return "acquiring from " + Semaphore.this;
            }
        };
    }

    private int free() {
        return free != null ? free.get() : inside == null ? 1 : 0;
    }

    /// {@return whether one was free} Nothing can fail after the compare-and-set.
    private boolean take(Permit permit) {
        if (free == null) return INSIDE.compareAndSet(this, null, permit);
        for (int n; (n = free.get()) > 0; ) if (free.compareAndSet(n, n - 1)) return true;
        return false;
    }

    /// If it fails, the permit has not been given back.
    ///
    /// @return whether the turn that comes next is to be woken by the caller
    private boolean giveBack(Permit permit) {
        if (free == null)
            return INSIDE.compareAndSet(this, permit, null) || Permit.STATE.compareAndSet(permit, Permit.RELEASED, Permit.CLOSED);
        var was = Permit.STATE.getAndSet(permit, Permit.CLOSED);
        try {
            if (was == Permit.HELD) free.getAndIncrement();
        } catch (Throwable t) {
            permit.state = was; // no call: the stack has ended
            throw t;
        }
        return was != Permit.CLOSED;
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
            return "Semaphore[" + free() + " free, " + line.size + " wait]";
        }
    }

    /// The right to be inside.
    public static final class Permit implements AutoCloseable {
        private static final AtomicIntegerFieldUpdater<Permit> STATE = AtomicIntegerFieldUpdater.newUpdater(Permit.class, "state");

        private static final int HELD = 0; // or it is of a mutex, whose `inside` tells
        private static final int RELEASED = 1; // and the turn that comes next could not be woken
        private static final int CLOSED = 2;

        private final Semaphore semaphore;

        /// The task that took it, for a snapshot; null: not a mutex, or no task. A task that fails while it holds the permit must
        /// become garbage, or its failure would not be logged while others wait.
        private final @Nullable WeakReference<Watched> task;

        private volatile int state; // the thread that turns it into CLOSED does what is left; if it fails, it says what has been done

        private Permit(Semaphore semaphore, @Nullable WeakReference<Watched> task) {
            this.semaphore = semaphore;
            this.task = task;
        }

        /// Gives the permit back, from any thread. A second call does nothing. If the stack is too short for it, it throws
        /// StackOverflowError, and the next call does the rest.
        @Override
        public void close() {
            if (!semaphore.giveBack(this)) return;
            try {
                semaphore.wakeNext();
            } catch (Throwable t) {
                state = RELEASED; // no call: the stack has ended
                throw t;
            }
        }
    }
}
