/// A mailbox for which two tasks may wait at the same time. When the value comes, both are woken.
///
/// Here the second task that waits takes the place of the first one, which is never woken.

import trale.Context;
import trale.Future;
import trale.Poll;
import trale.Waker;

final class SharedMailbox {
    private String value;
    private Waker waker;

    void put(String newValue) {
        value = newValue;
        if (waker != null) waker.wake();
    }

    /// {@return a future for one task}
    Future<String> read() {
        return this::poll;
    }

    private Poll<String> poll(Context cx) {
        if (value != null) return Poll.ready(value);
        waker = cx.waker();
        return Poll.pending();
    }
}
