package bench.micro;

import trale.Context;
import trale.Future;
import trale.Poll;
import trale.Waker;

/// What one task waits for and another one sets, the smallest leaf future that does it. One executor only.
final class TraleSignal implements Future<Void> {
    private static final Poll<Void> READY = Poll.ready(null);

    private boolean set;
    private Waker waiter;

    @Override
    public Poll<Void> poll(Context cx) {
        if (set) {
            set = false;
            return READY;
        }
        waiter = cx.waker();
        return Poll.pending();
    }

    void set() {
        set = true;
        if (waiter != null) {
            waiter.wake();
        }
    }
}
