package book.ch10;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import trale.Future;

/// A thread that polls tasks until all have ended. Everything that is to run is spawned before it starts, or by a task.
final class Executor {
    final ArrayDeque<Task<?>> runQueue = new ArrayDeque<>();
    private final boolean brokenHandles;
    private final boolean brokenTasks;
    final Thread thread = new Thread(this::run, "executor");
    private final List<JoinHandle<?>> ended = new ArrayList<>();
    private int unfinished;

    Executor(boolean brokenHandles, boolean brokenTasks) {
        this.brokenHandles = brokenHandles;
        this.brokenTasks = brokenTasks;
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler((_, e) -> System.out.println("the executor's thread has died of " + e));
    }

    // region spawn
    <T> JoinHandle<T> spawn(Future<T> future) {
        unfinished++;
        var handle = brokenHandles ? new BrokenHandle<T>(this) : new JoinHandle<T>(this);
        var task = brokenTasks ? new BrokenTask<>(this, future, handle) : new Task<>(this, future, handle);
        task.wake();
        return handle;
    }
    // end

    void start() {
        thread.start();
    }

    boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    void ended(Task<?> task) {
        unfinished--;
        ended.add(task.handle);
    }

    // region unseen
    /// {@return the failures that no task and no thread was told of; for the end of the program}
    List<String> unseenFailures() throws InterruptedException {
        thread.join();
        return ended.stream().map(JoinHandle::unseenFailure).filter(Objects::nonNull).map(Throwable::toString).toList();
    }
    // end

    private void run() {
        try {
            while (unfinished > 0) {
                Task<?> task = runQueue.pollFirst();
                if (task == null) throw new IllegalStateException(unfinished + " tasks wait, and no task can wake them");
                task.run();
            }
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
