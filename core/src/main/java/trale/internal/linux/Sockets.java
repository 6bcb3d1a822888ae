package trale.internal.linux;

import static trale.internal.linux.Libc.function;
import static trale.internal.linux.SocketAddresses.AF_INET6;
import static trale.internal.linux.SocketAddresses.AF_UNIX;
import static trale.internal.linux.SocketAddresses.family;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// The socket calls (socket(7), ip(7), ipv6(7), unix(7)): non-blocking and close-on-exec from birth, and no SIGPIPE.
///
/// Calls that may have to wait answer ≥ 0 or −errno. [#exception(String, int, SocketAddress)] makes of an errno the exception that
/// java.net has. The other calls throw it themselves. The kernel reads and writes the memory of a direct buffer itself. The collector may
/// move a heap buffer, so its bytes go through native memory of the thread.
public final class Sockets {
    public static final int STREAM = 1;
    public static final int DATAGRAM = 2;

    /// The most bytes of a heap buffer that one call moves. No datagram has more.
    public static final int CHUNK = 1 << 16;

    private static final int MSG_TRUNC = 0x20;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int SHUT_WR = 1;
    private static final MemorySegment SOCKET = function("socket");
    private static final MemorySegment BIND = function("bind");
    private static final MemorySegment CONNECT = function("connect");
    private static final MemorySegment LISTEN = function("listen");
    private static final MemorySegment SHUTDOWN = function("shutdown");
    private static final MemorySegment ACCEPT = function("accept4");
    private static final MemorySegment SOCKNAME = function("getsockname");
    private static final MemorySegment PEERNAME = function("getpeername");
    private static final MemorySegment RECVFROM = function("recvfrom");
    private static final MemorySegment SENDTO = function("sendto");

    static {
        Scratch.link();
    }

    private Sockets() {}

    /// The calls that set up a new socket. They answer ≥ 0 or −errno.
    private interface Setup {
        int of(int fd) throws IOException;
    }

