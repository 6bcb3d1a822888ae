/// Both look and act under one lock, so `complete` comes before or after a poll, and not in the middle. The wake is outside of it: it is foreign code.

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
        Waker waiting;
        synchronized (this) {
            value = newValue;
            completed = true;
            waiting = waker;
        }
        if (waiting != null) waiting.wake();
    }

    @Override
    public synchronized Poll<T> poll(Context cx) {
        if (completed) return Poll.ready(value);
        waker = cx.waker();
        return Poll.pending();
    }
}
