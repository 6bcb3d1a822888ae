package trale.internal.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static trale.internal.linux.Libc.function;

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

/// The socket calls (socket(7), ip(7), ipv6(7), unix(7)): non-blocking and close-on-exec from birth, and no SIGPIPE.
///
/// Those that may have to wait answer ≥ 0 or −errno, and [#exception(String, int, SocketAddress)] makes of the latter what
/// java.net throws; the others throw it themselves. Bytes of a direct buffer go straight between it and the kernel; those
/// of a heap buffer, which the collector may move, through a native buffer of the thread.
public final class Sockets {
    public static final int STREAM = 1;
    public static final int DATAGRAM = 2;
    public static final int SOL_SOCKET = 1;
    public static final int SO_REUSEADDR = 2;
    public static final int SO_ERROR = 4;
    public static final int SO_REUSEPORT = 15;

    /// At most so many bytes of a heap buffer are moved by one call; no datagram has more.
    public static final int CHUNK = 1 << 16;

    private static final int NONBLOCK_CLOEXEC = 0x80800;
    private static final int MSG_TRUNC = 0x20;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int SHUT_WR = 1;
    private static final int IPPROTO_IPV6 = 41;
    private static final int IPV6_V6ONLY = 26;

    private static final MethodHandle SOCKET = function("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle BIND = function("bind", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle CONNECT = function("connect", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle LISTEN = function("listen", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle SHUTDOWN = function("shutdown", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle ACCEPT = function("accept4", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT);
    private static final MethodHandle SOCKNAME = function("getsockname", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle PEERNAME = function("getpeername", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle SETSOCKOPT =
            function("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle GETSOCKOPT =
            function("getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle RECVFROM =
            function("recvfrom", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle SENDTO =
            function("sendto", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);

    /// What a thread's calls pass by address.
    private static final class Scratch {
        private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

        final MemorySegment address = Arena.ofAuto().allocate(SocketAddresses.SIZE, 8);
        final MemorySegment number = Arena.ofAuto().allocate(JAVA_INT);
        final MemorySegment length = Arena.ofAuto().allocate(JAVA_INT);
        private @Nullable ByteBuffer bytes; // only threads that move heap buffers have one

        ByteBuffer bytes(int room) {
            if (bytes == null) bytes = ByteBuffer.allocateDirect(CHUNK);
            return bytes.clear().limit(Math.min(room, CHUNK));
        }

        MemorySegment length(int n) {
            length.set(JAVA_INT, 0, n);
            return length;
        }
    }

    private Sockets() {}

    /// A bound socket of the family that goes with the address; a stream's listens. One for IPv6 speaks to IPv4 peers too.
    ///
    /// @return its descriptor
    public static int bind(SocketAddress address, int type, boolean reuseAddress, boolean reusePort, int backlog)
            throws IOException {
        var fd = socket(address, type);
        try {
            if (SocketAddresses.family(address) == SocketAddresses.AF_INET6) setOption(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
            if (reuseAddress) setOption(fd, SOL_SOCKET, SO_REUSEADDR, 1);
            if (reusePort) setOption(fd, SOL_SOCKET, SO_REUSEPORT, 1);
            check(withAddress(BIND, fd, address, address), "bind", address);
            if (type == STREAM) check(Libc.call(e -> (int) LISTEN.invokeExact(e, fd, backlog)), "listen", address);
            return fd;
        } catch (Throwable t) {
            Fd.close(fd);
            throw t;
        }
    }

    private static int socket(SocketAddress address, int type) throws IOException {
        var family = SocketAddresses.family(address);
        return check(Libc.call(e -> (int) SOCKET.invokeExact(e, family, type | NONBLOCK_CLOEXEC, 0)), "socket", address);
    }

    /// Opens a stream and connects it, or begins to: [#connected(int)] tells when it is.
    ///
    /// @return its descriptor, or −EAGAIN: a Unix listener's queue is full, and no event will tell when it is not
    public static int connect(SocketAddress address) throws IOException {
        var fd = socket(address, STREAM);
        try {
            var n = withAddress(CONNECT, fd, address, address);
            if (n == 0 || n == -Errno.EINPROGRESS || n == -Errno.EINTR) return fd;
            if (n != -Errno.EAGAIN) throw exception("connect", n, address);
            Fd.close(fd);
            return n;
        } catch (Throwable t) {
            Fd.close(fd);
            throw t;
        }
    }

    /// SO_ERROR, once: reading clears it. With neither an error nor a peer it was too early to ask.
    ///
    /// @return 0, or −EAGAIN as long as there is no answer, or why it failed
    public static int connected(int fd) throws SocketException {
        var error = getOption(fd, SOL_SOCKET, SO_ERROR);
        var peer = name(PEERNAME, fd);
        return error != 0 ? -error : peer == -Errno.ENOTCONN ? -Errno.EAGAIN : peer;
    }

    /// Gives a datagram socket its peer.
    ///
    /// @param socket any address of the socket's family, which decides how `peer` is written
    public static int connect(int fd, SocketAddress peer, SocketAddress socket) throws IOException {
        return check(withAddress(CONNECT, fd, peer, socket), "connect", peer);
    }

    private static int withAddress(MethodHandle call, int fd, SocketAddress address, SocketAddress socket)
            throws IOException {
        var memory = Scratch.OF_THREAD.get().address;
        var length = SocketAddresses.encode(address, SocketAddresses.family(socket), memory);
        return Libc.call(e -> (int) call.invokeExact(e, fd, memory, length));
    }

    /// accept4(2).
    ///
    /// @return the connection's descriptor, and [#peer()] tells of whom; or −errno
    public static int accept(int fd) {
        var scratch = Scratch.OF_THREAD.get();
        var length = scratch.length(SocketAddresses.SIZE);
        return Libc.call(e -> (int) ACCEPT.invokeExact(e, fd, scratch.address, length, NONBLOCK_CLOEXEC));
    }

    /// {@return whom this thread's last [#accept(int)] or [#receive(int, ByteBuffer, boolean)] was from}
    public static SocketAddress peer() {
        var scratch = Scratch.OF_THREAD.get();
        return SocketAddresses.decode(scratch.address, scratch.length.get(JAVA_INT, 0));
    }

    public static SocketAddress localAddress(int fd) throws SocketException {
        check(name(SOCKNAME, fd), "getsockname", null);
        return peer();
    }

    private static int name(MethodHandle call, int fd) {
        var scratch = Scratch.OF_THREAD.get();
        var length = scratch.length(SocketAddresses.SIZE);
        return Libc.call(e -> (int) call.invokeExact(e, fd, scratch.address, length));
    }

    public static int shutdownOutput(int fd, @Nullable SocketAddress peer) throws SocketException {
        return check(Libc.call(e -> (int) SHUTDOWN.invokeExact(e, fd, SHUT_WR)), "shutdown", peer);
    }

    public static int setOption(int fd, int level, int name, int value) throws SocketException {
        var number = Scratch.OF_THREAD.get().number;
        number.set(JAVA_INT, 0, value);
        var n = Libc.call(e -> (int) SETSOCKOPT.invokeExact(e, fd, level, name, number, 4));
        return check(n, "setsockopt " + level + "/" + name, null);
    }

    public static int getOption(int fd, int level, int name) throws SocketException {
        var scratch = Scratch.OF_THREAD.get();
        var length = scratch.length(4);
        var n = Libc.call(e -> (int) GETSOCKOPT.invokeExact(e, fd, level, name, scratch.number, length));
        check(n, "getsockopt " + level + "/" + name, null);
        return scratch.number.get(JAVA_INT, 0);
    }

    /// Receives into a buffer and advances its position.
    ///
    /// @param datagram answer its true length, though the buffer had less room, and keep [#peer()]
    public static int receive(int fd, ByteBuffer to, boolean datagram) {
        var errno = Libc.errno();
        var scratch = Scratch.OF_THREAD.get();
        var bytes = to.isDirect() ? to : scratch.bytes(to.remaining());
        var memory = MemorySegment.ofBuffer(bytes);
        int n;
        try {
            n = Libc.result((int) (datagram
                    ? (long) RECVFROM.invokeExact(errno, fd, memory, memory.byteSize(), MSG_TRUNC,
                            scratch.address, scratch.length(SocketAddresses.SIZE))
                    : (long) RECVFROM.invokeExact(errno, fd, memory, memory.byteSize(), 0,
                            MemorySegment.NULL, MemorySegment.NULL)), errno);
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
        var moved = Math.min(n, bytes.remaining());
        if (moved > 0) {
            if (bytes != to) to.put(to.position(), bytes, 0, moved);
            to.position(to.position() + moved);
        }
        return n;
    }

    /// Sends from a buffer and advances its position by what was taken.
    ///
    /// @param peer   to whom, or null over a connection
    /// @param socket any address of the socket's family, which decides how `peer` is written
    public static int send(int fd, ByteBuffer from, @Nullable SocketAddress peer, @Nullable SocketAddress socket)
            throws IOException {
        var errno = Libc.errno();
        var scratch = Scratch.OF_THREAD.get();
        var bytes = from;
        if (!from.isDirect()) {
            bytes = scratch.bytes(from.remaining());
            bytes.put(0, from, from.position(), bytes.limit());
        }
        var memory = MemorySegment.ofBuffer(bytes);
        var to = peer == null || socket == null ? MemorySegment.NULL : scratch.address;
        var length = peer == null || socket == null ? 0 : SocketAddresses.encode(peer, SocketAddresses.family(socket), to);
        int n;
        try {
            n = Libc.result((int) (long) SENDTO.invokeExact(
                    errno, fd, memory, memory.byteSize(), MSG_NOSIGNAL, to, length), errno);
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
        if (n > 0) from.position(from.position() + n);
        return n;
    }

    /// {@return what is not an error}
    public static int check(int result, String call, @Nullable SocketAddress address) throws SocketException {
        if (result < 0) throw exception(call, result, address);
        return result;
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
