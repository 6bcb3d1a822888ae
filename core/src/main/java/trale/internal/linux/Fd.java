package trale.internal.linux;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// A file descriptor that trale has opened. It is closed once.
public abstract sealed class Fd implements AutoCloseable permits Epoll, EventFd, TimerFd {
    static final int NONBLOCK = 0x800;
    static final int CLOEXEC = 0x80000;
    private static final MemorySegment CLOSE = Libc.function("close");

    final int fd;

    /// @param result the answer of the system call that opens it
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

    /// close(2). It is not repeated after EINTR: the number is free then, and may be another file's. It needs no memory, on the heap or
    /// outside of it.
    public static int close(int fd) {
        return callInAnyCase(CLOSE, fd, 0, 0, 0);
    }

    /// As [#close(int)], for a descriptor of a kernel that may be another than the calling thread's.
    ///
    /// @param kernel null: Linux
    public static void close(int fd, @Nullable Kernel kernel) {
        Kernel usual = null;
        try {
            usual = Kernel.current();
        } catch (OutOfMemoryError e) {
            // A thread that has never asked has none.
        }
        if (kernel != usual) Kernel.use(kernel);
        try {
            close(fd);
        } finally {
            if (kernel != usual) Kernel.use(usual);
        }
    }

    /// Makes a call that passes numbers alone. It needs no memory.
    static int callInAnyCase(MemorySegment function, long a, long b, long c, long d) {
        Kernel kernel = null;
        try {
            kernel = KernelThread.answering();
        } catch (OutOfMemoryError e) {
            // A thread that has never asked has none.
        }
        return Scratch.callInAnyCase(kernel, function, a, b, c, d);
    }
}
