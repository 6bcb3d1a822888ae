package book.ch08;

import trale.Context;
import trale.Waker;

/// What is known of one direction of a descriptor: whether a system call is worth making, and who waits until it is.
class Slot {
    // region slot
    static final Object NOTHING = "nothing"; // the last call has taken all
    static final Object READY = "ready"; // there may be something

    /// NOTHING, READY, or the waker of the task that waits.
    Object state = READY;

    /// The peer sends nothing more, so no further event will come.
    boolean ended;

    /// {@return whether to make the system call now; if not, the waker is kept}
    final boolean poll(Context cx) {
        if (state == READY) {
            state = NOTHING;
            return true;
        }
        state = cx.waker();
        return false;
    }
    // end

    // region done
    /// After a call that did not say EAGAIN.
    ///
    /// @param more it got all that was asked for, so there may be more
    void done(boolean more) {
        if (more || ended) state = READY;
    }
    // end

    // region event
    void event(boolean end) {
        if (end) ended = true;
        Object old = state;
        state = READY;
        if (old instanceof Waker waker) waker.wake();
    }
    // end
}
