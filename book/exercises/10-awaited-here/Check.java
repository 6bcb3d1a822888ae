import static book.learn.Expect.equal;
import static book.learn.Expect.that;

import java.io.IOException;
import trale.Context;
import trale.Future;
import trale.Poll;

void main() throws Exception {
    var failure = new IOException("its own");
    Future<String> failing = _ -> {
        throw failure;
    };
    try {
        new Marked<>(failing).poll(Context.of(() -> {}));
        throw new AssertionError("The failure was swallowed.");
    } catch (Exception e) {
        that(e == failure, "Another object is thrown than the failure: " + e);
    }
    equal(1, failure.getSuppressed().length, "the number of marks in the failure");
    var trace = failure.getSuppressed()[0].getStackTrace();
    that(trace.length > 1 && trace[0].getClassName().equals("Marked"), "The mark's trace does not begin in Marked.poll, where the failure was awaited.");
    Future<String> ready = _ -> Poll.ready("value");
    that(new Marked<>(ready).poll(Context.of(() -> {})).equals(Poll.ready("value")), "A value does not come through.");
}
