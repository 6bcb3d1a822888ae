import static book.learn.Expect.equal;
import static book.learn.Expect.that;
import static trale.Async.async;
import static trale.Async.await;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import trale.Context;
import trale.Future;
import trale.Poll;
import trale.test.Simulation;
import trale.time.Timer;

void main() throws Exception {
    try (var simulation = new Simulation(1)) {
        simulation.run(() -> {
            var pair = await(new Both<>(
                    async(() -> {
                        await(Timer.sleep(Duration.ofSeconds(2)));
                        return "a";
                    }),
                    async(() -> {
                        await(Timer.sleep(Duration.ofSeconds(1)));
                        await(Timer.sleep(Duration.ofSeconds(1)));
                        return "b";
                    })));
            equal(Map.entry("a", "b"), pair, "the pair");
        });
        equal(2L, simulation.elapsed().toSeconds(), "the number of seconds that two futures of two seconds take together");
    }

    for (var isFirst : new boolean[] {true, false}) {
        var fails = new Never(new IOException("its own"));
        var waits = new Never(null);
        try {
            (isFirst ? new Both<>(fails, waits) : new Both<>(waits, fails)).poll(Context.of(() -> {}));
            throw new AssertionError("One of the two has failed, and Both has not.");
        } catch (IOException e) {
            that(e == fails.failure, "It fails with another exception than the future.");
        }
        equal(1, waits.drops, "how often the other future was dropped after the failure");
    }

    var one = new Never(null);
    var other = new Never(null);
    var both = new Both<>(one, other);
    both.poll(Context.of(() -> {}));
    both.drop();
    that(one.drops == 1 && other.drops == 1, "Both was dropped, and did not drop the two.");
}

/// Fails, or waits for ever.
static final class Never implements Future<Void> {
    final IOException failure;
    int drops;

    Never(IOException failure) {
        this.failure = failure;
    }

    @Override
    public Poll<Void> poll(Context cx) throws IOException {
        if (failure != null) throw failure;
        return Poll.pending();
    }

    @Override
    public void drop() {
        drops++;
    }
}
