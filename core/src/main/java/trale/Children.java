package trale;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import trale.internal.Cancellable;
import trale.internal.Cancellation;
import trale.internal.Explanation;
import trale.internal.Failures;
import trale.internal.Log;
import trale.internal.Owned;

/// A future with tasks of its own, none of which is left when it is ready: what a [Scope] and `all`, `any`, `race` share.
///
/// ```
///   first poll: begin ──▶ fork ──▶ child tasks, linked through themselves; each is forgotten when it ends
///                                    │ the end of one: ended(…) decides, in that very step
///                                    ▼
///                        fail or settle: the other children are cancelled, before anything else is polled
///                                    │ the last one has ended
///                                    ▼
///   waker ─────────────▶ poll: result()
/// ```
///
/// A failure, or a winner, cancels each child once, unless this has told its children to stop before: a second cancellation would break
/// off their cleanup. A child that its own handle has cancelled gets a second one: it may have ignored the first. A cancellation of the
/// scope, or from outside, reaches each child each time it is made.
///
/// **Exact races.** A leaf takes effect only in its own poll. When a child decides, its siblings are asked to stop before any of them is
/// polled again, and a task that is asked to stop is polled only to unwind. So of all members of a race one takes effect.
///
/// Everything here happens on the thread of the executor that polls.
abstract class Children<T extends @Nullable Object> extends Owned implements Future<T>, Cancellable {
    private static final String FAILED = Log.loaded("a scope that was dropped failed in its cleanup");
    private static final String CLEANUP_FAILED = Log.loaded("a child that was cancelled has suppressed a failure: ");
    private static final String END_FAILED = Log.loaded("what is done at the end of a child failed: ");
    private static final String ABANDONED = Log.loaded("it was abandoned, and had failed before: ");

    private @Nullable RunLoop home; // of the first poll
    private @Nullable Waker waker; // of the latest
    private @Nullable Child<?> first; // in the order in which they were forked, linked through Child.previousSibling and nextSibling
    private @Nullable Child<?> last;
    private @Nullable Cancellation told; // to the children, the latest; those that are still to be forked are told it, too
    long number; // given by what watches the executor
    private boolean over;
    private @Nullable Task<?> poller; // the latest task in which this was polled
    private boolean dropped; // for good: a second drop does nothing

    /// The one that polls this, while it does; see [RunLoop#innermost].
    @Nullable Children<?> around;

    /// The first failure, which is the outcome; later ones are suppressed in it.
    @Nullable Throwable failure;

    /// What cancelled this from outside, the latest.
    @Nullable Cancellation outside;

    @Nullable Cancellation undelivered; // what cancelled this from outside when its outcome was there, or decided

    /// Forks what there is to fork, in the first poll, unless this was cancelled before.
    abstract void begin() throws Exception;

    /// Gives up what there was to fork: there is no first poll, or nothing is forked in it.
    abstract void dropUnbegun();

    /// Goes on with what is done beside the children.
    ///
    /// @return whether it has ended
    abstract boolean advance(Context cx);

    /// {@return whether what is done beside the children has ended}
    abstract boolean isBodyOver();

    /// A child has ended by itself: not with the CancellationException of a cancellation that it was told of.
    ///
    /// @param failed what it threw, or null: [Task#value()] has its value
    abstract void ended(Task<?> child, @Nullable Throwable failed);

    /// {@return the outcome, when all has ended}
    abstract T result() throws Exception;

    /// Closes the values that were obtained and are not in the outcome.
    ///
    /// @param failed the outcome, which suppresses what closing throws; null: this was given up, and the outcome is a value
    abstract void discardValues(@Nullable Throwable failed);

    /// Delivers a cancellation to what is done beside the children.
    abstract void cancelBody(Cancellation cancellation);

    /// Gives up what is done beside the children, without a poll.
    abstract void abandonBody();

    @Override
    public final Poll<T> poll(Context cx) throws Exception {
        if (over) throw new IllegalStateException("polled after its end: " + this + ". A future has one value: await it once");
        waker = cx.waker();
        if (home == null) start();
        poller = Executor.current();
        if (!advanceInside(cx) || first != null) return Poll.pending();
        over = true;
        tellWatch(false);
        Poll<T> ready;
        try {
            ready = Poll.ready(result());
        } catch (Throwable t) {
            discard(t);
            throw t;
        }
        if (dropped) discard(null);
        return ready;
    }

