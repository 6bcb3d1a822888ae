package book.ch06;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import trale.Future;

/// Polls the tasks that were woken, first in, first out.
final class Executor {
    final ArrayDeque<Task> runQueue = new ArrayDeque<>();
    final List<String> log = new ArrayList<>();
    int unfinished;
    private final BiFunction<Executor, Future<?>, Task> newTask;

    Executor(BiFunction<Executor, Future<?>, Task> newTask) {
        this.newTask = newTask;
    }

    // region loop
    void spawn(Future<?> future) {
        unfinished++;
        newTask.apply(this, future).wake(); // the first wake
    }

    /// Polls until no task can go on.
    ///
    /// @return how many tasks wait all the same: for a wake that can't come any more
    int run() {
        while (!runQueue.isEmpty()) {
            Task task = runQueue.removeFirst();
            task.run();
        }
        return unfinished;
    }
    // end
}
