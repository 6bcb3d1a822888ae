package book.ch12;

import book.linux.Linux;
import java.util.function.IntPredicate;
import java.util.function.IntSupplier;
import trale.Context;
import trale.Poll;
import trale.Waker;

/// One direction of a descriptor: chapter 8.
final class Slot {
    private static final Object NOTHING = "nothing";
    private static final Object READY = "ready";

    private Object state = READY; // or the waker of the task that waits
    private boolean ended;

    /// Makes a system call as soon as it has something to do.
    ///
    /// @param more whether, after this answer, another call may have something to do
    Poll<Integer> attempt(Context cx, IntSupplier call, IntPredicate more) {
        if (state == READY) {
            state = NOTHING;
            int answer = call.getAsInt();
            if (answer == -Linux.EAGAIN) return attempt(cx, call, more); // now it keeps the waker
            if (more.test(answer) || ended) state = READY;
            return Poll.ready(answer);
        }
        state = cx.waker();
        return Poll.pending();
    }

    void event(boolean end) {
        if (end) ended = true;
        Object old = state;
        state = READY;
        if (old instanceof Waker waker) waker.wake();
    }
}
