package trale;

import org.jspecify.annotations.Nullable;

/// The superclass of every compiled async body.
public abstract class StateMachine<T> implements Future<T> {
    protected StateMachine() {}

    /// Asks the body to stop: the innermost await drops its leaf and the next poll throws CancellationException there.
    void cancel() {}

    /// The future this body is suspended at, or null.
    @Nullable Future<?> awaiting() {
        return null;
    }

    /// Where it is suspended, or null.
    @Nullable StackTraceElement location() {
        return null;
    }
}
