package trale.time;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import trale.Context;
import trale.Future;
import trale.Poll;
import trale.internal.linux.Libc;
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
        return Reactor.sleepUntil(Libc.nanoTime() + nanos);
    }

    /// {@return a future that becomes what `f` becomes if that is in time, and else fails with [TimeoutException]}
    ///
    /// The time counts from this call, not from the first poll. When it is over `f` is polled once more, so a value that
    /// is there is never thrown away; then `f` is [dropped][Future#drop()], which cancels an async body: its `finally`
    /// blocks run before the exception is thrown, but if one of their awaits has to wait, the rest runs on as a task of its
    /// own. Cancelling or dropping this future drops `f` and leaves nothing behind.
    ///
    /// A [trale.JoinHandle] that is dropped leaves its task alone: to end that too, cancel it.
    ///
    /// <!-- given: TcpStream stream; ByteBuffer buffer; -->
    /// ```java
    /// int n = await(Timer.timeout(Duration.ofSeconds(5), stream.read(buffer)));
    /// ```
    ///
    /// @param duration any, as for [#sleep(Duration)]: with zero or less `f` has to be ready at its first poll
    /// @param f        polled by this future from now on, and by no one else
    public static <T extends @Nullable Object> Future<T> timeout(Duration duration, Future<T> f) {
        return new Timeout<>(duration, sleep(duration), Objects.requireNonNull(f, "the future is null"));
    }

    private record Timeout<T extends @Nullable Object>(Duration duration, Future<Void> sleep, Future<T> f) implements Future<T> {

        @Override
        public Poll<T> poll(Context cx) throws Exception {
            var waits = false;
            try {
                var p = f.poll(cx);
                if (p == null)
                    throw new NullPointerException(
                            f.getClass().getName() + ".poll returned null; it must return Poll.ready or Poll.pending");
                var pending = p instanceof Poll.Pending<T>;
                waits = pending && sleep.poll(cx) instanceof Poll.Pending<Void>;
                if (waits || !pending) return p;
            } finally {
                if (!waits) sleep.drop();
            }
            var late = new TimeoutException("not ready after " + duration);
            try {
                f.drop();
            } catch (Throwable t) { // does not hide why it was dropped
                late.addSuppressed(t);
            }
            throw late;
        }

        @Override
        public void drop() {
            sleep.drop(); // cannot fail
            f.drop();
        }
    }
}
