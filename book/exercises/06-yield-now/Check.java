import static book.learn.Expect.equal;
import static book.learn.Expect.that;

import trale.Async;
import trale.Context;
import trale.Poll;
import trale.test.Simulation;

void main() throws Exception {
    int[] wakes = {0};
    var cx = Context.of(() -> wakes[0]++);
    var yield = new YieldNow();
    that(yield.poll(cx) instanceof Poll.Pending<?>, "The first poll is Ready, so the other tasks do not run.");
    equal(1, wakes[0], "the number of wakes after a poll that is Pending");
    that(yield.poll(cx) instanceof Poll.Ready<?>, "The second poll is Pending: it yields for ever.");

    try (var simulation = new Simulation(1)) { // in a real executor: a lost wake would be a DeadlockException
        simulation.run(() -> {
            Async.await(new YieldNow());
        });
    }
}