    /// If the stack ends in a drop, a value may still be open. Then the next drop closes it.
    private void discard(@Nullable Throwable failed) {
        try {
            discardValues(failed);
        } catch (StackOverflowError e) {
            over = !dropped;
            if (dropped) throw e;
            Failures.suppress(Objects.requireNonNull(failed), e);
        }
    }

    private void start() {
        home = Executor.get().loop;
        tellWatch(true);
        try {
            if (outside == null) begin();
            else dropUnbegun();
        } catch (Throwable t) { // no memory for a child
            fail(t);
        }
    }

    private void tellWatch(boolean begins) {
        var watching = home == null ? null : home.watching; // read once, as by a wake: a thread may poll this by hand
        if (watching != null) watching.scope(this, begins);
    }

    /// A cancellation that the body takes from its task, at an await, reaches the children of the scopes around it.
    private boolean advanceInside(Context cx) {
        var loop = cx.task == null ? null : cx.task.loop;
        if (loop == null) return advance(cx);
        around = loop.innermost;
        loop.innermost = this;
        try {
            return advance(cx);
        } finally {
            loop.innermost = around;
            around = null;
        }
    }

    /// A task of this, on the executor of this thread.
    ///
    /// @throws IllegalStateException it is over, or this is another thread
    final <C extends @Nullable Object> JoinHandle<C> fork(Future<C> f) {
        var task = new Child<>(requireHome("fork"), f, this);
        if (f instanceof Owned owned) owned.claim(task);
        return start(task);
    }

    /// As [#fork(Future)], of a future that this owns already.
    final <C extends @Nullable Object> JoinHandle<C> forkOwn(Future<C> f) {
        return start(new Child<>(requireHome("fork"), f, this));
    }

    /// A child that comes late is told before it is queued. If this fails, the child is in no queue.
    private <C extends @Nullable Object> JoinHandle<C> start(Child<C> child) {
        if (told != null) child.requestCancel(told);
        try {
            add(child);
            return child.loop.start(child);
        } catch (Throwable t) {
            if (child.state == Task.IDLE && last == child) { // it is in no queue. There may be no stack for a call of `remove`
                last = child.previousSibling;
                if (last == null) first = null;
                else last.nextSibling = null;
            }
            throw t;
        }
    }

    final RunLoop requireHome(String method) {
        var loop = home;
        if (over || loop == null)
            throw new IllegalStateException(method + " on a scope that is over, which can wait for nothing any more. "
                    + "Fork while its body or a child runs; spawn what is to outlive it, with Executor.spawn");
        if (!loop.isCurrent())
            throw new IllegalStateException(method + " on thread " + Thread.currentThread().getName()
                    + ": a scope, and its children, belong to executor " + loop.name
                    + ", on which the body runs. Call it in a task there, or spawn with Executor.submit");
        return loop;
    }

    /// {@return the body, while it waits for more than the children}
    @Nullable Future<?> body() {
        return null;
    }

    /// {@return whether it is ready only when each child has ended}
    boolean isForAll() {
        return true;
    }

    @Override
    protected final void explain(Explanation to) {
        var body = body();
        if (body != null) {
            to.polls(body);
            return;
        }
        var left = new ArrayList<Task<?>>();
        for (var child = first; child != null; child = child.nextSibling) left.add(child);
        to.waitsFor(new Snapshot.Children(left.stream().map(Task::number).toList(), isForAll()), isForAll() ? left : List.of());
    }

    /// {@return the number of the task that waits for the end of this, or 0}
    final long waiter() {
        return poller == null ? 0 : poller.number;
    }

    /// {@return whether its outcome was taken}
    final boolean isOver() {
        return over;
    }

    /// A child is linked to its siblings before it is queued.
    private void add(Child<?> child) {
        child.previousSibling = last;
        if (last == null) first = child;
        else last.nextSibling = child;
        last = child;
    }

    /// {@return whether the task that polled this has ended, without polling this to its end or dropping it}
    final boolean isForgotten() {
        return !over && poller != null && poller.isDone();
    }

    private void remove(Child<?> child) {
        if (child.previousSibling == null) first = child.nextSibling;
        else child.previousSibling.nextSibling = child.nextSibling;
        if (child.nextSibling == null) last = child.previousSibling;
        else child.nextSibling.previousSibling = child.previousSibling;
        child.previousSibling = null;
        child.nextSibling = null;
    }

