package book.ch13;

import trale.Context;
import trale.Future;
import trale.Poll;

/// The body `header`, compiled by hand.
// region header
final class Header implements Future<Integer> {
    private final Feed feed;
    private Message message;
    private int state;
    private int first;
    private Future<Integer> awaiting;

    Header(Feed feed, Message message) {
        this.feed = feed;
        this.message = message;
    }

    @Override
    public Poll<Integer> poll(Context cx) throws Exception {
        if (state == 0) {
            byte[] bytes = message.load();
            message = null;
            first = bytes[0];
            awaiting = feed.next();
            state = 1;
        }
        if (!(awaiting.poll(cx) instanceof Poll.Ready<Integer>(var value))) return Poll.pending();
        return Poll.ready(first + value);
    }
}
// end
