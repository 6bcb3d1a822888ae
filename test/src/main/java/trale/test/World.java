package trale.test;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// What all machines of a simulation share: the clock, and what will happen when.
///
/// Events happen one at a time, in the order of their times, and those of one instant in the order in which they were set.
/// Time stands still while an event happens. Used by one thread at a time.
final class World {
    private static final Comparator<Event> ORDER =
            Comparator.<Event>comparingLong(event -> event.time).thenComparingLong(event -> event.number);

    private final PriorityQueue<Event> events = new PriorityQueue<>(ORDER);
    private long set; // how many events have been

    /// Decides all that is open.
    final RandomGenerator random;

    /// In nanoseconds since the beginning.
    long now;

    World(RandomGenerator random) {
        this.random = random;
    }

    /// Something that will happen, unless it is cancelled.
    static final class Event {
        final long time;
        final long number;
        private @Nullable Runnable action;

        private Event(long time, long number, Runnable action) {
            this.time = time;
            this.number = number;
            this.action = action;
        }

        void cancel() {
            action = null;
        }
    }

    /// @param time in nanoseconds since the beginning; one that has passed is now
    Event at(long time, Runnable action) {
        var event = new Event(Math.max(now, time), set++, action);
        events.add(event);
        return event;
    }

    /// @param delay in nanoseconds
    Event in(long delay, Runnable action) {
        return at(now + delay, action);
    }

    /// {@return when the next event happens; −1: nothing will}
    long next() {
        for (Event event; (event = events.peek()) != null; events.remove()) if (event.action != null) return event.time;
        return -1;
    }

    /// Lets happen what should have by now: calls take time too.
    void catchUp() {
        for (long time; (time = next()) >= 0 && time <= now; ) step();
    }

    /// Lets time pass to the next event, which happens.
    ///
    /// @return false: nothing will ever happen
    boolean step() {
        if (next() < 0) return false;
        var event = events.remove();
        now = Math.max(now, event.time);
        var action = event.action;
        event.cancel();
        if (action != null) action.run();
        return true;
    }
}
