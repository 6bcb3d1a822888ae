package trale.internal;

import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/// One request to stop, on its way to the await that throws it.
///
/// @param why   the reason given to [trale.JoinHandle#cancel(String)], or null
/// @param cause the failure because of which a scope cancels, or null
public record Cancellation(@Nullable String why, @Nullable Throwable cause) {

    /// A cancellation without a reason.
    public static final Cancellation PLAIN = new Cancellation(null, null);

    /// {@return a cancellation with this cause; if there is no memory for it, the plain one}
    public static Cancellation because(Throwable cause) {
        try {
            return new Cancellation(null, cause);
        } catch (OutOfMemoryError e) {
            return PLAIN;
        }
    }

    /// {@return the exception that the await throws}
    /// @param text the message if no reason was given
    public CancellationException exception(String text) {
        return caused(new CancellationException(why == null ? text : why));
    }

    /// {@return the exception with which a leaf's task ends} It has no stack trace: no line of the program is on the stack, and filling it in
    /// would cost more than the rest of a race.
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
