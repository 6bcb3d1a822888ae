package trale.internal.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// Error numbers, their names and texts (errno(3)); the values are those of Linux on x86-64 and aarch64.
public final class Errno {
    public static final int EPERM = 1;
    public static final int EINTR = 4;
    public static final int EBADF = 9;
    public static final int EAGAIN = 11;
    public static final int ENOMEM = 12;
    public static final int EACCES = 13;
    public static final int EEXIST = 17;
    public static final int ENFILE = 23;
    public static final int EMFILE = 24;
    public static final int EPROTO = 71;
    public static final int ENOPROTOOPT = 92;
    public static final int EADDRINUSE = 98;
    public static final int EADDRNOTAVAIL = 99;
    public static final int ENETDOWN = 100;
    public static final int ENETUNREACH = 101;
    public static final int ECONNABORTED = 103;
    public static final int ENOBUFS = 105;
    public static final int ENOTCONN = 107;
    public static final int ETIMEDOUT = 110;
    public static final int ECONNREFUSED = 111;
    public static final int EHOSTDOWN = 112;
    public static final int EHOSTUNREACH = 113;
    public static final int EINPROGRESS = 115;

    private static final MethodHandle STRERROR = Libc.function("strerror", ADDRESS, JAVA_INT);
    private static final MethodHandle NAME = Libc.function("strerrorname_np", ADDRESS, JAVA_INT);

    private Errno() {}

    /// {@return an exception that says which call failed, on what, and why}
    /// @param call the system call and what it was for, such as `epoll_ctl(ADD, fd 7)`
    /// @param result what it answered: −errno
    public static IOException exception(String call, int result) {
        return new IOException(describe(call, result));
    }

    static String describe(String call, int result) {
        return call + ": " + string(NAME, -result) + " (" + string(STRERROR, -result) + ")";
    }

    @SuppressWarnings("restricted")
    private static String string(MethodHandle function, int errno) {
        try {
            var text = (MemorySegment) function.invokeExact(Libc.errno(), errno);
            return text.address() == 0 ? "errno " + errno : text.reinterpret(Long.MAX_VALUE).getString(0);
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }
}
