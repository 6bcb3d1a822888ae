package book.ch06;

import trale.Context;
import trale.Future;
import trale.Poll;
import trale.Waker;

/// Room for one value. One task puts it in, another waits for it. As a future: the value, once it is there.
// region mailbox
final class Mailbox implements Future<String> {
    private String value;
    private Waker waker;

    void put(String newValue) {
        value = newValue;
        if (waker != null) waker.wake();
    }

    @Override
    public Poll<String> poll(Context cx) {
        if (value != null) return Poll.ready(value);
        waker = cx.waker();
        return Poll.pending();
    }
}
// end
