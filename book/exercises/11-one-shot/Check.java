import static book.learn.Expect.equal;
import static book.learn.Expect.that;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import trale.Context;
import trale.Executor;
import trale.Poll;

void main() throws Exception {
    // The task is polled at once when it is woken.
    var shot = new OneShot<String>();
    var polls = new Object[1];
    shot.poll(Context.of(() -> polls[0] = shot.poll(Context.of(() -> {}))));
    shot.complete("value");
    equal(Poll.ready("value"), polls[0], "the poll that follows the wake");

    var early = new OneShot<String>();
    early.complete("early");
    that(early.poll(Context.of(() -> {})).equals(Poll.ready("early")), "It was completed before the first poll, and is Pending.");

    // Two threads, many times.
    var sum = new AtomicInteger();
    try (var executor = Executor.builder().build()) {
        for (int i = 0; i < 2000; i++) {
            var one = new OneShot<Integer>();
            var handle = executor.submit(one);
            one.complete(1);
            sum.addAndGet(handle.toCompletableFuture().orTimeout(1, TimeUnit.SECONDS).join());
        }
    }
    equal(2000, sum.get(), "the sum of 2000 values of 1");
}
