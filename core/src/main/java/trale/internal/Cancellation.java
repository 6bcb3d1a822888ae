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

    /// {@return one with this reason and cause, or, if there is no memory for it, a plain one}
    public static Cancellation of(@Nullable String why, @Nullable Throwable cause) {
        if (why == null && cause == null) return PLAIN;
        try {
            return new Cancellation(why, cause);
        } catch (OutOfMemoryError e) {
            return PLAIN;
        }
    }

    public static Cancellation because(Throwable cause) {
        return of(null, cause);
    }

    /// {@return what the await throws}
    /// @param text the message if no reason was given
    public CancellationException exception(String text) {
        return caused(new CancellationException(why == null ? text : why));
    }

    /// {@return what a task ends with in which no body runs} Its stack has nothing of the program, and to fill it in costs more than
    /// all else of a race.
    /// @param text the message if no reason was given
    public CancellationException exceptionOfLeaf(String text) {
        return caused(new OfLeaf(why == null ? text : why));
    }

    private CancellationException caused(CancellationException e) {
        if (cause != null) e.initCause(cause);
        return e;
    }

    private static final class OfLeaf extends CancellationException {
        private static final long serialVersionUID = 1;

        OfLeaf(String text) {
            super(text);
        }

        @Override
        public Throwable fillInStackTrace() {
            return this;
        }

        @Override
        @SuppressWarnings("OverrideThrowableToString") // the class is of no interest, and the message is right
        public String toString() {
            return CancellationException.class.getName() + ": " + getMessage();
        }
    }
}
