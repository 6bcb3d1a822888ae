package trale.support;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.invoke.MethodHandle;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// System calls of the tests' own: what tests trale must not rest on it. Each answers as the kernel does: a result, or
/// −errno.
@SuppressWarnings("restricted")
public final class Linux {
    public static final int EPERM = 1;
    public static final int EAGAIN = 11;
    public static final int EPIPE = 32;
    public static final int ECONNRESET = 104;
    public static final int EINPROGRESS = 115;
    public static final int STREAM = 1;
    public static final int DATAGRAM = 2;

    private static final int NONBLOCK = 0x800;
    private static final int AF_UNIX = 1;
    private static final int AF_INET = 2;
    private static final MemoryLayout CAPTURE = Linker.Option.captureStateLayout();
    private static final Map<String, MethodHandle> FUNCTIONS = new ConcurrentHashMap<>();

    private Linux() {}

    /// {@return the read end and the write end}
    public static int[] pipe() {
        return pair("pipe2", NONBLOCK);
    }

    public static int[] socketpair(int type) {
        return pair("socketpair", AF_UNIX, type | NONBLOCK, 0);
    }

    private static int[] pair(String function, long... args) {
        try (var arena = Arena.ofConfined()) {
            var two = arena.allocate(8);
            var all = java.util.Arrays.copyOf(args, args.length + 1);
            if (function.equals("pipe2")) { // the only one that has the array first
                all[0] = two.address();
                all[1] = args[0];
            } else {
                all[args.length] = two.address();
            }
            must(call(function, all));
            return new int[] {two.get(JAVA_INT, 0), two.get(JAVA_INT, 4)};
        }
    }

    /// A TCP socket that is neither connected nor connecting.
    public static int socket() {
        return must(call("socket", AF_INET, STREAM | NONBLOCK, 0));
    }

    /// connect(2) to this port of 127.0.0.1.
    public static int connect(int fd, int port) {
        try (var arena = Arena.ofConfined()) {
            var address = arena.allocate(16);
            address.copyFrom(java.lang.foreign.MemorySegment.ofArray(
                    new byte[] {AF_INET, 0, (byte) (port >> 8), (byte) port, 127, 0, 0, 1}));
            return call("connect", fd, address.address(), 16);
        }
    }

    /// getsockopt(SOL_SOCKET, SO_ERROR).
    public static int error(int fd) {
        return option(fd, 1, 4);
    }

    /// getsockopt(2).
    public static int option(int fd, int level, int name) {
        try (var arena = Arena.ofConfined()) {
            var value = arena.allocate(JAVA_INT);
            must(call("getsockopt", fd, level, name, value.address(), arena.allocateFrom(JAVA_INT, 4).address()));
            return value.get(JAVA_INT, 0);
        }
    }

    public static int read(int fd, int atMost) {
        try (var arena = Arena.ofConfined()) {
            return call("read", fd, arena.allocate(atMost).address(), atMost);
        }
    }

    public static int write(int fd, int bytes) {
        try (var arena = Arena.ofConfined()) {
            return call("write", fd, arena.allocate(bytes).address(), bytes);
        }
    }

    /// Writes `bytes` bytes to a Unix stream, and passes a duplicate of `passed` with them (SCM_RIGHTS, unix(7)).
    public static int write(int fd, int bytes, int passed) {
        try (var arena = Arena.ofConfined()) {
            var data = arena.allocate(16); // struct iovec
            data.set(JAVA_LONG, 0, arena.allocate(bytes).address());
            data.set(JAVA_LONG, 8, bytes);
            var control = arena.allocate(24); // struct cmsghdr { len; level; type; } and the descriptor
            control.set(JAVA_LONG, 0, 20);
            control.set(JAVA_INT, 8, 1); // SOL_SOCKET
            control.set(JAVA_INT, 12, 1); // SCM_RIGHTS
            control.set(JAVA_INT, 16, passed);
            var message = arena.allocate(56, 8); // struct msghdr
            message.set(JAVA_LONG, 16, data.address());
            message.set(JAVA_LONG, 24, 1);
            message.set(JAVA_LONG, 32, control.address());
            message.set(JAVA_LONG, 40, 24);
            return call("sendmsg", fd, message.address(), 0);
        }
    }

    public static void shutdownOutput(int fd) {
        must(call("shutdown", fd, 1));
    }

    public static int eventFd() {
        return must(call("eventfd", 0, NONBLOCK));
    }

    public static int timerFd() {
        return must(call("timerfd_create", 1, NONBLOCK));
    }

    public static boolean isArmed(int timerFd) {
        try (var arena = Arena.ofConfined()) {
            var spec = arena.allocate(32, 8);
            must(call("timerfd_gettime", timerFd, spec.address()));
            return spec.get(JAVA_LONG, 16) != 0 || spec.get(JAVA_LONG, 24) != 0;
        }
    }

    public static int dup(int fd) {
        return must(call("dup", fd));
    }

    /// dup2(2): gives `fd` this number, too.
    public static void dup(int fd, int number) {
        must(call("dup2", fd, number));
    }

    public static void close(int... fds) {
        for (var fd : fds) must(call("close", fd));
    }

    private static int must(int result) {
        if (result < 0) throw new AssertionError("errno " + -result);
        return result;
    }

    /// Calls a function whose parameters are integers and pointers.
    private static int call(String function, long... args) {
        var ground = Ground.current();
        var answer = ground == null ? null : ground.call(function, args);
        if (answer != null) return answer;
        var handle = FUNCTIONS.computeIfAbsent(function, f -> {
            var linker = Linker.nativeLinker();
            var types = Collections.nCopies(args.length, JAVA_LONG).toArray(MemoryLayout[]::new);
            return linker.downcallHandle(
                            linker.defaultLookup().find(f).orElseThrow(),
                            FunctionDescriptor.of(JAVA_INT, types),
                            Linker.Option.captureCallState("errno"))
                    .asSpreader(1, long[].class, args.length);
        });
        try (var arena = Arena.ofConfined()) {
            var errno = arena.allocate(CAPTURE);
            var result = (int) handle.invoke(errno, args);
            return result >= 0 ? result : -errno.get(JAVA_INT, 0);
        } catch (Throwable t) {
            throw new AssertionError(function, t);
        }
    }
}
