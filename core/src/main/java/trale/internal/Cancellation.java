package trale.internal;

import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/// One request to stop, on its way to the await that throws it.
///
/// @param why   what [trale.JoinHandle#cancel(String)] was told, or null
/// @param cause the failure that made others give up, or null
public record Cancellation(@Nullable String why, @Nullable Throwable cause) {

    /// Of a task that was told no reason.
    public static final Cancellation PLAIN = new Cancellation(null, null);

    /// {@return one with this cause, or, if there is no memory for it, a plain one}
    public static Cancellation because(Throwable cause) {
        try {
            return new Cancellation(null, cause);
        } catch (OutOfMemoryError e) {
            return PLAIN;
        }
    }

    /// {@return what the await throws}
    /// @param text the message if no reason was given
    public CancellationException exception(String text) {
        var e = new CancellationException(why == null ? text : why);
        if (cause != null) e.initCause(cause);
        return e;
    }
}
