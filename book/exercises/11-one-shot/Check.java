import static book.learn.Expect.equal;
import static book.learn.Expect.that;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
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

    // Two threads at the same moment, many times: one polls, and one completes. A poll that is Pending must be followed by a wake.
    var race = new OneShot[100_000];
    for (int i = 0; i < race.length; i++) race[i] = new OneShot<Integer>();
    var woken = new AtomicIntegerArray(race.length);
    var isReady = new boolean[race.length];
    var arrivals = new AtomicInteger();
    var completer = Thread.ofPlatform().daemon().start(() -> {
        for (int i = 0; i < race.length; i++) {
            meet(arrivals, i);
            race[i].complete(1);
        }
    });
    for (int i = 0; i < race.length; i++) {
        int number = i;
        meet(arrivals, i);
        isReady[i] = race[i].poll(Context.of(() -> woken.set(number, 1))) instanceof Poll.Ready<?>;
    }
    completer.join();
    for (int i = 0; i < race.length; i++) {
        that(isReady[i] || woken.get(i) == 1, "A poll and complete came at the same moment: the poll was Pending, and nothing woke the task.");
    }

    // An executor, many times.
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

/// Both threads go on at the same moment.
static void meet(AtomicInteger arrivals, int round) {
    arrivals.incrementAndGet();
    for (int spins = 0; arrivals.get() < 2 * (round + 1); spins++) {
        if (spins < 1000) Thread.onSpinWait();
        else Thread.yield(); // a single core
    }
}
