package trale.sync;

import trale.Future;
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
    private int free; // guarded by the lock

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
            Permit take() {
                var permit = new Permit(Semaphore.this); // first: it may find no memory
                free--;
                return permit;
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
        private boolean closed; // guarded by the semaphore's lock

        private Permit(Semaphore semaphore) {
            this.semaphore = semaphore;
        }

        /// Gives the permit back, from any thread. A second call does nothing.
        @Override
        public void close() {
            semaphore.release(this);
        }
    }
}
