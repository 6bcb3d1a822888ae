package trale.internal.linux;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// An eventfd that interrupts an epoll_wait (eventfd(2)). Watched edge-triggered it need not be read back: every write is
/// an edge.
public final class EventFd extends Fd {
    private static final MemorySegment CREATE = Libc.function("eventfd");
    private static final MemorySegment WRITE = Libc.function("eventfd_write");

    public EventFd() throws IOException {
        super("eventfd", Libc.call(CREATE, 0, NONBLOCK | CLOEXEC));
    }

    /// Adds one to the counter, which would take 500 years of waking to overflow.
    public void signal() {
        var failed = Libc.call(WRITE, fd, 1);
        assert failed == 0;
    }
}
