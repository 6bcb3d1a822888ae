package book.ch13;

import trale.Context;
import trale.Future;
import trale.Poll;

/// Does not save `total`: it is 0 after each wait.
// region total
final class BrokenTotal implements Future<Integer> {
    private final Feed feed;
    private final int n;
    private int state;
    private int i;
    private Future<Integer> awaiting;

    BrokenTotal(Feed feed, int n) {
        this.feed = feed;
        this.n = n;
    }

    @Override
    public Poll<Integer> poll(Context cx) throws Exception {
        int total = 0;
        int i = state == 0 ? 0 : this.i;
        for (; i < n; i++) {
            if (awaiting == null) awaiting = feed.next();
            if (!(awaiting.poll(cx) instanceof Poll.Ready<Integer>(var value))) {
                this.i = i;
                state = 1;
                return Poll.pending();
            }
            awaiting = null;
            total += value;
        }
        return Poll.ready(total);
    }
}
// end
