package trale;

import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import trale.internal.Cancellable;
import trale.internal.Cancellation;
import trale.internal.Explanation;
import trale.internal.Failures;
import trale.internal.Log;
import trale.internal.Owned;

/// The superclass of every compiled async body: the part of the state machine that is the same for all of them. It is public because
/// each generated class lies in the package of the body it was made from. A program calls nothing here.
///
/// The generated `step` is the body's own code, cut at its awaits:
///
/// ```
///  state      event                 next
///  0          poll                  RUNNING: step starts the body with what the lambda captured
///  k > 0      poll                  RUNNING: step goes on at the k-th await, which polls `awaiting` again
///  RUNNING    an await is pending   k: live variables and `awaiting` are in fields, poll returns Pending
///  RUNNING    return, throw         FINISHED
///  0, k       cancel                0, k: the next poll throws CancellationException at that await
///  0          drop                  FINISHED
///  k          drop                  cancelled and polled at once; if its cleanup waits, it runs on as a task
///  FINISHED   poll                  IllegalStateException
/// ```
///
/// Everything here happens on the thread that polls.
///
/// @param <T> what the body returns
/// @hidden
public abstract class StateMachine<T extends @Nullable Object> extends Owned implements Future<T>, Cancellable, Cloneable {
    private static final int FINISHED = -1;
    private static final int RUNNING = -2;
    private static final String LEFT = Log.loaded("what an await has left could not be dropped: ");
    private static final String FAILED = Log.loaded("an async body that was dropped failed in its cleanup: ");

    /// What `step` and `await` return instead of a value when the body is suspended.
    protected static final Object PENDING = new Object();

    /// See the table above; `step` sets it to k when it suspends. A short, with which this class ends at a multiple of four bytes: a method
    /// of at most 65,535 bytes has fewer than 32,768 awaits.
    protected short state;

    private @Nullable Future<?> awaiting;
    private boolean resuming; // the next await polls `awaiting` again, instead of beginning
    private @Nullable Cancellation cancellation; // until an await has thrown it
    private boolean dropped; // for good: a second drop does nothing

    /// Called by the generated subclass.
    protected StateMachine() {}

    /// {@return a state machine that has not started, for this lambda}
    /// @param lambda of the class this was compiled from
    /// @param given the value of its parameter, if it has one
    protected abstract StateMachine<T> create(Object lambda, @Nullable Object given);

    /// Runs the body from one await to the next that is pending.
    ///
    /// @param cx the context of this poll
    /// @param at the state in which it was polled
    /// @return the body's value, or [#PENDING]
    /// @throws Exception what the body threw
    protected abstract @Nullable Object step(Context cx, int at) throws Exception;

    /// {@return by state: the line at which the body is suspended there; for state 0 where it begins}
    protected abstract StackTraceElement[] places();

    @Override
    @SuppressWarnings("unchecked") // step returns what the body returned
    public final Poll<T> poll(Context cx) throws Exception {
        var at = state;
        if (at <= 0) start(at);
        state = RUNNING;
        var was = dropped;
        Object value;
        try {
            value = step(cx, at);
        } catch (Throwable t) {
            state = FINISHED;
            if (awaiting != null && !(t instanceof StackOverflowError)) dropLeft();
            throw t;
        }
        if (value != PENDING) {
            state = FINISHED;
            if (awaiting != null) dropLeft();
            return Poll.ready((T) value);
        }
        if (dropped != was) {
            dropped = false; // if the stack ends here, the next drop does what is left
            drop();
        }
        return Poll.pending();
    }

    private void start(int at) {
        if (at == FINISHED)
            throw new IllegalStateException("polled after its end: " + this
                    + ". A future has one value: await it once, or await the JoinHandle of its task, which may be awaited often");
        if (at == RUNNING) throw new IllegalStateException("polled from within its own poll: " + this);
        if (cancellation != null) {
            state = FINISHED;
            throw cancellation.exception("cancelled before it started: " + this);
        }
    }

