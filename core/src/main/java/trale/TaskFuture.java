package trale;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import trale.internal.Cancellation;

/// What [JoinHandle#toCompletableFuture()] returns, and its dependent stages.
final class TaskFuture<T extends @Nullable Object> extends CompletableFuture<T> {
    private static final Cancellation CANCELLED = new Cancellation("its CompletableFuture was cancelled", null);

    final @Nullable Task<?> task; // null: a dependent stage
    private boolean isTold; // guarded by this: this has counted its cancellation of the task, which it may still have to wake

    private TaskFuture(@Nullable Task<?> task) {
        this.task = task;
    }

    static <T extends @Nullable Object> CompletableFuture<@Nullable T> of(Task<T> task) {
        var future = new TaskFuture<@Nullable T>(task);
        Waker complete = () -> {
            var failure = task.thrown();
            if (failure == null) future.complete(task.value());
            else if (future.completeExceptionally(failure)) task.failure(); // seen now: not if other code has completed the future before
        };
        if (!task.onEnd(complete)) complete.wake();
        var _ = future.whenComplete((_, _) -> task.forget(complete)); // other code may complete it before the task ends
        return future;
    }

    @Override
    public <U extends @Nullable Object> CompletableFuture<U> newIncompleteFuture() {
        return new TaskFuture<>(null);
    }

    /// Cancels the task once: a second cancellation would break its cleanup off. Between the count and the flag there is no call, so both
    /// change or none. If the wake fails, this throws before it is done, and the next call wakes the task.
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        synchronized (this) {
            if (task != null && !isDone()) {
                if (!isTold) task.requestCancel(CANCELLED);
                isTold = true;
                task.wakeToCancel(CANCELLED);
            }
        }
        return super.cancel(mayInterruptIfRunning);
    }

    private void requireOutside(String method) {
        if (isDone()) return;
        Executor.requireOutside(method, "await(handle), or await(stage)");
        if (task != null) task.loop.awaitTask(task);
    }

    @Override
    public T join() {
        requireOutside("join()");
        return super.join();
    }

    @Override
    public T get() throws InterruptedException, ExecutionException {
        requireOutside("get()");
        return super.get();
    }

    @Override
    public T get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        requireOutside("get(timeout)");
        return super.get(timeout, unit);
    }
}
