package bench.micro;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/// How the peers without `await` do something many times in a row: each step is given what starts the next one.
///
/// ```text
/// run(1000, executor, next -> executor.execute(next))      one task that goes to the back of the queue 1000 times
/// ```
final class Repeat implements Runnable {
    private final Consumer<Runnable> step;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private int left;

    private Repeat(int times, Consumer<Runnable> step) {
        this.left = times;
        this.step = step;
    }

    /// Runs the steps on the executor and blocks until the last one is over.
    static void run(int times, Executor executor, Consumer<Runnable> step) {
        var repeat = new Repeat(times, step);
        executor.execute(repeat);
        repeat.done.join();
    }

    @Override
    public void run() {
        if (left-- > 0) {
            step.accept(this);
        } else {
            done.complete(null);
        }
    }
}
