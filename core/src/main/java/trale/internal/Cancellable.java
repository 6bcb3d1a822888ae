package trale.internal;

import org.jspecify.annotations.Nullable;

/// A future that has an end to come to when it is cancelled: an async body, and what polls others.
///
/// A leaf has none: it is [dropped][trale.Future#drop()].
public interface Cancellable {

    /// Delivers one cancellation, to the innermost await. The caller polls afterwards, until the future is ready.
    void cancel(Cancellation cancellation);

    /// Gives this up without a poll, so that no `finally` block runs: what it waits for is dropped. It is not polled again.
    void abandon();

    /// {@return what was delivered to this and not thrown, when it has become a value, or null} The body that awaits it throws it at
    /// its next await.
    default @Nullable Cancellation undelivered() {
        return null;
    }
}
