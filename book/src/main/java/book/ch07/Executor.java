package book.ch07;

import java.util.ArrayDeque;
import trale.Future;

/// Polls the tasks that were woken. When there are none it sleeps in the reactor.
class Executor {
    final ArrayDeque<Task> runQueue = new ArrayDeque<>();
    final Reactor reactor;
    int unfinished;

    Executor(Reactor reactor) {
        this.reactor = reactor;
    }

    void spawn(Future<?> future) {
        unfinished++;
        new Task(this, future).wake();
    }

    // region loop
    /// Polls until every task has ended. Stops early if nothing happens for `patienceMillis`, or after `turns` turns of the reactor.
    ///
    /// @return how many tasks are left
    int run(int patienceMillis, int turns) {
        int ready = 1;
        while (unfinished > 0 && ready != 0 && reactor.turns < turns) {
            runTasks();
            if (unfinished > 0) ready = reactor.turn(patienceMillis);
        }
        return unfinished;
    }

    void runTasks() {
        for (Task task; (task = runQueue.pollFirst()) != null; ) task.run();
    }
    // end
}
