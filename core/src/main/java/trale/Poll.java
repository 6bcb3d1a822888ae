package trale;

import org.jspecify.annotations.Nullable;

/// The result of a poll of a [Future].
///
/// @param <T> the future's value
public sealed interface Poll<T extends @Nullable Object> {

    /// {@return the result of a future that has its value}
    /// @param <T> the future's value
    /// @param value the future's value; may be null
    static <T extends @Nullable Object> Poll<T> ready(@Nullable T value) {
        return new Ready<>(value);
    }

    /// {@return the result of a future that has no value yet; it has arranged for its waker to be called}
    /// @param <T> the future's value
    @SuppressWarnings("unchecked") // holds no T
    static <T extends @Nullable Object> Poll<T> pending() {
        return (Poll<T>) Pending.INSTANCE;
    }

    /// The future has its value, and has ended.
    ///
    /// @param <T> the future's value
    /// @param value its value; may be null
    record Ready<T extends @Nullable Object>(@Nullable T value) implements Poll<T> {}

    /// The future has no value yet. It has arranged for its waker to be called.
    ///
    /// @param <T> the future's value
    record Pending<T extends @Nullable Object>() implements Poll<T> {
        private static final Pending<?> INSTANCE = new Pending<>();
    }
}
