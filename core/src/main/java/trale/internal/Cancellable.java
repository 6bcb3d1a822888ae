package trale.internal;

import org.jspecify.annotations.Nullable;

/// A future that is polled to its end when it is cancelled: an async body, or a future that polls others. A leaf is
/// [dropped][trale.Future#drop()] instead.
public interface Cancellable {

    /// Delivers one cancellation, to the innermost await. The caller polls afterwards, until the future is ready.
    void cancel(Cancellation cancellation);

    /// Gives this up without a poll: the future it waits for is dropped, and no `finally` block runs. It is not polled again.
    void abandon();

    /// {@return whether it was dropped} Then a second drop runs no cleanup.
    default boolean isDropped() {
        return false;
    }

    /// {@return a cancellation that was delivered to this future, which then became ready, or failed, without having thrown it; or null}
    /// The awaiting body throws it at its next await.
    ///
    /// @param failed it failed. If the cancellation came before that, the failure is what became of it, and it is not returned
    default @Nullable Cancellation undelivered(boolean failed) {
        return null;
    }
}
