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

    /// close(2). Never repeated: after EINTR the number is free already and may be another file's. It is made also when no
    /// memory is left, neither on the heap nor outside.
    public static int close(int fd) {
        return callInAnyCase(CLOSE, fd, 0, 0);
    }

    /// Makes a call that passes numbers alone, also when no memory is left.
    static int callInAnyCase(MemorySegment function, long a, long b, long c) {
        Kernel kernel = null;
        try {
            kernel = KernelThread.answering();
        } catch (OutOfMemoryError e) {
            // A thread that has never asked has none.
        }
        return Scratch.callInAnyCase(kernel, function, a, b, c);
    }
}
