package book.ch06;

import trale.Context;
import trale.Future;
import trale.Poll;

/// Says Pending and keeps no waker.
// region mailbox
final class BrokenMailbox implements Future<String> {
    private String value;

    void put(String newValue) {
        value = newValue;
    }

    @Override
    public Poll<String> poll(Context cx) {
        if (value != null) return Poll.ready(value);
        return Poll.pending();
    }
}
// end
