package trale.sync;

import org.jspecify.annotations.Nullable;
import trale.Future;
import trale.Waker;

/// Something that happens once, for good. From any thread and any executor.
public final class Event {
    private final Line line = new Line(this);
    private boolean set; // guarded by this

    /// It has happened: wakes all that wait, in the order in which they came. A second time does nothing.
    public void set() {
        synchronized (this) {
            set = true;
        }
        for (;;) {
            Waker wake;
            synchronized (this) {
                wake = line.next();
            }
            if (wake == null) return;
            wake.wake();
        }
    }

    /// {@return whether it has happened}
    public synchronized boolean isSet() {
        return set;
    }

    /// {@return a future that is ready once it has happened} A cancelled one leaves nothing behind.
    public Future<Void> await() {
        return new Line.Turn<>(line) {
            @Override
            boolean available() {
                return set;
            }

            @Override
            Void take() {
                return null;
            }

            @Override
            @Nullable Waker after() {
                return line.next();
            }
        };
    }

    @Override
    public synchronized String toString() {
        return set ? "Event[set]" : "Event[" + line.size + " wait]";
    }
}
