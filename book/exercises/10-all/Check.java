import static book.learn.Expect.equal;
import static book.learn.Expect.that;

import java.io.IOException;
import java.util.List;
import trale.Context;
import trale.Future;
import trale.Poll;

void main() throws Exception {
    var cx = Context.of(() -> {});
    var a = new Switch();
    var b = new Switch();
    var all = new All<String>(List.of(a, b));
    that(all.poll(cx) instanceof Poll.Pending<?>, "It is ready although none of the two is.");
    that(a.polls == 1 && b.polls == 1, "The second future was not polled while the first one waits.");
    b.value = "b";
    that(all.poll(cx) instanceof Poll.Pending<?>, "It is ready although only one of the two is.");
    a.value = "a";
    that(all.poll(cx) instanceof Poll.Ready<List<String>>(var values) && values.equals(List.of("a", "b")), "It does not become [a, b].");

    var fails = new Switch();
    var waits = new Switch();
    var failing = new All<String>(List.of(waits, fails));
    failing.poll(cx);
    fails.failure = new IOException("its own");
    try {
        failing.poll(cx);
        throw new AssertionError("One of the two has failed, and All has not.");
    } catch (IOException e) {
        that(e == fails.failure, "It fails with another exception than the future.");
    }
    equal(1, waits.drops, "how often the other future was dropped after the failure");
    equal(0, fails.drops, "how often the future that failed was dropped");

    var ended = new Switch();
    var unwanted = new Switch();
    var dropped = new All<String>(List.of(ended, unwanted));
    ended.value = "ended";
    dropped.poll(cx);
    dropped.drop();
    that(unwanted.drops == 1 && ended.drops == 0, "All was dropped, and did not drop those that have not ended, and only them.");
}

static final class Switch implements Future<String> {
    String value;
    IOException failure;
    int polls;
    int drops;
    private boolean ended;

    @Override
    public Poll<String> poll(Context cx) throws IOException {
        that(!ended, "A future was polled after its end.");
        polls++;
        ended = value != null || failure != null;
        if (failure != null) throw failure;
        return value == null ? Poll.pending() : Poll.ready(value);
    }

    @Override
    public void drop() {
        drops++;
    }
}