    /// An await: polls the future. Returns its value, or keeps the future in `awaiting` and returns [#PENDING].
    ///
    /// An await that begins is the innermost place of the task. A cancellation that came since the last await is thrown here, even if the
    /// future is ready. If the task's budget is spent, the future is polled in the task's next turn.
    ///
    /// @param future what is awaited
    /// @param cx the context of this poll
    /// @return its value, or [#PENDING]
    /// @throws Exception what the future threw
    protected final @Nullable Object await(@Nullable Future<?> future, Context cx) throws Exception {
        var resumed = resuming && future == awaiting;
        resuming = false;
        if (resumed) {
            if (cancellation != null) throw cancelledAt(future);
            awaiting = null;
        } else {
            if (awaiting != null && awaiting != future) dropLeft();
            awaiting = null;
            if (future instanceof Owned owned) owned.claim(this);
            if (cancellation == null && cx.task != null) cancellation = cx.task.nextCancellationHere();
            if (cancellation != null) throw cancelledAt(future);
            if (future != null && !cx.budget().spend()) {
                awaiting = future;
                cx.waker().wake();
                return PENDING;
            }
        }
        Poll<?> poll;
        try {
            poll = Objects.requireNonNull(future, "await of null: there is no future to wait for").poll(cx);
        } catch (Throwable t) {
            // Its poll may not have begun, and what it holds may be left: see drop.
            if (t instanceof StackOverflowError) awaiting = future;
            if (resumed && future instanceof Cancellable c) cancellation = c.undelivered(true);
            throw t;
        }
        if (poll instanceof Poll.Ready<?>(var value)) {
            if (resumed && future instanceof Cancellable c) cancellation = c.undelivered(false);
            return value;
        }
        if (poll == null) throw Failures.returnedNull(future);
        awaiting = future;
        return PENDING;
    }

    /// The body has caught the StackOverflowError of an await, and goes on or ends. What that await has left is dropped. If the stack ends
    /// in this drop, that is what the await or the body fails with: its caller then drops the body, which tries again.
    private void dropLeft() {
        try {
            Objects.requireNonNull(awaiting).drop();
        } catch (StackOverflowError e) {
            throw e; // the next drop does it
        } catch (Throwable t) {
            Log.error(LEFT, this, t);
        }
        awaiting = null; // last: there may be no stack for the drop
    }

    /// {@return the future at which this was suspended} The await that follows goes on with it.
    protected final @Nullable Future<?> resume() {
        resuming = true;
        return awaiting;
    }

    /// Refuses a method reference whose receiver is of another class than the host: that class may override the compiled method.
    ///
    /// @param receiver the object the method would be called on
    /// @param host the class whose method was compiled
    protected final void checkReceiver(Object receiver, Class<?> host) {
        if (receiver.getClass() == host) return;
        var place = places()[0];
        throw new IllegalArgumentException(place.getFileName() + (place.getLineNumber() < 0 ? "" : ":" + place.getLineNumber())
                + ": the async body is the method " + place.getClassName() + "::" + place.getMethodName()
                + " of a " + receiver.getClass().getName()
                + ", which may override it. Make the method private or final.");
    }

    /// The null check of a member that is linked by `invokedynamic`.
    ///
    /// @param receiver the object whose member it is
    /// @param message what the JVM would say
    protected static void requireNonNull(@Nullable Object receiver, String message) {
        if (receiver != null) return;
        var e = new NullPointerException(message);
        var trace = e.getStackTrace();
        if (trace.length > 0) e.setStackTrace(Arrays.copyOfRange(trace, 1, trace.length)); // it was thrown by the body
        throw e;
    }

    /// What it waits for is given up also if there is no memory for the exception.
    private CancellationException cancelledAt(@Nullable Future<?> future) {
        var why = Objects.requireNonNull(cancellation);
        cancellation = null; // once: awaits in a finally block wait
        CancellationException thrown;
        try {
            thrown = why.exception("cancelled");
        } catch (Error e) {
            throw droppedAt(future, e);
        }
        return droppedAt(future, thrown);
    }

    /// As [Failures#drop]. If the stack ends, the future may not be dropped yet, and is still in `awaiting` if it was polled.
    private <E extends Throwable> E droppedAt(@Nullable Future<?> future, E cause) {
        try {
            if (future != null) future.drop();
        } catch (StackOverflowError e) {
            throw e;
        } catch (Throwable t) {
            Failures.suppress(cause, t);
        }
        awaiting = null;
        return cause;
    }

