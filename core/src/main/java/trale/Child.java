package trale;

import org.jspecify.annotations.Nullable;

/// A task that a scope, `all`, `any` or `race` forked. Executor's thread only, as its parent.
final class Child<T extends @Nullable Object> extends Task<T> {
    private @Nullable Children<?> parent; // null when done, so that a handle keeps the outcome alive and not the scope

    /// Links of the [Children].
    @Nullable Child<?> previousSibling;
    @Nullable Child<?> nextSibling;

    private int forgottenIn; // the round in which it was found to be forgotten

    Child(RunLoop loop, Future<T> future, Children<?> parent) {
        super(loop, future);
        this.parent = parent;
    }

    @Override
    @Nullable Children<?> parent() {
        return parent;
    }

    /// {@return whether its scope was left behind, and this round finds that for the first time: the round is noted}
    boolean takeForgotten(int round) {
        if (forgottenIn == round || parent == null || !parent.isForgotten()) return false;
        forgottenIn = round;
        return true;
    }

    @Override
    void tellParent(@Nullable Future<?> f, @Nullable Throwable failed) {
        var scope = parent;
        parent = null;
        if (scope != null) scope.childEnded(this, f, failed);
    }
}
