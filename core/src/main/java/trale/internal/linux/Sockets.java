package trale.internal.linux;

import static java.net.StandardSocketOptions.SO_REUSEADDR;
import static java.net.StandardSocketOptions.SO_REUSEPORT;
import static trale.internal.linux.Libc.function;
import static trale.internal.linux.SocketAddresses.AF_INET6;
import static trale.internal.linux.SocketAddresses.family;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The socket calls (socket(7), ip(7), ipv6(7), unix(7)): non-blocking and close-on-exec from birth, and no SIGPIPE.
///
/// Those that may have to wait answer ≥ 0 or −errno, and [#exception(String, int, SocketAddress)] makes of the latter what
/// java.net throws; the others throw it themselves. Bytes of a direct buffer go straight between it and the kernel; those
/// of a heap buffer, which the collector may move, through native memory of the thread.
public final class Sockets {
    public static final int STREAM = 1;
    public static final int DATAGRAM = 2;

    /// At most so many bytes of a heap buffer are moved by one call; no datagram has more.
    public static final int CHUNK = 1 << 16;

    private static final int MSG_TRUNC = 0x20;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int SHUT_WR = 1;
    private static final int SOL_SOCKET = 1;
    private static final int SO_ERROR = 4;
    private static final int IPPROTO_IPV6 = 41;
    private static final int IPV6_V6ONLY = 26;

    /// Level and name in `<asm-generic/socket.h>` and `<netinet/tcp.h>`.
    private static final Map<SocketOption<?>, int[]> OPTIONS = Map.of(
            SO_REUSEADDR, new int[] {SOL_SOCKET, 2},
            SO_REUSEPORT, new int[] {SOL_SOCKET, 15},
            StandardSocketOptions.SO_BROADCAST, new int[] {SOL_SOCKET, 6},
            StandardSocketOptions.SO_SNDBUF, new int[] {SOL_SOCKET, 7},
            StandardSocketOptions.SO_RCVBUF, new int[] {SOL_SOCKET, 8},
            StandardSocketOptions.SO_KEEPALIVE, new int[] {SOL_SOCKET, 9},
            StandardSocketOptions.TCP_NODELAY, new int[] {6, 1});

    private static final MemorySegment SOCKET = function("socket");
    private static final MemorySegment BIND = function("bind");
    private static final MemorySegment CONNECT = function("connect");
    private static final MemorySegment LISTEN = function("listen");
    private static final MemorySegment SHUTDOWN = function("shutdown");
    private static final MemorySegment ACCEPT = function("accept4");
    private static final MemorySegment SOCKNAME = function("getsockname");
    private static final MemorySegment PEERNAME = function("getpeername");
    private static final MemorySegment SETSOCKOPT = function("setsockopt");
    private static final MemorySegment GETSOCKOPT = function("getsockopt");
    private static final MemorySegment RECVFROM = function("recvfrom");
    private static final MemorySegment SENDTO = function("sendto");

    private Sockets() {}

    /// What is done to a new socket: ≥ 0 or −errno.
    private interface Setup {
        int of(int fd) throws IOException;
    }

    /// {@return the descriptor of a new socket, or what its setup answered: then there is none}
    private static int open(SocketAddress address, int type, Setup setup) throws IOException {
        var family = family(address);
        var flags = type | Fd.NONBLOCK | Fd.CLOEXEC;
        var fd = check(Libc.call(SOCKET, family, flags), "socket", address);
        var result = -1;
        try {
            result = setup.of(fd);
            return result < 0 ? result : fd;
        } finally {
            if (result < 0) Fd.close(fd);
        }
    }

    /// A bound socket of the family that goes with the address; a stream's listens. One for IPv6 speaks to IPv4 peers too.
    ///
    /// @return its descriptor
    public static int bind(SocketAddress address, int type, boolean reuseAddress, boolean reusePort, int backlog)
            throws IOException {
        return open(address, type, fd -> {
            if (family(address) == AF_INET6) setOption(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0, "IPV6_V6ONLY");
            if (reuseAddress) setOption(fd, SO_REUSEADDR, true);
            if (reusePort) setOption(fd, SO_REUSEPORT, true);
            check(withAddress(BIND, fd, address, family(address)), "bind", address);
            if (type == STREAM) check(Libc.call(LISTEN, fd, backlog), "listen", address);
            return 0;
        });
    }

    /// Opens a stream and connects it, or begins to: [#connected(int)] tells when it is.
    ///
    /// @return its descriptor, or −EAGAIN: a Unix listener's queue is full, and no event will tell when it is not
    public static int connect(SocketAddress address) throws IOException {
        var result = open(address, STREAM, fd -> {
            var n = withAddress(CONNECT, fd, address, family(address));
            return n == -Errno.EINPROGRESS || n == -Errno.EINTR ? 0 : n;
        });
        return result == -Errno.EAGAIN ? result : check(result, "connect", address);
    }

