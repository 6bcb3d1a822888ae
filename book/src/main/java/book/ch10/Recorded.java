package book.ch10;

import static trale.Async.await;
import static trale.Async.yieldNow;

import java.util.ArrayList;
import trale.Executor;
import trale.test.Simulation;

/// Two tasks that await each other, on trale's own executor, for the recording on the page.
public final class Recorded {
    private Recorded() {}

    /// @throws AssertionError it has failed, and is recorded
    public static void chapter10() {
        Simulation.forEachSeed(1, simulation -> simulation.run(() -> {
            var tasks = new ArrayList<trale.JoinHandle<Void>>();
            tasks.add(Executor.spawn(() -> {
                await(yieldNow());
                await(tasks.get(1));
            }).named("left"));
            tasks.add(Executor.spawn(() -> {
                await(yieldNow());
                await(tasks.get(0));
            }).named("right"));
            await(tasks.get(0));
        }));
    }
}
