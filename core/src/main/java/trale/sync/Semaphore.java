package trale.sync;

import trale.Future;
import trale.Waker;

/// So many may be inside at a time, first come first served; a mutex is a `Semaphore(1)`. From any thread and any executor.
public final class Semaphore {
    private final Line line = new Line(this);
    private int free; // guarded by this

    /// @param permits how many there are
    /// @throws IllegalArgumentException `permits` is less than 1: nobody could ever come in
    public Semaphore(int permits) {
        if (permits < 1) throw new IllegalArgumentException("a semaphore of " + permits + " permits lets nobody in: at least 1");
        free = permits;
    }

    /// {@return a future that becomes a permit} First in, first out. A permit is taken by the poll that returns it, so a
    /// cancelled or timed-out one has taken nothing, and its wake goes to the next.
    public Future<Permit> acquire() {
        return new Line.Turn<>(line) {
            @Override
            boolean available() {
                return free > 0;
            }

            @Override
            Permit take() {
                free--;
                return new Permit(Semaphore.this);
            }
        };
    }

    private void release(Permit permit) {
        Waker wake;
        synchronized (this) {
            if (permit.closed) return;
            permit.closed = true;
            free++;
            wake = line.next();
        }
        Line.wake(wake);
    }

    @Override
    public synchronized String toString() {
        return "Semaphore[" + free + " free, " + line.size + " wait]";
    }

    /// The right to be inside.
    public static final class Permit implements AutoCloseable {
        private final Semaphore semaphore;
        private boolean closed; // guarded by the semaphore

        private Permit(Semaphore semaphore) {
            this.semaphore = semaphore;
        }

        /// Gives it back, from any thread; a second time does nothing.
        @Override
        public void close() {
            semaphore.release(this);
        }
    }
}
