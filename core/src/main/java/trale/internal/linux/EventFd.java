package trale.internal.linux;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// An eventfd that interrupts an epoll_wait (eventfd(2)). Watched edge-triggered it need not be read back: every write is
/// an edge.
public final class EventFd extends Fd {
    private static final MemorySegment CREATE = Libc.function("eventfd");
    private static final MemorySegment WRITE = Libc.function("eventfd_write");

    /// Of the thread that opens it: any thread may signal.
    private final @Nullable Kernel kernel = Kernel.current();

    public EventFd() throws IOException {
        super("eventfd", Libc.call(CREATE, 0, NONBLOCK | CLOEXEC));
    }

    /// Adds one to the counter, which would take 500 years of waking to overflow. Allocates nothing, also on a thread that has made
    /// no system call yet.
    ///
    /// @throws IllegalStateException Linux refuses
    public void signal() {
        if (Scratch.callInAnyCase(kernel, WRITE, fd, 1, 0) == 0) return;
        // Once more, and now with its reason.
        var failed = kernel == null ? Libc.call(WRITE, fd, 1) : kernel.call(Libc.name(WRITE), fd, 1, 0, 0, 0, 0);
        if (failed != 0) throw new IllegalStateException(Errno.exception("eventfd_write", failed));
    }
}
