package examples;

import static trale.Async.await;
import static trale.time.Timer.sleep;

import java.time.Duration;
import trale.Executor;

/// Two tasks on one thread race to print; each sleeps 2 s, 1 s and 1 s, and both are done after 4 s.
class Timer {

    static void main() {
        var task1 = Executor.spawn(() -> {
            await(sleep(Duration.ofSeconds(2)));
            IO.println("Hello A!");
            await(sleep(Duration.ofSeconds(1)));
            IO.println("Hello B!");
            await(sleep(Duration.ofSeconds(1)));
            IO.println("Hello C!");
        });
        var task2 = Executor.spawn(() -> {
            await(sleep(Duration.ofSeconds(2)));
            IO.println("Hello a!");
            await(sleep(Duration.ofSeconds(1)));
            IO.println("Hello b!");
            await(sleep(Duration.ofSeconds(1)));
            IO.println("Hello c!");
        });
        task1.join();
        task2.join();
    }
}
