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
public final class EventFd implements AutoCloseable {
    private static final int NONBLOCK = 0x800;
    private static final int CLOEXEC = 0x80000;
    private static final MethodHandle CREATE = Libc.function("eventfd", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle WRITE = Libc.function("write", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    private static final MemorySegment ONE = Arena.global().allocateFrom(JAVA_LONG, 1);

    private final int fd;

    public EventFd() throws IOException {
        var errno = Libc.errno();
        try {
            fd = Libc.result((int) CREATE.invokeExact(errno, 0, NONBLOCK | CLOEXEC), errno);
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
        if (fd < 0) throw Errno.exception("eventfd", fd);
    }

    public int fd() {
        return fd;
    }

    /// Adds one to the counter, which would take 500 years of waking to overflow.
    public void signal() {
        try {
            var written = (long) WRITE.invokeExact(Libc.errno(), fd, ONE, 8L);
            assert written == 8;
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    @Override
    public void close() {
        Fd.close(fd);
    }
}
