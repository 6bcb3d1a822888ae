package trale;

import org.jspecify.annotations.Nullable;

/// What a [Future] answers when it is polled.
///
/// @param <T> the future's value
public sealed interface Poll<T extends @Nullable Object> {

    /// {@return that the value is there}
    /// @param <T> the future's value
    /// @param value what the future became; may be null
    static <T extends @Nullable Object> Poll<T> ready(@Nullable T value) {
        return new Ready<>(value);
    }

    /// {@return that it is not there yet; the waker will be called}
    /// @param <T> the future's value
    @SuppressWarnings("unchecked") // holds no T
    static <T extends @Nullable Object> Poll<T> pending() {
        return (Poll<T>) Pending.INSTANCE;
    }

    /// The future is finished.
    ///
    /// @param <T> the future's value
    /// @param value what it became; may be null
    record Ready<T extends @Nullable Object>(@Nullable T value) implements Poll<T> {}

    /// The future has to be polled again; it has arranged for its waker to be called.
    ///
    /// @param <T> the future's value
    record Pending<T extends @Nullable Object>() implements Poll<T> {
        private static final Pending<?> INSTANCE = new Pending<>();
    }
}
