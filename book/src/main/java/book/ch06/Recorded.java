package book.ch06;

import static trale.Async.await;
import static trale.Async.yieldNow;

import trale.Executor;
import trale.test.Simulation;

/// The broken mailbox on trale's own executor, for the recording on the page.
public final class Recorded {
    private Recorded() {}

    /// @throws AssertionError it has failed, and is recorded
    public static void chapter6() {
        Simulation.forEachSeed(1, simulation -> simulation.run(() -> {
            var mailbox = new BrokenMailbox();
            var greeter = Executor.spawn(() -> "hello " + await(mailbox)).named("greeter");
            Executor.spawn(() -> {
                await(yieldNow());
                mailbox.put("Ada");
            }).named("writer");
            await(greeter);
        }));
    }
}
