package trale;

import org.jspecify.annotations.Nullable;
import trale.internal.Log;

/// A resource that is closed when its task has ended, and the one that was given before it; see [JoinHandle#closing(AutoCloseable)].
record Closing(AutoCloseable resource, @Nullable Closing next) {
    private static final String FAILED = Log.loaded("a resource of a task that has ended failed to close: ");

    /// Closes this resource and those before it.
    void closeAll() {
        for (var c = this; c != null; c = c.next) close(c.resource);
    }

    /// A `close()` is foreign code: what it throws is logged.
    static void close(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Throwable t) {
            Log.error(FAILED, resource.getClass(), t);
        }
    }
}
