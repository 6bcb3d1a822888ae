package trale.time;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import trale.Context;
import trale.Future;
import trale.Poll;
import trale.internal.Cancellable;
import trale.internal.Cancellation;
import trale.internal.Explanation;
import trale.internal.Failures;
import trale.internal.Owned;
import trale.internal.probe.TaskWaker;

/// A node with two children, a future and a sleep.
///
/// ```
///   f pending, sleep pending          Pending
///   f ready, or it fails              what f became; the sleep is dropped
///   sleep over: f polled once more    ready: its value
///               f cancelled           polled to its end: see Timer.timeout
/// ```
final class Timeout<T extends @Nullable Object> extends Owned implements Future<T>, Cancellable {
    private final Duration duration;
    private final Future<Void> sleep;
    private final Future<T> f;

    private boolean over; // f has become something, or was given up
    private @Nullable TimeoutException late; // once the time is over, and f has been cancelled
    private @Nullable Cancellation caller; // the latest cancellation by the caller
    private boolean takenInside; // an await inside of f has taken a cancellation from the task while f ran; once late: since then

    Timeout(Duration duration, Future<Void> sleep, Future<T> f) {
        this.duration = duration;
        this.sleep = sleep;
        this.f = f;
        if (f instanceof Owned owned) owned.claim(this);
    }

    /// `f` is given up also if there is no memory for an exception.
    @Override
    public Poll<T> poll(Context cx) throws Exception {
        try {
            return pollBoth(cx);
        } catch (Error e) {
            throw over ? e : dropped(e);
        }
    }

    private Poll<T> pollBoth(Context cx) throws Exception {
        if (caller != null && !(f instanceof Cancellable)) throw dropped(caller.exception("cancelled"));
        if (late == null) {
            var p = pollInTime(cx);
            if (p != null) return p;
            var tooLate = new TimeoutException("not ready after " + duration + ": waits for " + Explanation.of(f));
            if (!(f instanceof Cancellable c)) throw dropped(tooLate);
            var why = new Cancellation("timed out after " + duration, tooLate);
            late = tooLate;
            c.cancel(why);
        }
        return pollLate(cx, late);
    }

    /// {@return null: the time is over and f is not ready}
    private @Nullable Poll<T> pollInTime(Context cx) throws Exception {
        var waits = false;
        try {
            var p = pollOnce(cx);
            if (p instanceof Poll.Pending<T>) {
                waits = caller != null || takenInside || sleep.poll(cx) instanceof Poll.Pending<Void>;
                if (!waits) {
                    p = pollOnce(cx); // what has come since its last poll is in time
                    waits = takenInside;
                }
            }
            return waits || p instanceof Poll.Ready<T> ? p : null;
        } catch (Exception e) {
            throw over ? e : dropped(e); // the sleep failed
        } finally {
            if (!waits) sleep.drop();
        }
    }

    private Poll<T> pollLate(Context cx, TimeoutException tooLate) throws Exception {
        try {
            return pollOnce(cx);
        } catch (CancellationException e) {
            if (e.getCause() != tooLate && (caller != null || takenInside)) {
                Failures.suppress(e, tooLate);
                throw e;
            }
            if (e.getCause() != tooLate) Failures.suppress(tooLate, e);
            else for (var t : e.getSuppressed()) Failures.suppress(tooLate, t); // what dropping threw
            throw tooLate;
        } catch (Throwable t) {
            Failures.suppress(t, tooLate);
            throw t;
        }
    }

    private Poll<T> pollOnce(Context cx) throws Exception {
        if (over) throw new IllegalStateException("polled after its end: " + this + ". A future has one value: await it once");
        var task = cx.waker() instanceof TaskWaker w ? w.task() : null;
        var before = task == null ? 0 : task.cancellations();
        over = true; // unless it is pending
        Poll<T> p;
        try {
            p = f.poll(cx);
        } catch (StackOverflowError e) {
            over = false; // its poll may not have begun, and what it holds may be left: the drop releases it
            throw e;
        } finally {
            if (task != null && task.cancellations() != before) takenInside = true; // as by cancel: the time is not that of a cleanup
        }
        if (p == null) throw Failures.returnedNull(f);
        over = p instanceof Poll.Ready<T>;
        return p;
    }

    /// What dropping throws does not hide why.
    private <E extends Throwable> E dropped(E cause) {
        try {
            drop();
        } catch (Throwable t) {
            Failures.suppress(cause, t);
        }
        return cause;
    }

    @Override
    public void cancel(Cancellation why) {
        var told = f instanceof Cancellable c ? c : null;
        if (told != null) told.cancel(why);
        if (told != null && why.noMemory() != null) return; // f may go on, and its time too
        caller = why;
        if (late == null) sleep.drop(); // the time is not that of a cleanup
    }

    @Override
    public void abandon() {
        sleep.drop();
        if (f instanceof Cancellable c) {
            c.abandon();
        } else if (!over) {
            over = true; // it is dropped once, also if that throws
            try {
                f.drop();
            } catch (StackOverflowError e) {
                over = false; // the next drop does it
                throw e;
            }
        }
        over = true;
    }

    @Override
    public Object origin() {
        return f instanceof Owned owned ? owned.origin() : f;
    }

    /// The cancellation by this time-out is not the caller's, so it is not passed on.
    @Override
    public @Nullable Cancellation undelivered(boolean failed) {
        var left = f instanceof Cancellable c ? c.undelivered(failed) : null;
        return left != null && late != null && left.cause() == late ? null : left;
    }

    /// After an end it does nothing: the end of a task that was abandoned drops its future.
    @Override
    public void drop() {
        if (over) return;
        sleep.drop();
        over = true;
        try {
            f.drop();
        } catch (StackOverflowError e) {
            over = false; // the next drop does it
            throw e;
        }
    }

    @Override
    protected void explain(Explanation to) {
        to.polls(f);
        if (late == null && caller == null && !takenInside) to.polls(sleep);
    }

    @Override
    public String toString() {
        return "with a time-out of " + duration + ": " + f;
    }
}
