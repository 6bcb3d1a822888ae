package book.ch13;

import static trale.Async.async;
import static trale.Async.await;

import trale.test.Simulation;

/// The sum as trale compiles it, then the broken one by hand, on trale's own executor, for the recording on the page.
public final class Recorded {
    private Recorded() {}

    /// @throws AssertionError it has failed, and is recorded
    public static void chapter13() {
        Simulation.forEachSeed(1, simulation -> simulation.run(() -> {
            int compiled = await(async(Compiled.total(new Feed(), 3)));
            int byHand = await(new BrokenTotal(new Feed(), 3));
            if (byHand != compiled) throw new IllegalStateException("the sum by hand is " + byHand + ", and " + compiled + " is right");
        }));
    }
}
