package trale;

import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import trale.internal.Owned;

/// A stage as a future.
final class StageFuture<T extends @Nullable Object> extends Owned implements Future<T> {
    private final CompletionStage<T> stage;

    private boolean registered; // by the thread that polls

    /// Written by the poll, *then* it asks whether the stage is done; the thread that completes the stage writes that, *then* reads
    /// this. By the total order of volatile accesses one of the two sees the other.
    private volatile @Nullable Waker waker;

    private volatile boolean done;
    private @Nullable T value; // written before `done`
    private @Nullable Throwable failure;

    StageFuture(CompletionStage<T> stage) {
        this.stage = Objects.requireNonNull(stage, "the stage is null");
    }

    @Override
    public Poll<T> poll(Context cx) throws Exception {
        waker = cx.waker();
        if (!registered) stage.whenComplete(this::completed);
        registered = true;
        if (!done) return Poll.pending();
        if (failure == null) return Poll.ready(value);
        JoinHandle.markAwaited(failure);
        JoinHandle.<Exception>rethrow(failure);
        throw new AssertionError("unreachable");
    }

    private void completed(@Nullable T result, @Nullable Throwable failed) {
        value = result;
        failure = failed instanceof CompletionException c && c.getCause() != null ? c.getCause() : failed;
        done = true;
        var w = waker;
        if (w != null) w.wake();
    }

    @Override
    public void drop() {
        waker = null; // a stage that can't be cancelled would keep the task
        stage.toCompletableFuture().cancel(true);
    }

    @Override
    public String toString() {
        return "the stage " + stage;
    }
}
