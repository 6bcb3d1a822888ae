package trale.internal;

import org.jspecify.annotations.Nullable;

/// A future with one value, for one owner: the task that it is spawned as, or the future that awaits it.
///
/// With two owners, the waker of the second would replace the waker of the first, and the first would wait for ever. So a second owner is
/// refused.
public abstract class Owned extends Waiting {

    /// The owner's thread writes it before its first poll. Two threads that claim one future at the same time may both succeed: this finds
    /// mistakes, and is not a lock.
    ///
    /// A future of which a second poll would take a second thing is its own owner once it has become ready. So awaiting it again is
    /// refused.
    protected @Nullable Object owner;

    /// Takes the future, or fails because it is taken.
    ///
    /// @param by the owner; it may claim again
    /// @throws IllegalStateException another one owns this
    public final void claim(Object by) {
        if (owner != by) claimFirst(by);
    }

    /// As [#claim(Object)], but the owner may not claim it again: it would poll the future twice.
    public final void claimFirst(Object by) {
        if (owner != null) throw new IllegalStateException(
                (owner == this ? "polled after its end: this future has had its one value: "
                        : "two owners: this future is awaited or spawned already, and has one value: ")
                        + Log.describe(this) + ". To wait for it in several places spawn it once, and await the JoinHandle");
        owner = by;
    }

    /// {@return the future from which its value comes: this one, or one that it polls}
    public Object origin() {
        return this;
    }

    /// Gives the future back: its owner has not polled it, and never will. By the thread that claimed it.
    public final void release(Object by) {
        if (owner == by) owner = null;
    }
}
