package trale.internal.linux;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// A file descriptor that was opened here, and is closed once.
public abstract sealed class Fd implements AutoCloseable permits Epoll, EventFd, TimerFd {
    static final int NONBLOCK = 0x800;
    static final int CLOEXEC = 0x80000;
    private static final MemorySegment CLOSE = Libc.function("close");

    final int fd;

    /// @param result what the system call that opens it answered
    Fd(String call, int result) throws IOException {
        if (result < 0) throw Errno.exception(call, result);
        fd = result;
    }

    public int fd() {
        return fd;
    }

    @Override
    public void close() {
        close(fd);
    }

    /// close(2). Never repeated: after EINTR the number is free already and may be somebody else's.
    public static int close(int fd) {
        return Libc.call(CLOSE, fd, 0);
    }
}
