package book.ch13;

import trale.Context;
import trale.Future;
import trale.Poll;

/// Saves every local variable, also those that are not read again.
// region header
final class BrokenHeader implements Future<Integer> {
    private final Feed feed;
    private Message message;
    private int state;
    private byte[] bytes;
    private int first;
    private Future<Integer> awaiting;

    BrokenHeader(Feed feed, Message message) {
        this.feed = feed;
        this.message = message;
    }

    @Override
    public Poll<Integer> poll(Context cx) throws Exception {
        if (state == 0) {
            bytes = message.load();
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
