package trale.internal;

import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/// One request to stop, on its way to the await that throws it.
///
/// @param why      the reason given to [trale.JoinHandle#cancel(String)], or null
/// @param cause    the failure because of which a scope cancels, or null
/// @param noMemory the await throws this instead of a CancellationException, because the heap is full; or null. It is no request to stop:
///                 what the body does with it decides
public record Cancellation(@Nullable String why, @Nullable Throwable cause, @Nullable OutOfMemoryError noMemory) {

    /// A cancellation without a reason.
    public static final Cancellation PLAIN = new Cancellation(null, null);

    public Cancellation(@Nullable String why, @Nullable Throwable cause) {
        this(why, cause, null);
    }

    /// {@return a cancellation with this reason and cause; if there is no memory for it, the plain one}
    public static Cancellation of(@Nullable String why, @Nullable Throwable cause) {
        if (why == null && cause == null) return PLAIN;
        try {
            return new Cancellation(why, cause);
        } catch (OutOfMemoryError e) {
            return PLAIN;
        }
    }

    /// {@return the exception that the await throws}
    /// @param text the message if no reason was given
    public CancellationException exception(String text) {
        if (noMemory != null) throw noMemory;
        return caused(new CancellationException(why == null ? text : why));
    }

    /// {@return the exception with which a leaf's task ends} It has no stack trace: no line of the program is on the stack, and filling it
    /// in would cost more than the rest of a race.
    /// @param text the message if no reason was given
    public CancellationException exceptionOfLeaf(String text) {
        if (noMemory != null) throw noMemory;
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
