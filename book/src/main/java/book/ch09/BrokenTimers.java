package book.ch09;

import java.io.IOException;

/// Sets the timerfd to the time that is left, also if none is left.
class BrokenTimers extends Timers {
    BrokenTimers() throws IOException {}

    // region nanos
    @Override
    long nanosUntil(long deadline) {
        return Math.max(0, deadline - now());
    }
    // end
}
