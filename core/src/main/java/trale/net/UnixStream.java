package trale.net;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.util.Objects;
import java.util.Set;
import trale.Future;

/// A connection within this machine (unix(7)). Two tasks may use it at once, one that reads and one that writes.
///
/// An address is a file's path, or an *abstract* name, of which no file system knows and which ends with its socket. It is
/// written with a leading `@`, as in ss(8) and systemd: `UnixDomainSocketAddress.of("@name")`. A file whose name begins
/// so is `./@name`. The end that connects usually has the empty address.
///
/// Errors are those of [TcpStream]. Any thread may call the methods.
public final class UnixStream extends ByteStream<UnixDomainSocketAddress> {

    static final Set<String> OPTIONS = Set.of("SO_SNDBUF", "SO_RCVBUF");

    UnixStream(Descriptor descriptor, UnixDomainSocketAddress remote) throws IOException {
        super(descriptor, remote);
    }

    /// Connects; waits while the listener's queue is full, and asks again every 5 ms. Those that wait so are served in no order. From any
    /// thread: the socket belongs to the executor that polls this. Cancelled, or dropped, it closes the socket.
    ///
    /// <!-- run in a task: -->
    /// ```java
    /// try (var listener = UnixListener.bind(UnixDomainSocketAddress.of(""));
    ///         var client = await(UnixStream.connect(listener.localAddress()));
    ///         var server = await(listener.accept())) {
    ///     await(client.writeAll(ByteBuffer.wrap("hello".getBytes())));
    ///     await(server.readExactly(ByteBuffer.allocate(5)));
    /// }
    /// ```
    ///
    /// @param address a path or an abstract name
    /// @return fails with [java.net.ConnectException] if no socket listens there, or with another
    ///         [java.net.SocketException], for example if there is no such path (ENOENT), or with
    ///         [java.nio.channels.AsynchronousCloseException] if the executor is closed meanwhile
    public static Future<UnixStream> connect(UnixDomainSocketAddress address) {
        return ByteStream.connect(Objects.requireNonNull(address, "the address is null"), null, UnixStream::new);
    }

    /// Ends the output: the peer reads the end of the stream after the last byte. Reading goes on (shutdown(2)). A write that waits fails,
    /// and so does each later one (EPIPE). It does not wait. From any thread.
    ///
    /// <!-- run in a task: -->
    /// ```java
    /// try (var listener = UnixListener.bind(UnixDomainSocketAddress.of(""));
    ///         var client = await(UnixStream.connect(listener.localAddress()));
    ///         var server = await(listener.accept())) {
    ///     client.shutdownOutput();
    ///     IO.println(await(server.read(ByteBuffer.allocate(5)))); // -1: the end
    /// }
    /// ```
    ///
    /// @throws java.nio.channels.ClosedChannelException the socket is closed
    /// @throws IOException the connection has ended in both directions (ENOTCONN)
    @Override
    public void shutdownOutput() throws IOException {
        super.shutdownOutput();
        // Linux tells the peer alone, so a write that waits on this end is woken here.
        descriptor.slot(Descriptor.WRITER).event(false);
    }

    @Override
    Set<String> options() {
        return OPTIONS;
    }
}
