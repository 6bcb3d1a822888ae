package examples;

import static trale.Async.await;
import static trale.time.Timer.sleep;

import java.time.Duration;
import trale.Executor;

/// A task spawns another, goes on with its own work, and then awaits what the other returns.
class SubTasks {

    static void main() {
        var parent = Executor.spawn(() -> {
            await(sleep(Duration.ofSeconds(2)));
            IO.println("Hello A!");

            var child = Executor.spawn(() -> {
                IO.println("Hello from other task");
                await(sleep(Duration.ofSeconds(1)));
                IO.println("Bye bye from other task");
                return 24;
            });

            await(sleep(Duration.ofSeconds(1)));
            IO.println("Hello B!");

            int result = await(child);
            assert result == 24;

            await(sleep(Duration.ofSeconds(1)));
            IO.println("Hello C!");
        });
        parent.join();
    }
}