    /// By a child at its end, before anything else is polled.
    final void childEnded(Child<?> child, @Nullable Future<?> f, @Nullable Throwable failed) {
        remove(child);
        try {
            if (!(failed instanceof CancellationException && child.isCancelled())) ended(child, failed);
            else if (!(f instanceof Owned owned && owned.origin() instanceof Members.First<?>)) cleanupFailed(failed.getSuppressed());
        } catch (Throwable t) {
            Log.error(END_FAILED, this, t);
        }
        if (waker != null && (first == null || failed != null)) Outcome.wake(waker);
    }

    /// What is suppressed in a child's cancellation, which ends here, as the failure of a leaf's drop: a failure of this keeps it, a value
    /// can't. In the cancellation of an `any` it would be an earlier failure of a member.
    private void cleanupFailed(Throwable[] suppressed) {
        for (var t : suppressed) {
            if (t instanceof JoinHandle.AwaitedHere) continue;
            if (failure != null) Failures.suppress(failure, t);
            else Log.error(CLEANUP_FAILED, this, t);
        }
    }

    /// The first failure cancels everything else, with itself as the cause. Children that have been told to stop are in their
    /// cleanup, which a second cancellation would break off: they are left alone.
    final void fail(Throwable t) {
        if (failure != null) {
            Failures.suppress(failure, t);
            return;
        }
        failure = t;
        settle(Cancellation.of(null, t));
    }

    /// What becomes of this is settled: the children are asked to stop, unless they have been.
    final void settle(Cancellation cancellation) {
        if (told == null) cancelEach(cancellation);
    }

    /// Asks the children to stop, and those that are still to be forked. If this fails, `told` is as before: if that is null, the next
    /// [#settle] tells each child. A child that is told twice breaks off its cleanup. One that is never told keeps this waiting.
    final void cancelEach(Cancellation cancellation) {
        var before = told;
        told = cancellation;
        try {
            for (var child = first; child != null; child = child.nextSibling) child.cancel(cancellation);
        } catch (Throwable t) {
            told = before; // no call: the stack has ended
            throw t;
        }
    }

    /// What has come to its end keeps its outcome. So that the cancellation is not lost, the body that awaits this throws it.
    @Override
    public final void cancel(Cancellation cancellation) {
        if (home != null && isBodyOver() && first == null) {
            undelivered = cancellation;
        } else if (cancellation.noMemory() == null) {
            cancelChildren(cancellation);
            cancelBody(cancellation);
        } else if (!isBodyOver()) {
            cancelBody(cancellation); // the children's awaits throw it themselves
        }
    }

    /// Does not cancel the body: the await that calls this throws the cancellation there. If this has failed before, its outcome is that
    /// failure. So that the cancellation is not lost, the body that awaits this throws it at its next await.
    final void cancelChildren(Cancellation cancellation) {
        outside = cancellation;
        cancelEach(cancellation);
        if (hasFailed()) undelivered = cancellation;
    }

    /// {@return whether its outcome is a failure, whatever comes}
    boolean hasFailed() {
        return failure != null;
    }

    @Override
    public final boolean isDropped() {
        return dropped;
    }

    @Override
    public final @Nullable Cancellation undelivered(boolean failed) {
        return undelivered != null || failed ? undelivered : outside;
    }

    /// The children are tasks, which end by themselves: they are asked to, unless they have been.
    @Override
    public final void abandon() {
        dropped = true;
        settle(Cancellation.PLAIN);
        if (home == null) dropUnbegun();
        else abandonBody();
        if (!over && failure != null) Log.error(ABANDONED, this, failure);
        if (!over) discardValues(failure);
        over = true;
    }

    /// Given up without being awaited: as an async body, it goes on by itself until its children have ended.
    @Override
    public final void drop() {
        if (over || dropped) return;
        dropped = true;
        if (home == null) {
            over = true;
            dropUnbegun();
            return;
        }
        try {
            cancel(Cancellation.PLAIN);
            if (poll(Context.DROPPED) instanceof Poll.Pending<T>) Executor.adopt(this);
        } catch (CancellationException e) {
            assert over; // as asked for
        } catch (Throwable t) {
            if (t instanceof StackOverflowError e && !over) {
                dropped = false; // the next drop does what is left
                throw e;
            }
            Log.error(FAILED, t);
            if (!over) abandon(); // there is no memory for its task, so nothing polls it again
        }
    }
}
