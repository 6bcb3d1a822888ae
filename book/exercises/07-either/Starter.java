/// A future that waits for two descriptors at the same time, and becomes the one that has something to read.
///
/// Here it waits for the first one only.

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
        readiness.wakeWhenReady(first, cx.waker());
        return Poll.pending();
    }
}

/// Which descriptors have something to read; and the waker of the task that waits, for each descriptor.
interface Readiness {
    boolean canRead(int fd);

    void wakeWhenReady(int fd, Waker waker);
}
