import static book.learn.Expect.equal;
import static book.learn.Expect.that;

import java.io.IOException;
import java.util.concurrent.TimeoutException;
import trale.Context;
import trale.Future;
import trale.Poll;

void main() throws Exception {
    var work = new Switch<>("value");
    var sleep = new Switch<Void>(null);
    var cx = Context.of(() -> {});
    var timeout = new Timeout<>(work, sleep);
    that(timeout.poll(cx) instanceof Poll.Pending<?>, "It is ready although neither the work nor the sleep is.");
    that(work.polls == 1 && sleep.polls == 1, "Not both were polled, so one of the two can't wake the task.");
    work.ready = true;
    sleep.ready = true;
    try {
        equal(Poll.ready("value"), timeout.poll(cx), "the poll in which the value is ready and the time is over");
    } catch (TimeoutException e) {
        throw new AssertionError("The value was ready when the time was over, and was thrown away.");
    }
    equal(1, sleep.drops, "how often the sleep was dropped after the work had its value");

    var late = new Switch<>("value");
    var over = new Switch<Void>(null);
    over.ready = true;
    try {
        new Timeout<>(late, over).poll(cx);
        throw new AssertionError("The time was over, and there was no TimeoutException.");
    } catch (TimeoutException e) {
        equal(1, late.drops, "how often the work was dropped after the time was over");
    }

    var fails = new Switch<>("value");
    var needless = new Switch<Void>(null);
    fails.failure = new IOException("its own");
    try {
        new Timeout<>(fails, needless).poll(cx);
        throw new AssertionError("The work has failed, and Timeout has not.");
    } catch (IOException e) {
        that(e == fails.failure, "It fails with another exception than the work.");
    }
    equal(1, needless.drops, "how often the sleep was dropped after the work had failed");

    var unwanted = new Switch<>("value");
    var unneeded = new Switch<Void>(null);
    var dropped = new Timeout<>(unwanted, unneeded);
    dropped.poll(cx);
    dropped.drop();
    that(unwanted.drops == 1 && unneeded.drops == 1, "The Timeout was dropped, and did not drop both.");
}

static final class Switch<T> implements Future<T> {
    private final T value;
    boolean ready;
    IOException failure;
    int polls;
    int drops;

    Switch(T value) {
        this.value = value;
    }

    @Override
    public Poll<T> poll(Context cx) throws IOException {
        polls++;
        if (failure != null) throw failure;
        return ready ? Poll.ready(value) : Poll.pending();
    }

    @Override
    public void drop() {
        drops++;
    }
}
