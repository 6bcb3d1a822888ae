package trale.sync;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import trale.Future;
import trale.Waker;
import trale.internal.probe.TaskWaker;
import trale.internal.probe.Watched;

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
    private int free; // guarded by the lock, as is the list of the permits that are taken
    private @Nullable Permit last;

    /// @param permits how many tasks may be inside, 0 or more; with 0 every task waits until it is cancelled
    /// @throws IllegalArgumentException `permits` is negative
    public Semaphore(int permits) {
        if (permits < 0) throw new IllegalArgumentException("a semaphore of " + permits + " permits: it has to be 0 or more");
        free = permits;
    }

    /// Takes a permit, after it has waited for one.
    ///
    /// Cancelled, timed out or dropped, it has taken none, and its turn goes to the next.
    ///
    /// @return the permit, which the caller closes; never fails
    public Future<Permit> acquire() {
        return new Line.Turn<>(line) {
            @Override
            boolean available() {
                return free > 0;
            }

            @Override
            boolean endless() {
                return false;
            }

            @Override
            Permit take(Waker waker) {
                var permit = new Permit(Semaphore.this, waker instanceof TaskWaker t ? t.task() : null); // first: it may find no memory
                free--;
                permit.previous = last;
                if (last != null) last.next = permit;
                last = permit;
                return permit;
            }

            @Override
            String wanted() {
                return "a permit of " + Semaphore.this;
            }

            @Override
            List<Watched> holders() {
                synchronized (lock) {
                    var tasks = new ArrayList<Watched>();
                    for (var p = last; p != null; p = p.previous) if (p.holder != null) tasks.addFirst(p.holder);
                    return tasks;
                }
            }

            @Override
            public String toString() {
                return "acquiring from " + Semaphore.this;
            }
        };
    }

    private void release(Permit permit) {
        Waker wake;
        synchronized (lock) {
            if (permit.closed) return;
            permit.closed = true;
            free++;
            if (permit.next == null) last = permit.previous;
            else permit.next.previous = permit.previous;
            if (permit.previous != null) permit.previous.next = permit.next;
            permit.previous = permit.next = null;
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
        private final Semaphore semaphore;
        private final @Nullable Watched holder; // the task that took it, for a snapshot
        private @Nullable Permit previous; // guarded by the semaphore's lock, as are the fields below
        private @Nullable Permit next;
        private boolean closed;

        private Permit(Semaphore semaphore, @Nullable Watched holder) {
            this.semaphore = semaphore;
            this.holder = holder;
        }

        /// Gives the permit back, from any thread. A second call does nothing.
        @Override
        public void close() {
            semaphore.release(this);
        }
    }
}
