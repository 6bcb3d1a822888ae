package trale.internal.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// The socket calls (socket(7), ip(7), ipv6(7), unix(7)), non-blocking and close-on-exec from birth.
///
/// They answer ≥ 0 or −errno; [#exception(String, int, SocketAddress)] turns the latter into what java.net throws. Bytes
/// of a direct buffer go straight between it and the kernel; those of a heap buffer, which the collector may move, through
/// a native buffer of the thread. No call raises SIGPIPE.
public final class Sockets {
    public static final int STREAM = 1;
    public static final int DATAGRAM = 2;

    /// As a flag of [#receive]: answer the datagram's true length, though the buffer had less room.
    public static final int TRUE_LENGTH = 0x20; // MSG_TRUNC

    /// At most so many bytes of a heap buffer are moved by one call; no datagram has more.
    public static final int CHUNK = 1 << 16;

    public static final int SOL_SOCKET = 1;
    public static final int SO_ERROR = 4;

    private static final int NONBLOCK_CLOEXEC = 0x80800;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int SHUT_WR = 1;
    private static final int IPPROTO_IPV6 = 41;
    private static final int IPV6_V6ONLY = 26;

    private static final MethodHandle SOCKET = Libc.function("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle BIND = Libc.function("bind", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle CONNECT = Libc.function("connect", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle LISTEN = Libc.function("listen", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle SHUTDOWN = Libc.function("shutdown", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle ACCEPT =
            Libc.function("accept4", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT);
    private static final MethodHandle SOCKNAME = Libc.function("getsockname", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle PEERNAME = Libc.function("getpeername", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle SETSOCKOPT =
            Libc.function("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle GETSOCKOPT =
            Libc.function("getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle RECVFROM =
            Libc.function("recvfrom", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle SENDTO =
            Libc.function("sendto", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);

    private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

    /// What a thread's calls pass by address.
    private static final class Scratch {
        final MemorySegment address = Arena.ofAuto().allocate(SocketAddresses.SIZE, 8);
        final MemorySegment number = Arena.ofAuto().allocate(JAVA_INT);
        final MemorySegment length = Arena.ofAuto().allocate(JAVA_INT);
        @Nullable ByteBuffer bytes; // only threads that move heap buffers have one

        ByteBuffer bytes() {
            return bytes != null ? bytes : (bytes = ByteBuffer.allocateDirect(CHUNK));
        }

        MemorySegment length(int n) {
            length.set(JAVA_INT, 0, n);
            return length;
        }

        SocketAddress decoded() {
            return SocketAddresses.decode(address, length.get(JAVA_INT, 0));
        }
    }

    private Sockets() {}

    /// A socket of the family that goes with an address. One for IPv6 takes IPv4 peers too.
    ///
    /// @param type STREAM or DATAGRAM
    /// @return its descriptor
    public static int open(SocketAddress address, int type) throws IOException {
        Libc.require();
        var family = SocketAddresses.family(address);
        var errno = Libc.errno();
        int fd;
        try {
            fd = Libc.result((int) SOCKET.invokeExact(errno, family, type | NONBLOCK_CLOEXEC, 0), errno);
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
        if (fd < 0) throw exception("socket", fd, address);
        if (family == SocketAddresses.AF_INET6) setOption(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
        return fd;
    }

    public static int bind(int fd, SocketAddress address) throws IOException {
        return withAddress(BIND, fd, address, address);
    }

    /// @param socket any address of the socket's family, which decides how `address` is written
    /// @return 0, or −EINPROGRESS and SO_ERROR will tell; for a Unix socket −EAGAIN means that the listener's queue is full
    public static int connect(int fd, SocketAddress address, SocketAddress socket) throws IOException {
        return withAddress(CONNECT, fd, address, socket);
    }

    private static int withAddress(MethodHandle call, int fd, SocketAddress address, SocketAddress socket)
            throws IOException {
        var errno = Libc.errno();
        var memory = SCRATCH.get().address;
        var length = SocketAddresses.encode(address, SocketAddresses.family(socket), memory);
        try {
            return Libc.result((int) call.invokeExact(errno, fd, memory, length), errno);
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    public static int listen(int fd, int backlog) {
        return withNumber(LISTEN, fd, backlog);
    }

    public static int shutdownOutput(int fd) {
        return withNumber(SHUTDOWN, fd, SHUT_WR);
    }

    private static int withNumber(MethodHandle call, int fd, int number) {
        var errno = Libc.errno();
        try {
            return Libc.result((int) call.invokeExact(errno, fd, number), errno);
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    /// accept4(2); [#peer()] then tells of whom.
    ///
    /// @return the connection's descriptor
    public static int accept(int fd) {
        var errno = Libc.errno();
        var scratch = SCRATCH.get();
        var length = scratch.length(SocketAddresses.SIZE);
        try {
            return Libc.result((int) ACCEPT.invokeExact(errno, fd, scratch.address, length, NONBLOCK_CLOEXEC), errno);
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    /// {@return whom this thread's last [#accept] or [#receive] was from, or what its last name call found}
    public static SocketAddress peer() {
        return SCRATCH.get().decoded();
    }

    /// getsockname(2); [#peer()] then is the socket's own address.
    public static int localName(int fd) {
        return name(SOCKNAME, fd);
    }

    /// getpeername(2): −ENOTCONN as long as there is no connection.
    public static int remoteName(int fd) {
        return name(PEERNAME, fd);
    }

    private static int name(MethodHandle call, int fd) {
        var errno = Libc.errno();
        var scratch = SCRATCH.get();
        var length = scratch.length(SocketAddresses.SIZE);
        try {
            return Libc.result((int) call.invokeExact(errno, fd, scratch.address, length), errno);
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    public static int setOption(int fd, int level, int name, int value) {
        var errno = Libc.errno();
        var number = SCRATCH.get().number;
        number.set(JAVA_INT, 0, value);
        try {
            return Libc.result((int) SETSOCKOPT.invokeExact(errno, fd, level, name, number, 4), errno);
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    /// {@return the option's value, which must not be negative, or −errno}
    public static int getOption(int fd, int level, int name) {
        var errno = Libc.errno();
        var scratch = SCRATCH.get();
        try {
            var result = (int) GETSOCKOPT.invokeExact(errno, fd, level, name, scratch.number, scratch.length(4));
            return result == 0 ? scratch.number.get(JAVA_INT, 0) : Libc.result(result, errno);
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    /// Receives into a buffer and advances its position by what it got, which may be less than the answer if that is a
    /// datagram's true length.
    ///
    /// @param withPeer whether [#peer()] is to tell of whom
    public static int receive(int fd, ByteBuffer to, int flags, boolean withPeer) {
        var errno = Libc.errno();
        var scratch = SCRATCH.get();
        var bytes = to.isDirect() ? to : scratch.bytes().clear().limit(Math.min(to.remaining(), CHUNK));
        var from = withPeer ? scratch.address : MemorySegment.NULL;
        var length = withPeer ? scratch.length(SocketAddresses.SIZE) : MemorySegment.NULL;
        int n;
        try {
            var memory = MemorySegment.ofBuffer(bytes);
            n = Libc.result((int) (long) RECVFROM.invokeExact(
                    errno, fd, memory, memory.byteSize(), flags, from, length), errno);
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
        if (n > 0) {
            var got = Math.min(n, to.remaining());
            if (bytes != to) to.put(to.position(), bytes, 0, got);
            to.position(to.position() + got);
        }
        return n;
    }

    /// Sends from a buffer and advances its position by what was taken.
    ///
    /// @param address to whom, or null over a connection
    /// @param socket  any address of the socket's family, which decides how `address` is written
    public static int send(int fd, ByteBuffer from, @Nullable SocketAddress address, @Nullable SocketAddress socket)
            throws IOException {
        var errno = Libc.errno();
        var scratch = SCRATCH.get();
        var bytes = from;
        if (!from.isDirect()) {
            var n = Math.min(from.remaining(), CHUNK);
            bytes = scratch.bytes().clear().put(0, from, from.position(), n).limit(n);
        }
        var to = MemorySegment.NULL;
        var length = 0;
        if (address != null && socket != null) {
            to = scratch.address;
            length = SocketAddresses.encode(address, SocketAddresses.family(socket), to);
        }
        int n;
        try {
            var memory = MemorySegment.ofBuffer(bytes);
            n = Libc.result((int) (long) SENDTO.invokeExact(
                    errno, fd, memory, memory.byteSize(), MSG_NOSIGNAL, to, length), errno);
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
        if (n > 0) from.position(from.position() + n);
        return n;
    }

    /// {@return the exception java.net has for this, naming the call, the address, the error and what it means}
    /// @param call   such as `connect`
    /// @param result what it answered: −errno
    public static SocketException exception(String call, int result, @Nullable SocketAddress address) {
        var message = Errno.describe(address == null ? call : call + " " + SocketAddresses.text(address), result);
        var connecting = call.equals("connect");
        return switch (-result) {
            case Errno.ECONNREFUSED -> connecting ? new ConnectException(message) : new PortUnreachableException(message);
            case Errno.ETIMEDOUT -> connecting ? new ConnectException(message) : new SocketException(message);
            case Errno.EHOSTUNREACH, Errno.ENETUNREACH -> new NoRouteToHostException(message);
            case Errno.EADDRINUSE, Errno.EADDRNOTAVAIL -> new BindException(message);
            case Errno.EACCES -> call.equals("bind") ? new BindException(message) : new SocketException(message);
            default -> new SocketException(message);
        };
    }
}
