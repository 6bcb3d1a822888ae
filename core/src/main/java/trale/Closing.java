package trale;

import org.jspecify.annotations.Nullable;
import trale.internal.Log;

/// A resource that is closed when its task has ended, and the one that was given before it; see [JoinHandle#closing(AutoCloseable)].
record Closing(AutoCloseable resource, @Nullable Closing next) {

    /// Closes this resource and those before it. A `close()` is foreign code: what it throws is logged.
    void closeAll() {
        for (var c = this; c != null; c = c.next) {
            try {
                c.resource.close();
            } catch (Throwable t) {
                Log.error("a resource of a task that has ended failed to close: " + c.resource.getClass().getName(), t);
            }
        }
    }
}
