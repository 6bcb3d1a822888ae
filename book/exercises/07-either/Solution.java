/// It asks to be woken by both, and looks at both when it is polled: a wake does not say which it was.

import trale.Context;
import trale.Future;
import trale.Poll;
import trale.Waker;

final class Either implements Future<Integer> {
    private final Readiness readiness;
    private final int first;
    private final int second;

    Either(Readiness readiness, int first, int second) {
        this.readiness = readiness;
        this.first = first;
        this.second = second;
    }

    @Override
    public Poll<Integer> poll(Context cx) {
        if (readiness.canRead(first)) return Poll.ready(first);
        if (readiness.canRead(second)) return Poll.ready(second);
        readiness.wakeWhenReady(first, cx.waker());
        readiness.wakeWhenReady(second, cx.waker());
        return Poll.pending();
    }
}

/// Which descriptors have something to read; and the waker of the task that waits, for each descriptor.
interface Readiness {
    boolean canRead(int fd);

    void wakeWhenReady(int fd, Waker waker);
}
