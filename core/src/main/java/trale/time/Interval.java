package trale.time;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import trale.Context;
import trale.Future;
import trale.Poll;
import trale.internal.Explanation;
import trale.internal.Owned;
import trale.internal.linux.Libc;
import trale.reactor.Reactor;

/// Ticks at start + d, start + 2d, start + 3d …, on CLOCK_MONOTONIC.
///
/// ```
///   start      +d       +2d      +3d      +4d
///     ├────────┼────────┼────────┼────────┼──▶
///              tick: 0      work ────▶ tick: 1     at +3d and a bit: the tick of +2d was missed
/// ```
///
/// A late tick delays none of those that follow, so the ticks do not drift. Ticks that were missed are counted, not made up for.
///
/// All methods may be called from any thread. If several tasks wait, each tick goes to one of them.
///
/// <!-- given: void report(long missed) {} -->
/// ```java
/// var everySecond = Interval.every(Duration.ofSeconds(1));
/// for (int i = 0; i < 3; i++) report(await(everySecond.tick()));
/// ```
public final class Interval {
    private final long period; // ns, positive
    private long due; // the next tick, by System.nanoTime(); guarded by this

    private Interval(long period) {
        this.period = period;
        due = Libc.nanoTime() + period;
    }

    /// {@return an interval that starts now; its first tick is due after `d`} From any thread. It costs nothing while no task waits for a
    /// tick, and it need not be closed.
    ///
    /// <!-- run in a task: -->
    /// ```java
    /// var interval = Interval.every(Duration.ofMillis(1));
    /// for (int i = 0; i < 3; i++) await(interval.tick());
    /// ```
    ///
    /// @param d more than zero; more than 146 years is 146 years
    /// @throws IllegalArgumentException `d` is zero or negative
    public static Interval every(Duration d) {
        if (!d.isPositive()) throw new IllegalArgumentException("an interval of " + d + ": it has to be more than zero");
        return new Interval(Timer.nanos(d));
    }

    /// Waits for the next tick, or is ready at once if one is due. From any thread. Among several waiting tasks, any may get the tick. A
    /// tick is due when the executor has looked at the clock after its time, which a busy executor does each half
    /// millisecond, as for a [Timer#sleep]: a time-out of zero may miss one that has just come.
    ///
    /// Cancelled, timed out or dropped, it has taken no tick: the same tick is still due.
    ///
    /// <!-- run in a task: Interval interval = Interval.every(Duration.ofMillis(1)); -->
    /// ```java
    /// long missed = await(interval.tick());
    /// IO.println(missed + " ticks were missed");
    /// ```
    ///
    /// @return how many ticks before this one were missed, 0 if it is in time; fails with [IllegalStateException] only if the executor is
    ///         closed, or Linux refuses to set the timer
    public Future<Long> tick() {
        return new Tick();
    }

    private synchronized long due() {
        return due;
    }

    /// {@return how many were missed, or null: another task took this one}
    private synchronized @Nullable Poll<Long> take(long expected) {
        if (due != expected) return null;
        var missed = (Libc.nanoTime() - due) / period;
        var ready = Poll.ready(missed);
        due += (missed + 1) * period; // last: nothing can fail after it
        return ready;
    }

    private final class Tick extends Owned implements Future<Long> {
        private @Nullable Future<Void> sleep; // until sleepDue; by the thread that polls
        private long sleepDue;

        @Override
        public Poll<Long> poll(Context cx) throws Exception {
            for (;;) {
                var now = due();
                var s = sleep;
                if (s == null || sleepDue != now) {
                    drop();
                    sleep = s = Reactor.sleepUntil(now);
                    sleepDue = now;
                }
                if (s.poll(cx) instanceof Poll.Pending<Void>) return Poll.pending();
                sleep = null;
                var taken = take(now);
                if (taken == null) continue;
                owner = this; // a second await of this is refused
                return taken;
            }
        }

        @Override
        public void drop() {
            if (sleep != null) sleep.drop();
            sleep = null;
        }

        @Override
        protected void explain(Explanation to) {
            if (sleep != null) to.polls(sleep);
        }

        @Override
        public String toString() {
            return "a tick every " + Duration.ofNanos(period) + ": " + (sleep == null ? "not polled" : sleep);
        }
    }
}
