package trale.internal;

/// A future that has an end to come to when it is cancelled: an async body, and what polls others.
///
/// A leaf has none: it is [dropped][trale.Future#drop()].
public interface Cancellable {

    /// Delivers one cancellation, to the innermost await. The caller polls afterwards, until the future is ready.
    void cancel(Cancellation cancellation);
}
