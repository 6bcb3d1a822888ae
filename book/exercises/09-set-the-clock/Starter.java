/// The timerfd is set only if the earliest deadline comes before what it is set to.
///
/// Here each turn of the reactor makes a system call, `clock.accept`, also if nothing has changed.

import java.util.PriorityQueue;
import java.util.function.LongConsumer;

final class Alarm {
    private final PriorityQueue<Long> deadlines = new PriorityQueue<>();

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
        if (!deadlines.isEmpty()) clock.accept(deadlines.peek());
    }

    /// The timerfd has gone off: it is not set any more. Deadlines that have come are taken out.
    void rang(long now) {
        while (!deadlines.isEmpty() && deadlines.peek() <= now) deadlines.remove();
    }
}
