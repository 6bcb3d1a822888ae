package trale.net;

import static java.util.stream.Collectors.joining;
import static trale.Async.async;
import static trale.Async.await;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import trale.Blocking;
import trale.Future;
import trale.internal.linux.Kernel;

/// A TCP connection (tcp(7)). Two tasks may use it at once, one that reads and one that writes.
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
/// An operation fails with [java.net.SocketException] if the connection was reset (ECONNRESET), or nothing can be written to
/// its other end any more (EPIPE; no signal is raised); with [java.nio.channels.AsynchronousCloseException] if this end is
/// closed meanwhile, and [java.nio.channels.ClosedChannelException] if it was before; with [IllegalStateException] if another
/// is in progress in the same direction. If several tasks of an executor write to one stream, that is so only once a write has
/// to wait, which a fast peer hides: put a queue before it, and one task that writes.
public final class TcpStream extends ByteStream<InetSocketAddress> {

    TcpStream(int fd, InetSocketAddress remote) throws IOException {
        super(fd, remote);
    }

    /// Connects. Cancelled, or dropped, it closes the socket.
    ///
    /// @param address one that is unresolved is resolved, as by [#connect(String, int)]
    /// @return fails with [ConnectException] if refused (ECONNREFUSED) or timed out (ETIMEDOUT: the kernel tries for about
    ///         two minutes), [java.net.NoRouteToHostException], [java.net.BindException] if there is no local port left, or
    ///         another [java.net.SocketException], for example if there is no descriptor left (EMFILE)
    public static Future<TcpStream> connect(InetSocketAddress address) {
        return address.isUnresolved() ? connectToAny(address) : ByteStream.connect(address, TcpStream::new);
    }

    /// Looks a name up, on another thread, and tries its addresses in turn until one accepts.
    ///
    /// @param host a name, or an address as a text
    /// @param port from 1 to 65535
    /// @return fails with [java.net.UnknownHostException] if there is no such name; with a [ConnectException] that tells every
    ///         address of the name and why it failed, each failure suppressed in it; of an address, as
    ///         [#connect(InetSocketAddress)] does
    /// @throws IllegalArgumentException the port is negative or greater than 65535
    public static Future<TcpStream> connect(String host, int port) {
        return connect(InetSocketAddress.createUnresolved(Objects.requireNonNull(host, "the host is null"), port));
    }

    private static Future<TcpStream> connectToAny(InetSocketAddress name) {
        return async(() -> {
            var failures = new ArrayList<IOException>();
            for (var address : await(Blocking.run(() -> Kernel.resolveHere(name.getHostString())))) {
                try {
                    return await(connect(new InetSocketAddress(address, name.getPort())));
                } catch (IOException e) {
                    if (address.getHostAddress().equals(name.getHostString())) throw e; // not a name: it has no other
                    failures.add(e);
                }
            }
            throw allFailed(name, failures);
        });
    }

    private static ConnectException allFailed(InetSocketAddress name, List<IOException> failures) {
        var e = new ConnectException(failures.stream().map(Throwable::getMessage)
                .collect(joining("; ", "connect " + name.getHostString() + ":" + name.getPort() + " failed: ", "")));
        failures.forEach(e::addSuppressed);
        return e;
    }

    /// Sends small writes at once (TCP_NODELAY) rather than to wait until they fill a segment or the peer has
    /// acknowledged what went before.
    ///
    /// @param on false, at first
    /// @throws java.nio.channels.ClosedChannelException the socket is closed
    public void noDelay(boolean on) throws IOException {
        setOption(StandardSocketOptions.TCP_NODELAY, on);
    }
}
