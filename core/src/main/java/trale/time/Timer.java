package trale.time;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import trale.Context;
import trale.Executor;
import trale.Future;
import trale.Poll;
import trale.reactor.Deadline;
import trale.reactor.Reactor;

/// Sleeping without holding a thread, on CLOCK_MONOTONIC (timerfd_create(2)).
public final class Timer {
    private static final Duration FOR_EVER = Duration.ofNanos(Long.MAX_VALUE / 2); // 146 years

    private Timer() {}

    /// {@return a future that is ready when the time is over, never before}
    ///
    /// The time counts from this call, not from the first poll. It costs no file descriptor, and cancelling or dropping
    /// it leaves nothing behind.
    ///
    /// @param duration any: zero or less is over at once, more than 146 years is 146 years
    public static Future<Void> sleep(Duration duration) {
        var nanos = duration.isNegative() ? 0 : duration.compareTo(FOR_EVER) > 0 ? FOR_EVER.toNanos() : duration.toNanos();
        return new Sleep(System.nanoTime() + nanos);
    }

    private static final class Sleep implements Future<Void> {
        private final Deadline deadline;

        /// Where the deadline is scheduled: the reactor of the executor that polled last.
        private @Nullable Reactor reactor;

        Sleep(long nanoTime) {
            deadline = new Deadline(nanoTime);
        }

        @Override
        public Poll<Void> poll(Context cx) {
            if (deadline.hasPassed()) {
                drop(); // it may still be in the heap: this poll need not come from the timer's wake
                return Poll.ready(null);
            }
            var here = Executor.get().reactor();
            if (here != reactor) drop();
            reactor = here;
            here.schedule(deadline, cx.waker());
            return Poll.pending();
        }

        @Override
        public void drop() {
            if (reactor != null) reactor.cancel(deadline);
        }
    }
}
