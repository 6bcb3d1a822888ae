package ill;

import static trale.Async.await;
import static trale.time.Timer.sleep;

import java.time.Duration;
import trale.Executor;

/// Many tasks that compute a little too long each: the last of them is late.
class Late {

    static void main() {
        Executor.blockOn(() -> {
            for (int i = 0; i < 40; i++) {
                Executor.spawn(() -> {
                    await(sleep(Duration.ofMillis(100)));
                    compute();
                });
            }
            await(sleep(Duration.ofSeconds(1)));
        });
    }

    private static void compute() {
        var end = System.nanoTime() + 8_000_000;
        while (System.nanoTime() < end) Thread.onSpinWait();
    }
}
