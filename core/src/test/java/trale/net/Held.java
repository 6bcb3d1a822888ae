package trale.net;

import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import trale.Context;
import trale.Future;
import trale.Poll;
import trale.Waker;
import trale.internal.Cancellable;
import trale.internal.Cancellation;

/// A future that keeps another one in a state exactly: its task is polled, and that one is not.
///
/// ```
///   held from the start       not polled; a knock: the task was polled
///   held after the first poll pending
///   a knock after that        woken, and not polled
/// ```
///
/// A knock is a poll for which the time-out around this is not the reason. So only polls before the time is over are counted.
///
/// A cancellation passes: a leaf is dropped, and what is [Cancellable] is polled to its end. Guarded by itself.
final class Held implements Future<Object>, Cancellable {
    private static final long PATIENCE = 20_000_000_000L;

    private final Future<?> f;
    private final BooleanSupplier waits;
    private final long limit; // by System.nanoTime()
    private boolean holds; // once it waits
    private boolean held;
    private boolean drop;
    private @Nullable Cancellation told;
    private Waker waker = () -> {};

    /// Of the future.
    int polls;

    /// Polls of the task while it was held, and its time was not over.
    int knocks;

    /// The future is pending, and has come to where it is to be given up.
    boolean waiting;

    private boolean passed; // the latest poll was one of the future
    boolean over;

    /// It was given up without a poll after the state: a time-out came before.
    boolean missed;

    /// @param waits whether the future, which is pending, has come to where it is to be given up
    /// @param limit when a time-out around this is over at the earliest, by System.nanoTime()
    /// @param held  from the start
    /// @param holds once it waits, if not from the start
    Held(Future<?> f, BooleanSupplier waits, long limit, boolean held, boolean holds) {
        this.f = f;
        this.waits = waits;
        this.limit = limit;
        this.held = held;
        this.holds = holds;
    }

    @Override
    public synchronized Poll<Object> poll(Context cx) throws Exception {
        waker = cx.waker();
        notifyAll();
        if (drop) {
            end();
            f.drop();
            throw new CancellationException("dropped");
        }
        if (told != null && !(f instanceof Cancellable)) {
            end();
            f.drop();
            throw told.exception("cancelled");
        }
        passed = told != null || !held;
        if (!passed) {
            if (System.nanoTime() - limit < 0) knocks++;
            return Poll.pending();
        }
        polls++;
        var pending = false;
        try {
            if (f.poll(cx) instanceof Poll.Ready<?>(var value)) return Poll.ready(value);
            pending = true;
            waiting |= waits.getAsBoolean();
            held = holds && waiting;
            return Poll.pending();
        } finally {
            if (!pending) end();
        }
    }

    private void end() {
        missed |= !passed;
        over = true;
        notifyAll();
    }

    /// Waits for a state.
    ///
    /// @return false: it came to its end before
    synchronized boolean reaches(Predicate<Held> state) throws InterruptedException {
        for (var end = System.nanoTime() + PATIENCE; !state.test(this); ) {
            if (over) return false;
            var left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) throw new AssertionError("the state is not reached: " + polls + " polls, " + knocks + " knocks of " + f);
            wait(left);
        }
        return true;
    }

    /// The next poll of the task is one of the future.
    ///
    /// @return false: it came to its end before
    synchronized boolean release() {
        holds = false;
        held = false;
        return !over;
    }

    void dropNow() {
        Waker w;
        synchronized (this) {
            drop = true;
            w = waker;
        }
        w.wake();
    }

    @Override
    public synchronized void cancel(Cancellation cancellation) {
        told = cancellation;
        if (f instanceof Cancellable c) c.cancel(cancellation);
        if (!passed) missed = true;
    }

    @Override
    public synchronized void abandon() {
        end();
        if (f instanceof Cancellable c) c.abandon();
        else f.drop();
    }

    @Override
    public @Nullable Cancellation undelivered(boolean failed) {
        return f instanceof Cancellable c ? c.undelivered(failed) : null;
    }

    @Override
    public synchronized void drop() {
        end();
        f.drop();
    }

    @Override
    public String toString() {
        return "held: " + f;
    }
}
