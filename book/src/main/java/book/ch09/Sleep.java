package book.ch09;

import trale.Context;
import trale.Future;
import trale.Poll;
import trale.Waker;

/// Ready when its time has come. Its time counts from when it was made.
// region sleep
final class Sleep implements Future<Void> {
    final long deadline;
    Waker waker;
    int index = -1; // in the heap; -1: it is not in

    private final Timers timers;

    Sleep(Timers timers, long nanos) {
        this.timers = timers;
        deadline = timers.now() + nanos;
    }

    boolean isOver(long now) {
        return now - deadline >= 0; // the numbers of nanoTime may overflow
    }

    @Override
    public Poll<Void> poll(Context cx) {
        if (isOver(timers.now())) {
            timers.remove(this);
            return Poll.ready(null);
        }
        waker = cx.waker();
        timers.put(this);
        return Poll.pending();
    }

    @Override
    public void drop() {
        timers.remove(this);
    }
}
// end
