/// `yieldNow()` is Pending at its first poll and Ready at its second, and keeps the promise of Pending.
///
/// The promise: who returns Pending has arranged that the waker will be called.

import trale.Context;
import trale.Future;
import trale.Poll;

final class YieldNow implements Future<Void> {

    @Override
    public Poll<Void> poll(Context cx) {
        return Poll.pending();
    }
}
