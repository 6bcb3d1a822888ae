package ill;

import static trale.Async.await;
import static trale.time.Timer.sleep;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import trale.Executor;

/// A task that catches its cancellation and goes on.
class Swallowed {

    static void main() {
        Executor.blockOn(() -> {
            var deaf = Executor.spawn(() -> {
                while (true) {
                    try {
                        await(sleep(Duration.ofSeconds(60)));
                    } catch (CancellationException e) {
                        IO.println("Never mind."); // and waits again
                    }
                }
            });
            await(sleep(Duration.ofMillis(200)));
            deaf.cancel();
            await(deaf); // for ever
        });
    }
}
