package trale.net;

import static java.util.stream.Collectors.joining;
import static trale.Async.async;
import static trale.Async.await;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import trale.Blocking;
import trale.Future;
import trale.internal.linux.Kernel;

/// A TCP connection (tcp(7)). Two tasks may use it at once, one that reads and one that writes. Any thread may call the methods.
///
/// <!-- given: int port; -->
/// ```java
/// Executor.blockOn(() -> {
///     try (var stream = await(TcpStream.connect("localhost", port))) {
///         await(stream.writeAll(ByteBuffer.wrap("hello\n".getBytes())));
///         var answer = ByteBuffer.allocate(100);
///         await(stream.read(answer));
///     }
/// });
/// ```
///
/// An operation fails with
/// - [java.net.SocketException] if the peer has reset the connection (ECONNRESET), reads no more (EPIPE; no signal is raised), or is
///   silent for too long (ETIMEDOUT),
/// - [java.nio.channels.AsynchronousCloseException] if this end is closed while the operation waits, or its executor is closed,
/// - [java.nio.channels.ClosedChannelException] if it was closed before,
/// - [IllegalStateException] if another operation waits in the same direction. Two tasks that write to one stream meet this only when a
///   write has to wait, which a fast peer hides. Give the bytes to one task that writes, through a [trale.sync.Channel].
///
/// A connection that was reset, or given up, is no end of its stream. Once an operation has failed with that, each read takes the bytes
/// that are left, and then fails with the same error. A write fails with EPIPE.
public final class TcpStream extends ByteStream<InetSocketAddress> {

    /// How long sent data may remain unacknowledged before the kernel gives the connection up with ETIMEDOUT, in milliseconds. With 0, the
    /// default, the kernel tries for about a quarter of an hour (tcp(7), RFC 5482). With SO_KEEPALIVE it also says when a silent peer is
    /// given up. It is set by [#setOption(SocketOption, Object)], on a stream or its listener. Java has no such option.
    public static final SocketOption<Integer> TCP_USER_TIMEOUT = new SocketOption<>() {
        @Override
        public String name() {
            return "TCP_USER_TIMEOUT";
        }

        @Override
        public Class<Integer> type() {
            return Integer.class;
        }

        @Override
        public String toString() {
            return name();
        }
    };

    static final Set<String> OPTIONS = Set.of("SO_SNDBUF", "SO_RCVBUF", "SO_REUSEADDR", "SO_REUSEPORT", "SO_KEEPALIVE", "SO_LINGER",
            "TCP_NODELAY", "TCP_KEEPIDLE", "TCP_KEEPINTERVAL", "TCP_KEEPCOUNT", "TCP_USER_TIMEOUT");

    TcpStream(Descriptor descriptor, InetSocketAddress remote) throws IOException {
        super(descriptor, remote);
    }

    /// Connects. From any thread: the socket belongs to the executor that polls this. If it is cancelled or dropped, it closes the socket.
    ///
    /// <!-- run in a task: InetSocketAddress server = server(); -->
    /// ```java
    /// try (var stream = await(TcpStream.connect(server))) {
    ///     IO.println(stream.localAddress());
    /// }
    /// ```
    ///
    /// @param address if it is unresolved, it is resolved as by [#connect(String, int)]
    /// @return fails with [ConnectException] if refused (ECONNREFUSED) or timed out (ETIMEDOUT: the kernel tries for about
    ///         two minutes), [java.net.NoRouteToHostException], [java.net.BindException] if there is no local port left, or
    ///         another [java.net.SocketException], for example if there is no descriptor left (EMFILE);
    ///         [java.nio.channels.AsynchronousCloseException] if the executor is closed meanwhile. A socket that the kernel
    ///         connects with itself, which can happen at a port of this machine that nothing listens at, counts as refused
    public static Future<TcpStream> connect(InetSocketAddress address) {
        return connecting(address, null);
    }

