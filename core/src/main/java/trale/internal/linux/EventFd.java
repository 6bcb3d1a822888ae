package trale.internal.linux;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// An eventfd that interrupts an epoll_wait (eventfd(2)). It is watched edge-triggered, so it need not be read back: each write is an edge.
public final class EventFd extends Fd {
    private static final MemorySegment CREATE = Libc.function("eventfd");
    private static final MemorySegment WRITE = Libc.function("eventfd_write");

    /// The kernel of the thread that opens it. Any thread may signal.
    private final @Nullable Kernel kernel = Kernel.current();

    public EventFd() throws IOException {
        super("eventfd", Libc.callTwice(CREATE, 0, NONBLOCK | CLOEXEC, 0, 0));
    }

    /// Adds one to the counter, which overflows after 500 years of waking. Allocates nothing, even on a thread that makes its first system
    /// call.
    ///
    /// @throws IllegalStateException Linux refuses
    public void signal() {
        if (Scratch.callInAnyCase(kernel, WRITE, fd, 1, 0, 0) == 0) return;
        // Repeats the call to learn the reason.
        var failed = kernel == null ? Libc.call(WRITE, fd, 1) : kernel.call(Libc.name(WRITE), fd, 1, 0, 0, 0, 0);
        if (failed != 0) throw new IllegalStateException(Errno.exception("eventfd_write", failed));
    }
}
