package trale.time;

import java.time.Duration;
import trale.Future;
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
        return Reactor.sleepUntil(System.nanoTime() + nanos);
    }
}
