package trale.internal.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.invoke.MethodHandle;

/// What can be done to any file descriptor.
public final class Fd {
    private static final MethodHandle CLOSE = Libc.function("close", JAVA_INT, JAVA_INT);

    private Fd() {}

    /// close(2). Never repeated: after EINTR the number is free already and may be somebody else's.
    public static int close(int fd) {
        var errno = Libc.errno();
        try {
            return Libc.result((int) CLOSE.invokeExact(errno, fd), errno);
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }
}
