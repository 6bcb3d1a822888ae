package trale.reactor;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import trale.Context;
import trale.Executor;
import trale.Future;
import trale.Poll;
import trale.Snapshot;
import trale.Waker;
import trale.internal.Explanation;
import trale.internal.Owned;
import trale.internal.Waiters;
import trale.internal.linux.Libc;

/// A sleep. A waiting sleep is an entry in the timers of one reactor: that of the executor that polled the sleep last.
final class Deadline extends Owned implements Future<Void> {
    static final int NOWHERE = -1;
    private static final Poll<Void> OVER = Poll.ready(null);
    static final Waker NO_WAKER = Waiters.NONE;

    final long nanoTime;

    /// Its place in the heap, and its waker. Guarded by the [Timers].
    int index = NOWHERE;

    Waker waker = NO_WAKER;
    int number; // unsigned; 0: it has not been in; for people

    /// The reactor whose timers it is in, or was in. Used by the polling thread alone.
    private @Nullable Reactor reactor;

    Deadline(long nanoTime) {
        this.nanoTime = nanoTime;
    }

    @Override
    public Poll<Void> poll(Context cx) {
        var here = Executor.get().reactor();
        if (here.hasPassed(nanoTime)) {
            drop(); // it may still be in the heap, if another wake caused this poll
            return OVER;
        }
        if (here != reactor) drop();
        reactor = here;
        here.schedule(this, cx.waker());
        return Poll.pending();
    }

    @Override
    protected void explain(Explanation to) {
        to.waitsFor(new Snapshot.Sleep(Integer.toUnsignedLong(number), Duration.ofNanos(nanoTime - Libc.nanoTime())));
    }

    @Override
    public String toString() {
        var left = nanoTime - Libc.nanoTime();
        return left > 0 ? "sleeping for another " + Duration.ofNanos(left) : "a sleep that is over";
    }

    @Override
    public void drop() {
        if (reactor != null) reactor.cancel(this);
    }
}
