package ill;

import static trale.Async.await;
import static trale.time.Timer.sleep;

import java.time.Duration;
import trale.Executor;

/// A task that fails, and no one asks what became of it.
class Unseen {

    static void main() {
        Executor.blockOn(() -> {
            Executor.spawn(() -> {
                throw new IllegalStateException("the disk is full");
            });
            await(sleep(Duration.ofSeconds(3)));
        });
    }
}
