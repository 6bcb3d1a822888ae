package ill;

import static trale.Async.await;
import static trale.time.Timer.sleep;

import java.time.Duration;
import trale.Executor;

/// A task that asks again and again, instead of waiting.
class Busy {
    private static boolean ready;

    static void main() {
        Executor.blockOn(() -> {
            Executor.spawn(() -> {
                await(sleep(Duration.ofSeconds(3)));
                ready = true;
            });
            while (!ready) await(trale.Async.yieldNow());
        });
    }
}