    /// {@return the descriptor of a new socket, or −errno of its setup, which closes it}
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
            var isTcp = type == STREAM && family(address) != AF_UNIX;
            var isV6 = family(address) == AF_INET6;
            if (isV6) SocketOptions.V6ONLY.set(fd, 0);
            if (type == DATAGRAM) SocketOptions.MULTICAST_ALL.clear(fd); // an IPv6 socket may join IPv4 groups too
            if (type == DATAGRAM && isV6) SocketOptions.MULTICAST_ALL_IPV6.clear(fd);
            if (reuseAddress) SocketOptions.REUSEADDR.set(fd, 1);
            if (reusePort) SocketOptions.REUSEPORT.set(fd, 1);
            if (isTcp) SocketOptions.NODELAY.set(fd, 1); // accepted connections inherit it
            if (type == DATAGRAM && address instanceof InetSocketAddress a && a.getPort() == 0) bindToAnyPort(fd, a);
            else check(bindTo(fd, address, address), "bind", address);
            if (type == STREAM) check(Libc.call(LISTEN, fd, backlog), "listen", address);
            return 0;
        });
    }

    /// Lets the kernel choose a port, and then asks for this port. Linux gives up a port that it has chosen when the socket's peer is taken
    /// away (connect(2)), and keeps one that was asked for. So a socket that other threads use already never has to be bound again.
    private static void bindToAnyPort(int fd, InetSocketAddress address) throws IOException {
        InetSocketAddress own;
        int n;
        do {
            check(bindTo(fd, address, address), "bind", address);
            own = new InetSocketAddress(address.getAddress(), ((InetSocketAddress) localAddress(fd)).getPort());
            disconnect(fd);
            n = bindTo(fd, own, address);
        } while (n == -Errno.EADDRINUSE); // another socket took the port in that moment
        check(n, "bind", own);
    }

    /// bind(2).
    ///
    /// @param socket any address of the socket's family, which decides how `address` is written
    private static int bindTo(int fd, SocketAddress address, SocketAddress socket) throws IOException {
        return withAddress(BIND, fd, address, family(socket));
    }

    /// Opens a stream and connects it, or begins to: [#connected(int)] tells when it is. If it is for TCP, TCP_NODELAY is on.
    ///
    /// @param from an address of this machine, of the same family, or null: the kernel chooses
    /// @return its descriptor, or −EAGAIN: a Unix listener's queue is full, and no event will tell when it is not
    public static int connect(SocketAddress address, @Nullable SocketAddress from) throws IOException {
        var result = open(address, STREAM, fd -> {
            if (family(address) != AF_UNIX) SocketOptions.NODELAY.set(fd, 1);
            if (from instanceof InetSocketAddress a) {
                // With a port of its own, the attempts at several addresses share it.
                if (a.getPort() == 0) SocketOptions.BIND_ADDRESS_NO_PORT.set(fd, 1);
                else SocketOptions.REUSEADDR.set(fd, 1);
            }
            if (from != null) check(bindTo(fd, from, address), "bind", from);
            var n = withAddress(CONNECT, fd, address, family(address));
            return n == -Errno.EINPROGRESS || n == -Errno.EINTR ? 0 : n;
        });
        return result == -Errno.EAGAIN ? result : check(result, "connect", address);
    }

    /// Reads SO_ERROR, once: reading clears it. If the socket has neither an error nor a peer, it is still connecting.
    ///
    /// @return 0, and [#peer()] is the peer; −EAGAIN while the socket is connecting; or −errno of the failure
    public static int connected(int fd) throws SocketException {
        var error = SocketOptions.ERROR.get(fd);
        var peer = name(PEERNAME, fd);
        return error != 0 ? -error : peer == -Errno.ENOTCONN ? -Errno.EAGAIN : peer;
    }

    /// Gives a datagram socket its peer. connect(2) keeps SO_ERROR, what an earlier peer has refused; reading clears it.
    ///
    /// @param socket any address of the socket's family, which decides how `peer` is written
    public static void connect(int fd, SocketAddress peer, SocketAddress socket) throws IOException {
        check(withAddress(CONNECT, fd, peer, family(socket)), "connect", peer);
        SocketOptions.ERROR.get(fd);
    }

    /// Takes a datagram socket's peer away, and what it has refused: connect(2) to AF_UNSPEC.
    public static void disconnect(int fd) throws SocketException {
        var s = Scratch.get();
        for (var i = 0; i < 16; i += Long.BYTES) s.struct.putLong(i, 0);
        check(s.call(CONNECT, fd, s.memory, 16, 0, 0, 0), "connect AF_UNSPEC", null);
        SocketOptions.ERROR.get(fd);
    }

    private static int withAddress(MemorySegment function, int fd, SocketAddress address, int family) throws IOException {
        var s = Scratch.get();
        return s.call(function, fd, s.memory, SocketAddresses.encode(address, family, s.struct), 0, 0, 0);
    }

    /// accept4(2).
    ///
    /// @return the connection's descriptor, and [#peer()] is its peer; or −errno
    public static int accept(int fd) {
        return name(ACCEPT, fd);
    }

    /// {@return the peer of this thread's last [#accept(int)] or [#receive(int, ByteBuffer, boolean)]}
    public static SocketAddress peer() {
        var s = Scratch.get();
        return SocketAddresses.decode(s.struct, s.length());
    }

    /// As [#peer()]. If the peer is among the recent ones, no object is made.
    ///
    /// @param recent of the socket that received
    public static InetSocketAddress peer(RecentPeers recent) {
        return recent.peer(Scratch.get());
    }

    public static SocketAddress localAddress(int fd) throws SocketException {
        check(name(SOCKNAME, fd), "getsockname", null);
        return peer();
    }

    private static int name(MemorySegment function, int fd) {
        var s = Scratch.get();
        return s.call(function, fd, s.memory, s.length(SocketAddresses.SIZE), Fd.NONBLOCK | Fd.CLOEXEC, 0, 0); // flags: accept4 only
    }

    public static int shutdownOutput(int fd, @Nullable SocketAddress peer) throws SocketException {
        return check(Libc.call(SHUTDOWN, fd, SHUT_WR), "shutdown", peer);
    }

    /// Receives into a buffer and advances its position.
    ///
    /// @param datagram true: answers the datagram's length even if the buffer had less room, and sets [#peer()]
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

    /// Sends from a buffer and advances its position by the bytes that were taken.
    ///
    /// @param peer   the receiver, or null over a connection
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

    /// {@return the result, if it is not an error}
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
