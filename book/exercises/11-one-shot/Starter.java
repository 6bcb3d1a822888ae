/// A future that another thread completes. `complete` may be called at any time, before, during or after a poll.
///
/// Here two things are wrong: the task is woken before the value is there, and the two threads share fields without any order. (With a
/// single core the check finds the second mistake only by luck.)

import trale.Context;
import trale.Future;
import trale.Poll;
import trale.Waker;

final class OneShot<T> implements Future<T> {
    private T value;
    private boolean completed;
    private Waker waker;

    /// By any thread, once.
    void complete(T newValue) {
        if (waker != null) waker.wake();
        value = newValue;
        completed = true;
    }

    @Override
    public Poll<T> poll(Context cx) {
        if (completed) return Poll.ready(value);
        waker = cx.waker();
        return Poll.pending();
    }
}
