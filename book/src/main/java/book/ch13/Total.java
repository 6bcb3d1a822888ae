package book.ch13;

import trale.Context;
import trale.Future;
import trale.Poll;

/// The body `total`, compiled by hand.
// region total
final class Total implements Future<Integer> {
    private final Feed feed;
    private final int n;
    private int state;
    private int total;
    private int i;
    private Future<Integer> awaiting;

    Total(Feed feed, int n) {
        this.feed = feed;
        this.n = n;
    }

    @Override
    public Poll<Integer> poll(Context cx) throws Exception {
        int total = state == 0 ? 0 : this.total; // 0: from the start; 1: load what was saved
        int i = state == 0 ? 0 : this.i;
        for (; i < n; i++) {
            if (awaiting == null) awaiting = feed.next();
            if (!(awaiting.poll(cx) instanceof Poll.Ready<Integer>(var value))) {
                this.total = total; // save what is read later
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
