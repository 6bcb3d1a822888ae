package bench.micro;

import trale.Context;
import trale.Future;
import trale.Poll;

/// Ready at every second poll; at the others it wakes its own task, which so goes to the back of the run-queue.
/// It can be awaited again and again.
final class Yield implements Future<Void> {
    private static final Poll<Void> READY = Poll.ready(null);

    private boolean yielded;

    @Override
    public Poll<Void> poll(Context cx) {
        yielded = !yielded;
        if (!yielded) {
            return READY;
        }
        cx.waker().wake();
        return Poll.pending();
    }
}
