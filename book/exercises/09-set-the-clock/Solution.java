/// Remembers what the clock is set to. If it rings too early, because that deadline was removed, nothing is lost: it is set again.

import java.util.PriorityQueue;
import java.util.function.LongConsumer;

final class Alarm {
    private final PriorityQueue<Long> deadlines = new PriorityQueue<>();
    private long setTo = Long.MAX_VALUE;

    void put(long deadline) {
        deadlines.add(deadline);
    }

    void remove(long deadline) {
        deadlines.remove(deadline);
    }

    /// Before the thread sleeps.
    ///
    /// @param clock the system call that sets the timerfd
    void arm(LongConsumer clock) {
        if (deadlines.isEmpty() || deadlines.peek() >= setTo) return;
        setTo = deadlines.peek();
        clock.accept(setTo);
    }

    /// The timerfd has gone off: it is not set any more. Deadlines that have come are taken out.
    void rang(long now) {
        setTo = Long.MAX_VALUE;
        while (!deadlines.isEmpty() && deadlines.peek() <= now) deadlines.remove();
    }
}
