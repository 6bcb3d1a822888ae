package ill;

import static trale.Async.await;
import static trale.time.Timer.sleep;

import java.time.Duration;
import trale.Executor;

/// A body that blocks the executor's thread.
class Blocks {

    static void main() {
        Executor.blockOn(() -> {
            await(sleep(Duration.ofMillis(100)));
            Thread.sleep(1500); // not an await: the thread sleeps, and no task runs
            await(sleep(Duration.ofMillis(100)));
        });
    }
}
