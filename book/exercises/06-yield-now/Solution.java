/// It wakes itself, while it is being polled. The task's state WOKEN keeps that.

import trale.Context;
import trale.Future;
import trale.Poll;

final class YieldNow implements Future<Void> {
    private boolean yielded;

    @Override
    public Poll<Void> poll(Context cx) {
        if (yielded) return Poll.ready(null);
        yielded = true;
        cx.waker().wake();
        return Poll.pending();
    }
}
