/// The mark is made where it was awaited, so its trace is right by itself.

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
            e.addSuppressed(new Exception("awaited here"));
            throw e;
        }
    }
}