    /// Connects from an address of this machine; see [#connect(InetSocketAddress)]. From any thread. Cancelled or dropped, it closes the
    /// socket.
    ///
    /// <!-- run in a task: InetSocketAddress server = server(); -->
    /// ```java
    /// try (var stream = await(TcpStream.connect(server, new InetSocketAddress("127.0.0.1", 0)))) {
    ///     IO.println(stream.localAddress());
    /// }
    /// ```
    ///
    /// @param address to connect to
    /// @param from    this end's address; port 0 lets the kernel choose the port
    /// @return fails as [#connect(InetSocketAddress)]; also with [java.net.BindException] if `from` is in use (EADDRINUSE) or not an
    ///         address of this machine (EADDRNOTAVAIL)
    /// @throws IllegalArgumentException one address is of IPv4, the other of IPv6
    public static Future<TcpStream> connect(InetSocketAddress address, InetSocketAddress from) {
        return connecting(address, Objects.requireNonNull(from, "the local address is null"));
    }

    /// Looks a name up, on another thread, and connects to its addresses: IPv6 and IPv4 in turn. An attempt begins 250 ms after the one
    /// before, or at once when that has failed (RFC 8305, "Happy Eyeballs"). The first connection is the result; the others are closed.
    /// From any thread. Cancelled or dropped, it closes all of them. A look-up that has begun goes on, and its result is lost.
    ///
    /// <!-- run in a task: int port = server().getPort(); -->
    /// ```java
    /// try (var stream = await(TcpStream.connect("localhost", port))) {
    ///     IO.println(stream.remoteAddress());
    /// }
    /// ```
    ///
    /// @param host a name, or an address as a text
    /// @param port from 1 to 65535
    /// @return fails with [java.net.UnknownHostException] if there is no such name; with a [ConnectException] that has each address of the
    ///         name, and each failure as a suppressed exception; if `host` is an address, as [#connect(InetSocketAddress)]
    /// @throws IllegalArgumentException the port is negative or greater than 65535
    public static Future<TcpStream> connect(String host, int port) {
        return connect(InetSocketAddress.createUnresolved(Objects.requireNonNull(host, "the host is null"), port));
    }

    private static Future<TcpStream> connecting(InetSocketAddress address, @Nullable InetSocketAddress from) {
        if (address.isUnresolved()) return connectToAny(address, from);
        if (from != null && !from.isUnresolved() && !isSameFamily(address.getAddress(), from))
            throw new IllegalArgumentException("connect " + address + " from " + from + ": one is an IPv4, the other an IPv6 address");
        return ByteStream.connect(address, from, TcpStream::new);
    }

    private static boolean isSameFamily(InetAddress address, InetSocketAddress from) {
        return address.getClass() == from.getAddress().getClass();
    }

    private static Future<TcpStream> connectToAny(InetSocketAddress name, @Nullable InetSocketAddress from) {
        return async(() -> {
            var host = name.getHostString();
            var attempts = new ArrayList<Future<TcpStream>>();
            var addresses = await(Blocking.run(() -> Kernel.resolveHere(host)));
            for (var address : HappyEyeballs.inTurn(addresses))
                if (from == null || from.isUnresolved() || isSameFamily(address, from))
                    attempts.add(connecting(new InetSocketAddress(address, name.getPort()), from));
            if (attempts.isEmpty())
                throw new BindException("connect " + host + ":" + name.getPort() + " from " + from
                        + ": the name has no address of that family");
            var race = new HappyEyeballs(attempts);
            try {
                return await(race);
            } catch (IOException e) {
                if (isAddress(host)) throw e; // the only attempt
                throw allFailed(name, race.failures());
            }
        });
    }

    private static boolean isAddress(String host) {
        try {
            InetAddress.ofLiteral(host);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static ConnectException allFailed(InetSocketAddress name, List<IOException> failures) {
        var e = new ConnectException(failures.stream().map(Throwable::getMessage)
                .collect(joining("; ", "connect " + name.getHostString() + ":" + name.getPort() + " failed: ", "")));
        failures.forEach(e::addSuppressed);
        return e;
    }

    /// Sends small writes at once (TCP_NODELAY). If it is off, a small write waits until a segment is full, or the peer has acknowledged
    /// the data before, which may take 40 ms. It does not wait. From any thread.
    ///
    /// <!-- run: TcpStream stream = echo(); -->
    /// ```java
    /// stream.noDelay(false); // fewer and larger packets, which come later
    /// ```
    ///
    /// @param on the default is true
    /// @throws java.nio.channels.ClosedChannelException the socket is closed
    public void noDelay(boolean on) throws IOException {
        setOption(StandardSocketOptions.TCP_NODELAY, on);
    }

    @Override
    Set<String> options() {
        return OPTIONS;
    }
}