    /// SO_ERROR, once: reading clears it. With neither an error nor a peer it was too early to ask.
    ///
    /// @return 0, or −EAGAIN as long as there is no answer, or why it failed
    public static int connected(int fd) throws SocketException {
        var error = getOption(fd, SOL_SOCKET, SO_ERROR, "SO_ERROR");
        var peer = name(PEERNAME, fd);
        return error != 0 ? -error : peer == -Errno.ENOTCONN ? -Errno.EAGAIN : peer;
    }

    /// Gives a datagram socket its peer.
    ///
    /// @param socket any address of the socket's family, which decides how `peer` is written
    public static int connect(int fd, SocketAddress peer, SocketAddress socket) throws IOException {
        return check(withAddress(CONNECT, fd, peer, family(socket)), "connect", peer);
    }

    private static int withAddress(MemorySegment call, int fd, SocketAddress address, int family) throws IOException {
        var s = Scratch.get();
        return s.call(call, fd, s.memory, SocketAddresses.encode(address, family, s.struct), 0, 0, 0);
    }

    /// accept4(2).
    ///
    /// @return the connection's descriptor, and [#peer()] tells of whom; or −errno
    public static int accept(int fd) {
        return name(ACCEPT, fd);
    }

    /// {@return whom this thread's last [#accept(int)] or [#receive(int, ByteBuffer, boolean)] was from}
    public static SocketAddress peer() {
        var s = Scratch.get();
        return SocketAddresses.decode(s.struct, s.length());
    }

    public static SocketAddress localAddress(int fd) throws SocketException {
        check(name(SOCKNAME, fd), "getsockname", null);
        return peer();
    }

    private static int name(MemorySegment call, int fd) {
        var s = Scratch.get();
        return s.call(call, fd, s.memory, s.length(SocketAddresses.SIZE), Fd.NONBLOCK | Fd.CLOEXEC, 0, 0); // flags: accept4 only
    }

    public static int shutdownOutput(int fd, @Nullable SocketAddress peer) throws SocketException {
        return check(Libc.call(SHUTDOWN, fd, SHUT_WR), "shutdown", peer);
    }

    public static <T> int setOption(int fd, SocketOption<T> option, T value) throws SocketException {
        var code = code(option);
        var n = value instanceof Boolean on ? (on ? 1 : 0) : (Integer) value;
        return setOption(fd, code[0], code[1], n, option.name());
    }

    public static <T> T getOption(int fd, SocketOption<T> option) throws SocketException {
        var code = code(option);
        Integer n = getOption(fd, code[0], code[1], option.name());
        return option.type().cast(option.type() == Boolean.class ? n != 0 : n);
    }

    private static int[] code(SocketOption<?> option) {
        var code = OPTIONS.get(option);
        if (code == null) throw new UnsupportedOperationException(option + " is none of " + OPTIONS.keySet());
        return code;
    }

    private static int setOption(int fd, int level, int code, int value, String name) throws SocketException {
        var s = Scratch.get();
        s.struct.putInt(0, value);
        return check(Libc.call(SETSOCKOPT, fd, level, code, s.memory.address(), 4), "setsockopt " + name, null);
    }

    private static int getOption(int fd, int level, int code, String name) throws SocketException {
        var s = Scratch.get();
        check(Libc.call(GETSOCKOPT, fd, level, code, s.memory.address(), s.length(4)), "getsockopt " + name, null);
        return s.struct.getInt(0);
    }

    /// Receives into a buffer and advances its position.
    ///
    /// @param datagram answer its true length, though the buffer had less room, and keep [#peer()]
    public static int receive(int fd, ByteBuffer to, boolean datagram) {
        var s = Scratch.get();
        var direct = to.isDirect();
        var memory = direct ? MemorySegment.ofBuffer(to) : s.chunk();
        var room = direct ? to.remaining() : Math.min(to.remaining(), CHUNK);
        var flags = datagram ? MSG_TRUNC : 0;
        var from = datagram ? s.memory.address() : 0;
        var length = datagram ? s.length(SocketAddresses.SIZE) : 0;
        var n = s.call(RECVFROM, fd, memory, room, flags, from, length);
        var moved = Math.min(n, room);
        if (moved > 0) {
            if (!direct) to.put(to.position(), s.chunkBuffer(), 0, moved);
            to.position(to.position() + moved);
        }
        return n;
    }

    /// Sends from a buffer and advances its position by what was taken.
    ///
    /// @param peer   to whom, or null over a connection
    /// @param socket any address of the socket's family, which decides how `peer` is written
    public static int send(int fd, ByteBuffer from, @Nullable SocketAddress peer, SocketAddress socket) throws IOException {
        var s = Scratch.get();
        var direct = from.isDirect();
        var memory = direct ? MemorySegment.ofBuffer(from) : s.chunk();
        var size = direct ? from.remaining() : Math.min(from.remaining(), CHUNK);
        if (!direct) s.chunkBuffer().put(0, from, from.position(), size);
        var to = peer == null ? 0 : s.memory.address();
        var length = peer == null ? 0 : SocketAddresses.encode(peer, family(socket), s.struct);
        var n = s.call(SENDTO, fd, memory, size, MSG_NOSIGNAL, to, length);
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
