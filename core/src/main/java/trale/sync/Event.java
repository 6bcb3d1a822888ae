package trale.sync;

import trale.Future;
import trale.Poll;
import trale.Waker;

/// Something that happens once, for good: a start, a stop, a value that is there.
///
/// What a thread did before [#set()] is seen by every task that has awaited the event. All methods may be called from any thread,
/// and the tasks may run on any executors.
///
/// <!-- given: Executor executor; -->
/// ```java
/// var ready = new Event();
/// executor.submit(async(() -> {
///     await(ready.await());
///     IO.println("go");
/// }));
/// ready.set();
/// ```
public final class Event {
    private final Object lock = new Object();
    private final Line line = new Line(lock);
    private boolean set; // guarded by the lock

    /// An event that has not happened.
    public Event() {}

    /// Makes it happen: wakes all that wait, in the order in which they came. A second call does nothing.
    public void set() {
        synchronized (lock) {
            set = true;
        }
        line.wakeAll();
    }

    /// {@return whether it has happened}
    public boolean isSet() {
        synchronized (lock) {
            return set;
        }
    }

    /// Waits until it has happened. From any thread. All that wait are woken, in the order in which they came.
    ///
    /// Cancelled, timed out or dropped, it leaves nothing behind.
    ///
    /// <!-- run in a task: -->
    /// ```java
    /// var ready = new Event();
    /// var waiting = Executor.spawn(ready.await());
    /// ready.set();
    /// await(waiting);
    /// ```
    ///
    /// @return ready once it has happened; never fails
    public Future<Void> await() {
        return new Line.Turn<>(line) {
            @Override
            boolean available() {
                return set;
            }

            @Override
            boolean endless() {
                return true;
            }

            @Override
            Poll<Void> take(Waker waker) {
                return Line.DONE;
            }

            @Override
            String wanted() {
                return "the event " + Event.this;
            }

            @Override
            public String toString() {
                return "waiting for " + Event.this;
            }
        };
    }

    @Override
    public String toString() {
        synchronized (lock) {
            return set ? "Event[set]" : "Event[" + line.size + " wait]";
        }
    }
}
