package trale;

import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import trale.internal.Cancellable;
import trale.internal.Cancellation;
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
/// **Exact races.** A leaf takes effect only in its own poll. When a child decides, its siblings are asked to stop before any of them is
/// polled again, and a task that is asked to stop is polled only to unwind. So of all members of a race one takes effect.
///
/// Everything here happens on the thread of the executor that polls.
abstract class Children<T extends @Nullable Object> extends Owned implements Future<T>, Cancellable {
    private @Nullable RunLoop home; // of the first poll
    private @Nullable Waker waker; // of the latest
    private @Nullable Task<?> first; // linked through Task.previousSibling and nextSibling
    private boolean cancelling; // children that are still to be forked are cancelled, too
    private @Nullable String why;
    private boolean over;

    /// The one that polls this, while it does; see [Task#innermost].
    @Nullable Children<?> around;

    /// The first failure, which is the outcome; later ones are suppressed in it.
    @Nullable Throwable failure;

    /// What cancelled this from outside, the latest.
    @Nullable Cancellation outside;

    /// Forks what there is to fork, in the first poll, unless this was cancelled before.
    abstract void begin() throws Exception;

    /// Goes on with what is done beside the children.
    ///
    /// @return whether it has ended
    abstract boolean advance(Context cx);

    /// A child has ended, by itself. A cancellation that it was asked for is no end of this kind.
    ///
    /// @param failed what it threw, or null: [Task#value()] has its value
    abstract void ended(Task<?> child, @Nullable Throwable failed);

    /// {@return the outcome, when all has ended}
    abstract T result() throws Exception;

    /// Delivers a cancellation to what is done beside the children.
    abstract void cancelBody(Cancellation cancellation);

    @Override
    public final Poll<T> poll(Context cx) throws Exception {
        if (over) throw new IllegalStateException("polled after its end: " + this + ". A future has one value: await it once");
        waker = cx.waker();
        if (home == null) start();
        if (!advanceInside(cx) || first != null) return Poll.pending();
        over = true;
        return Poll.ready(result());
    }

    private void start() {
        home = Executor.get().loop;
        try {
            if (outside == null) begin();
        } catch (Throwable t) { // no memory for a child
            fail(t);
        }
    }

    /// A cancellation that the body takes from its task, at an await, reaches the children of the scopes around it.
    private boolean advanceInside(Context cx) {
        var task = cx.task;
        if (task == null) return advance(cx);
        around = task.innermost;
        task.innermost = this;
        try {
            return advance(cx);
        } finally {
            task.innermost = around;
            around = null;
        }
    }

    /// A task of this, on the executor of this thread.
    ///
    /// @throws IllegalStateException it is over, or this is another thread
    final <C extends @Nullable Object> JoinHandle<C> fork(Future<C> f) {
        return told(requireHome("fork").spawn(f, this));
    }

    /// As [#fork(Future)], of a future that this owns already.
    final <C extends @Nullable Object> JoinHandle<C> forkOwn(Future<C> f) {
        var loop = requireHome("fork");
        return told(loop.start(new Task<>(loop, f), this));
    }

    private <C extends @Nullable Object> JoinHandle<C> told(JoinHandle<C> handle) {
        if (cancelling) handle.task.cancel(why, failure);
        return handle;
    }

    final RunLoop requireHome(String call) {
        var loop = home;
        if (over || loop == null)
            throw new IllegalStateException(call + " on a scope that is over, which can wait for nothing any more. "
                    + "Fork while its body or a child runs; spawn what is to outlive it, with Executor.spawn");
        if (!loop.isCurrent())
            throw new IllegalStateException(call + " on thread " + Thread.currentThread().getName() + ": a scope, and its children, belong to "
                    + "executor " + loop.name + ", on which the body runs. Call it in a task there, or spawn with Executor.submit");
        return loop;
    }

    /// Effect first: a child is among the siblings before it is queued.
    final void add(Task<?> child) {
        child.nextSibling = first;
        if (first != null) first.previousSibling = child;
        first = child;
    }

    final void remove(Task<?> child) {
        if (child.previousSibling == null) first = child.nextSibling;
        else child.previousSibling.nextSibling = child.nextSibling;
        if (child.nextSibling != null) child.nextSibling.previousSibling = child.previousSibling;
        child.previousSibling = null;
        child.nextSibling = null;
    }

    final boolean isEmpty() {
        return first == null;
    }

    /// By a child at its end, before anything else is polled.
    final void childEnded(Task<?> child, @Nullable Throwable failed) {
        remove(child);
        try {
            if (!(failed instanceof CancellationException && child.isCancelled())) ended(child, failed);
        } catch (Throwable t) {
            Log.error("a scope could not take note of a child's end", t);
        }
        if (waker != null && (first == null || failed != null)) Task.wake(waker);
    }

    /// The first failure cancels everything else, with itself as the cause.
    final void fail(Throwable t) {
        if (failure != null) {
            Task.suppress(failure, t);
            return;
        }
        failure = t;
        settle(null);
    }

    /// Asks the children to stop, and those that are still to be forked.
    final void settle(@Nullable String reason) {
        cancelling = true;
        why = reason;
        for (var child = first; child != null; child = child.nextSibling) child.cancel(reason, failure);
    }

    @Override
    public final void cancel(Cancellation cancellation) {
        cancelChildren(cancellation);
        cancelBody(cancellation);
    }

    /// The body is told by the await at which it is.
    final void cancelChildren(Cancellation cancellation) {
        outside = cancellation;
        cancelling = true;
        why = cancellation.why();
        for (var child = first; child != null; child = child.nextSibling) child.cancel(why, cancellation.cause());
    }

    /// Given up without being awaited: as an async body, it goes on by itself until its children have ended.
    @Override
    public final void drop() {
        if (over || home == null) {
            over = true;
            return;
        }
        cancel(Cancellation.PLAIN);
        try {
            if (poll(Context.of(() -> {})) instanceof Poll.Pending<T>) Executor.adopt(this);
        } catch (CancellationException e) {
            assert over; // as asked for
        } catch (Throwable t) {
            Log.error("a scope that was dropped failed in its cleanup", t);
        }
    }
}
