package trale.internal.linux;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// A file descriptor that was opened here, and is closed once.
public abstract sealed class Fd implements AutoCloseable permits Epoll, EventFd, TimerFd {
    static final int NONBLOCK = 0x800;
    static final int CLOEXEC = 0x80000;
    private static final MemorySegment CLOSE = Libc.function("close");

    /// For calls that must be made though there is no memory for the thread's own [Scratch]. Used by one thread at a time,
    /// the one that holds its monitor.
    private static final Scratch RESERVE = Scratch.of(null, Scratch.newMemory());

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

    /// Makes a call that passes numbers alone, also when the thread has made none before and no memory is left for its
    /// [Scratch].
    static int callInAnyCase(MemorySegment function, long a, long b, long c) {
        Scratch own;
        try {
            own = Scratch.get();
        } catch (OutOfMemoryError e) { // so this is no thread with a kernel of its own
            synchronized (RESERVE) {
                return RESERVE.call(function, a, b, c, 0, 0);
            }
        }
        return own.call(function, a, b, c, 0, 0);
    }
}
