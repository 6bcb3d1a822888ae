package trale.time;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import trale.Future;
import trale.Poll;
import trale.internal.linux.Libc;
import trale.reactor.Reactor;

/// Sleeping without holding a thread, on CLOCK_MONOTONIC (timerfd_create(2)). Any thread may call the methods.
public final class Timer {
    private static final Duration FOR_EVER = Duration.ofNanos(Long.MAX_VALUE / 2); // 146 years

    private static final Poll<Void> OVER = Poll.ready(null);

    private Timer() {}

    /// {@return a future that is ready when the time is over, never before}
    ///
    /// The time counts from this call, not from the first poll. Sleeps of one executor end in the order of their deadlines. From any
    /// thread. It costs no file descriptor. Cancelled or dropped, it leaves nothing behind. It fails with IllegalStateException only if the
    /// executor is closed, or Linux refuses to set the timer.
    ///
    /// <!-- run in a task: -->
    /// ```java
    /// await(Timer.sleep(Duration.ofMillis(10)));
    /// ```
    ///
    /// @param duration any: zero or less is over at once, more than 146 years is 146 years
    public static Future<Void> sleep(Duration duration) {
        if (!duration.isPositive()) return _ -> OVER;
        return Reactor.sleepUntil(Libc.nanoTime() + nanos(duration));
    }

    static long nanos(Duration duration) {
        return duration.compareTo(FOR_EVER) > 0 ? FOR_EVER.toNanos() : duration.toNanos();
    }

    /// {@return a future that becomes what `f` becomes if that is in time, and else fails with
    /// [java.util.concurrent.TimeoutException]}
    ///
    /// The time counts from this call, not from the first poll. When it is over `f` is polled once more, so a value that
    /// is there is never thrown away. Bytes that came in time count, whatever held the thread up, if the socket belongs to the executor of
    /// this task. Those of a socket of another executor may be left for the next read. Then `f` is cancelled, as
    /// [trale.JoinHandle#cancel()] does it, and polled to its end. No body of `f` runs any more when the caller goes on; the thread of a
    /// [trale.Blocking#run] and the task of a [trale.JoinHandle] may:
    ///
    /// | how `f` ends then | what this future becomes |
    /// |---|---|
    /// | with its cancellation; a leaf is just dropped | TimeoutException, which says where `f` was waiting |
    /// | with a value | that value, late and not lost |
    /// | with another failure, of its cleanup | that failure; the TimeoutException is suppressed in it |
    ///
    /// TimeoutException is checked, and no kind of CancellationException. It is the cause of the CancellationException that `f` gets.
    ///
    /// A cancellation of the caller goes to `f` as well, and this future ends as `f` then does: with CancellationException, or, if `f`
    /// has a value all the same, with that. The time counts no more then: it would break the cleanup of `f` off. The same holds for a
    /// cancellation that comes while `f` runs, and is thrown by the next await inside of it, and if `f` catches it and goes on. If the
    /// caller is cancelled after the time is over, `f` gets a second cancellation, which ends a cleanup that waits. Dropping this future
    /// drops `f`. Neither leaves a timer behind. From any thread.
    ///
    /// A [trale.JoinHandle] that is given up leaves its task alone: to end that too, cancel it.
    ///
    /// <!-- run in a task: TcpStream stream = echo(); ByteBuffer buffer = ByteBuffer.allocate(100); { send(stream, "hello\n"); } -->
    /// ```java
    /// int n = await(Timer.timeout(Duration.ofSeconds(5), stream.read(buffer)));
    /// ```
    ///
    /// A cleanup that may hang needs a time-out of its own:
    ///
    /// <!-- given: TcpStream stream; ByteBuffer bye; Future<Void> talk(TcpStream s) { return async(() -> {}); } -->
    /// ```java
    /// Future<Void> talkAndSayGoodbye() {
    ///     return Timer.timeout(Duration.ofMinutes(1), async(() -> {
    ///         try {
    ///             await(talk(stream));
    ///         } finally {
    ///             await(Timer.timeout(Duration.ofSeconds(2), stream.writeAll(bye)));
    ///         }
    ///     }));
    /// }
    /// ```
    ///
    /// @param duration any, as for [#sleep(Duration)]: with zero or less `f` has to be ready in the first poll of this future, which polls
    ///      it twice
    /// @param f        polled by this future from now on, and by no other
    /// @throws IllegalStateException `f` is awaited or spawned already
    /// @see trale.Future#race(trale.Future...) to wait for something else than the time
    public static <T extends @Nullable Object> Future<T> timeout(Duration duration, Future<T> f) {
        return new Timeout<>(duration, sleep(duration), Objects.requireNonNull(f, "the future is null"));
    }
}
