package trale.internal.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// An eventfd that interrupts an epoll_wait (eventfd(2)). Watched edge-triggered it need not be read back: every write is
/// an edge.
public final class EventFd extends Fd {
    private static final MethodHandle CREATE = Libc.function("eventfd", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle WRITE = Libc.function("write", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    private static final MemorySegment ONE = Arena.global().allocateFrom(JAVA_LONG, 1);

    public EventFd() throws IOException {
        super("eventfd", Libc.call(s -> (int) CREATE.invokeExact(s.errno, 0, NONBLOCK | CLOEXEC)));
    }

    /// Adds one to the counter, which would take 500 years of waking to overflow.
    public void signal() {
        var written = Libc.call(s -> (int) (long) WRITE.invokeExact(s.errno, fd, ONE, 8L));
        assert written == 8;
    }
}
