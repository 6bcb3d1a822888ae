package trale;

import org.jspecify.annotations.Nullable;
import trale.internal.Log;
import trale.internal.Waiters;

/// The part of a [Task] that outlives its work: what became of it, and those who wait for that.
///
/// ```
///  set ──▶ publish: resources closed ──▶ ended ──▶ joiners woken ──▶ report, unless the failure has been seen
/// ```
///
/// @param <T> what the task returns
abstract class Outcome<T extends @Nullable Object> extends InjectedQueue.Node {
    /// The value, or what was thrown, and which of the two. Written by the executor's thread before it sets `ended`; read by a thread that
    /// has seen that.
    private @Nullable Object outcome;
    private boolean threw;

    /// Written under the monitor, in which joiners are added: so each joiner is woken by the end, or sees it.
    private volatile boolean ended;

    /// The [Waker] of the task that waits for the end, or the [Waiters] if several wait, or null. Guarded by this until the end; then it
    /// is changed no more, and the executor's thread alone reads it.
    private @Nullable Object joiners;

    private boolean joined; // guarded by this; a thread blocks until the end
    private @Nullable Closing closing; // resources to be closed at the end, the latest first; guarded by this
    private boolean closes; // guarded by this; they are being closed, or have been: the thread that gives a later one closes it

    /// Whether a join, an await or a scope was given the failure. Its receiver writes this *before* it reads `unseen`. The executor's
    /// thread writes `unseen` *before* it reads `seen`. So one of the two sees the other: the receiver calls [UnseenFailure#see()], or
    /// the executor's thread does not call [UnseenFailure#watch]. If both calls are made, the failure is forgotten, in either order.
    private volatile boolean seen;
    private volatile @Nullable UnseenFailure unseen;

    final void set(@Nullable T value, @Nullable Throwable failure) {
        threw = failure != null;
        outcome = threw ? failure : value;
    }

    /// Tells the end. By the executor's thread, after [#set]; each step catches what foreign code throws.
    final void publish() {
        var resources = endUnlessOpen();
        if (resources != null) {
            resources.closeAll();
            endUnlessOpen(); // none was added meanwhile
        }
        var waiting = joiners;
        joiners = null;
        if (waiting instanceof Waiters several) for (Waker waker; (waker = several.poll()) != null; ) wake(waker);
        else if (waiting != null) wake((Waker) waiting);
    }

    /// {@return the resources to be closed before the end, or null: this is the end}
    private synchronized @Nullable Closing endUnlessOpen() {
        var resources = closing;
        closing = null;
        closes = true;
        if (resources != null) return resources;
        if (joined) notifyAll();
        ended = true; // last: the JIT compiler then needs no fence for it, because the monitor's release follows
        return null;
    }

    /// Wakes one of several that must all be woken: what a hand-written waker throws is logged.
    static void wake(Waker waker) {
        try {
            waker.wake();
        } catch (Throwable t) {
            Log.error(Log.WAKER_THREW, waker.getClass(), t);
        }
    }

    boolean isDone() {
        return ended;
    }

    /// Blocks until the end; by any thread but an executor's. An interrupt does not end the wait, and only an interrupt allocates.
    void awaitEnd() {
        var interrupted = false;
        synchronized (this) {
            while (!ended) {
                joined = true;
                try {
                    wait();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) Thread.currentThread().interrupt();
    }

    /// Arranges for the waker to be woken at the end. The same waker is kept once.
    ///
    /// @return false if the end has come already
    boolean onEnd(Waker waker) {
        if (ended) return false;
        synchronized (this) {
            if (ended) return false;
            if (joiners == null || joiners == waker) joiners = waker;
            else several(joiners).add(waker, waker);
            return true;
        }
    }

    private Waiters several(Object present) {
        if (present instanceof Waiters already) return already;
        var several = new Waiters();
        several.add(present, (Waker) present);
        joiners = several;
        return several;
    }

    /// Removes the waker from those to be woken at the end. {@return whether it was among them; if not, it was woken or will be}
    synchronized boolean forget(Waker waker) {
        if (ended) return false;
        if (joiners instanceof Waiters several) return several.remove(waker);
        if (joiners != waker) return false;
        joiners = null;
        return true;
    }

    /// Closes the resource at the end, or now if the end has begun to close the others.
    void closing(AutoCloseable resource) {
        synchronized (this) {
            if (!closes) {
                closing = new Closing(resource, closing);
                return;
            }
        }
        Closing.close(resource);
    }

    /// They stay open: the machine that they were on has lost its power. One that is given later is closed at once.
    final synchronized void forgetResources() {
        closing = null;
    }

    /// {@return what it failed with, or null; the caller is told of the failure, so it need not be reported}
    @Nullable Throwable failure() {
        if (threw) see();
        return thrown();
    }

    /// As [#failure()], but the failure stays unseen: the caller may find that it can give the failure to no code.
    final @Nullable Throwable thrown() {
        return threw ? (Throwable) outcome : null;
    }

    @SuppressWarnings({"NullAway", "unchecked"}) // null if it threw, or if T may be null
    T value() {
        return threw ? null : (T) outcome;
    }

    /// {@return which task it is, and of which executor, for a person}
    abstract String where();

    /// Has the failure reported, unless it is seen first. By the executor's thread, once.
    ///
    /// @return what may still be seen, or null
    final @Nullable UnseenFailure report(Throwable failed) {
        try {
            if (seen) return null;
            var u = new UnseenFailure(failed, this);
            unseen = u;
            if (!seen) {
                u.watch(this);
                return u;
            }
        } catch (OutOfMemoryError e) {
            UnseenFailure.countLost();
        } catch (Throwable t) {
            Log.error(UnseenFailure.REPORT, failed);
        }
        return null;
    }

    /// {@return whether the failure was given to anyone} By any thread.
    public final boolean isSeen() {
        return seen;
    }

    /// The failure has been given to a receiver. By any thread.
    private void see() {
        seen = true;
        var u = unseen;
        if (u != null) u.see();
    }
}
