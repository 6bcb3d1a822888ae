package trale.internal;

import org.jspecify.annotations.Nullable;
import trale.Future;

/// What becomes of a failure beside another one, and of a future that is given up because of one.
public final class Failures {
    private static final String NOT_CLOSED = Log.loaded("a value that was given up could not be closed: ");

    private Failures() {}

    /// Loads this class, while there is memory for it.
    public static void prepare() {}

    /// Adds `more` to what `failure` suppresses, unless it is the same object, or there is no memory for it.
    public static void suppress(Throwable failure, Throwable more) {
        try {
            if (failure != more) failure.addSuppressed(more);
        } catch (OutOfMemoryError e) {
            // What was first is kept.
        }
    }

    /// Drops a future. What its `drop` throws is suppressed in `cause`.
    ///
    /// @return the cause
    public static <E extends Throwable> E drop(Future<?> f, E cause) {
        try {
            f.drop();
        } catch (Throwable t) {
            suppress(cause, t);
        }
        return cause;
    }

    public static NullPointerException returnedNull(Future<?> f) {
        return new NullPointerException(f.getClass().getName() + ".poll returned null; it must return Poll.ready or Poll.pending");
    }

    /// Closes a value that was obtained and can reach no code any more, as a permit or a connection.
    ///
    /// @param failure why it can reach none, which suppresses what `close()` throws; null: that is logged
    /// @throws StackOverflowError the stack may have ended before the value was closed
    public static void discard(@Nullable Object value, @Nullable Throwable failure) {
        if (!(value instanceof AutoCloseable resource)) return;
        try {
            resource.close();
        } catch (StackOverflowError e) {
            throw e;
        } catch (Throwable t) {
            if (failure != null) suppress(failure, t);
            else Log.error(NOT_CLOSED, value, t);
        }
    }
}