    /// Asks the body to stop. At the next poll, which the caller arranges, the innermost await drops its future and throws
    /// CancellationException. A body that has not started ends without running. A body that is running throws at its next await.
    @Override
    public final void cancel(Cancellation why) {
        if (awaiting instanceof Cancellable inner && !(inner instanceof StateMachine<?> body && body.state < 0)) inner.cancel(why);
        else cancellation = why;
    }

    @Override
    public final boolean isDropped() {
        return dropped;
    }

    /// {@return a cancellation that this body has not thrown, because no await was left; or null}
    @Override
    public final @Nullable Cancellation undelivered(boolean failed) {
        return cancellation;
    }

    /// If a poll has ended with a StackOverflowError, what the body awaited may be left, also in its cleanup: then this drops it.
    @Override
    public final void drop() {
        if (dropped && (state != FINISHED || awaiting == null)) return;
        dropped = true;
        try {
            if (state != RUNNING) giveUp(); // otherwise its poll does, when it ends
        } catch (StackOverflowError e) {
            dropped = false; // the next drop does what is left
            throw e;
        }
    }

    /// If the stack ends before the cleanup has begun, or in it, what this waits for may be left. Then the next drop gives it up.
    private void giveUp() {
        if (state == FINISHED) {
            if (awaiting != null) dropLeft(); // a body whose poll has not begun cleans up
            return;
        }
        if (state == 0) {
            state = FINISHED;
            return;
        }
        try {
            cancel(Cancellation.PLAIN);
            if (poll(Context.DROPPED) instanceof Poll.Pending<?>) Executor.adopt(this);
        } catch (CancellationException e) {
            assert state == FINISHED; // as asked for
        } catch (OutOfMemoryError e) {
            abandon(); // there is no memory for a cleanup; what the body holds, and waits for, is given up all the same
        } catch (Throwable t) {
            if (t instanceof StackOverflowError e && (state != FINISHED || awaiting != null)) throw e;
            Log.error(FAILED, this, t);
        }
    }

    /// Ends a body that will never be polled again, without a poll: its innermost await is dropped, and no finally block runs.
    @Override
    public final void abandon() {
        var inner = awaiting;
        dropped = true;
        state = FINISHED;
        try {
            if (inner instanceof Cancellable c) c.abandon();
            else if (inner != null) inner.drop();
        } catch (StackOverflowError e) {
            throw e; // the next drop does it
        } catch (Throwable t) {
            awaiting = null; // it is dropped once
            throw t;
        }
        awaiting = null; // last: there may be no stack for the drop
    }

    /// {@return what it is suspended at, or null if it is not suspended}
    final @Nullable Future<?> awaiting() {
        return awaiting;
    }

    /// {@return the line of the await at which it is suspended, or null if it is not suspended}
    final @Nullable StackTraceElement location() {
        var at = state; // read once: a thread that makes a report may ask while the body runs
        return at <= 0 ? null : places()[at];
    }

    @Override
    protected final void explain(Explanation to) {
        var at = state;
        var inner = awaiting;
        if (at >= 0) to.body(this, at, places()[at]);
        if (inner != null) to.polls(inner);
    }

    /// {@return what the body keeps now, to be read later} The copy is never polled. It leads to no task and to no awaited future, so these
    /// are garbage as early as without it.
    final StateMachine<T> copy() {
        try {
            @SuppressWarnings("unchecked") // a clone is of the same class
            var copy = (StateMachine<T>) clone();
            copy.owner = copy.awaiting = null;
            copy.cancellation = null;
            return copy;
        } catch (CloneNotSupportedException e) {
            throw new AssertionError(e);
        }
    }

    /// {@return the body's place in the source and where it is in it}
    @Override
    public final String toString() {
        var at = state;
        return "async body " + places()[Math.max(at, 0)]
                + (at == 0 ? " not started" : at == FINISHED ? " finished" : at == RUNNING ? " running" : " waiting");
    }
}
