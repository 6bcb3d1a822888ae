package trale;

import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import trale.internal.Explanation;
import trale.internal.Owned;

/// A stage as a future.
final class StageFuture<T extends @Nullable Object> extends Owned implements Future<T> {
    private final CompletionStage<T> stage;

    private final End<T> end = new End<>();
    private boolean registered; // by the thread that polls

    /// All that the stage holds of this. A stage that can't be cancelled holds it until it is complete; after a drop that is not the task.
    private static final class End<T extends @Nullable Object> implements BiConsumer<@Nullable T, @Nullable Throwable> {

        /// Written by the poll, *then* it asks whether the stage is done; the thread that completes the stage writes that, *then*
        /// reads this. By the total order of volatile accesses one of the two sees the other.
        volatile @Nullable Waker waker;

        volatile boolean done;
        @Nullable T value; // written before `done`, as is the failure
        @Nullable Throwable failure;

        @Override
        public void accept(@Nullable T result, @Nullable Throwable failed) {
            value = result;
            failure = failed instanceof CompletionException c && c.getCause() != null ? c.getCause() : failed;
            done = true;
            var w = waker;
            if (w != null) w.wake();
        }
    }

    StageFuture(CompletionStage<T> stage) {
        this.stage = Objects.requireNonNull(stage, "the stage is null");
    }

    @Override
    public Poll<T> poll(Context cx) throws Exception {
        end.waker = cx.waker();
        if (!registered) {
            if (stage instanceof TaskFuture<T> f && f.task != null && f.task == cx.task) throw JoinHandle.awaitsItself();
            registered = true;
            stage.whenComplete(end);
        }
        if (!end.done) return Poll.pending();
        var failure = end.failure;
        if (failure == null) return Poll.ready(value());
        JoinHandle.markAwaited(failure);
        JoinHandle.<Exception>rethrow(failure);
        throw new AssertionError("unreachable");
    }

    @SuppressWarnings("NullAway") // null if T may be null
    private T value() {
        return end.value;
    }

    @Override
    public void drop() {
        end.waker = null;
        stage.toCompletableFuture().cancel(true);
    }

    /// The stage's own toString may be foreign code.
    @Override
    protected void explain(Explanation to) {
        var type = stage.getClass();
        to.waitsFor(new Snapshot.Stage("a " + (type.getName().startsWith("java.") ? type.getSimpleName() : type.getName())));
    }

    @Override
    public String toString() {
        return "the stage " + stage;
    }
}
