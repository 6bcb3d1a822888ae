/// A failure gets a mark that says where it was awaited: an exception, suppressed in it, whose stack trace is that of the awaiting code.
///
/// The failure itself must stay the same object: code may compare it, and its own trace says where it happened. Here it is wrapped.

import trale.Context;
import trale.Future;
import trale.Poll;

final class Marked<T> implements Future<T> {
    private final Future<T> handle;

    Marked(Future<T> handle) {
        this.handle = handle;
    }

    @Override
    public Poll<T> poll(Context cx) throws Exception {
        try {
            return handle.poll(cx);
        } catch (Exception e) {
            throw new RuntimeException("awaited here", e);
        }
    }
}
