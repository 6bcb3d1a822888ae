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
/// Errors are those of [TcpStream].
public final class UnixStream extends ByteStream<UnixDomainSocketAddress> {

    static final Set<String> OPTIONS = Set.of("SO_SNDBUF", "SO_RCVBUF");

    UnixStream(Descriptor descriptor, UnixDomainSocketAddress remote) throws IOException {
        super(descriptor, remote);
    }

    /// Connects; waits while the listener's queue is full, and asks again every 5 ms. From any thread. Cancelled, or dropped, it closes the
    /// socket.
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
    ///         [java.net.SocketException], for example if there is no such path (ENOENT)
    public static Future<UnixStream> connect(UnixDomainSocketAddress address) {
        return ByteStream.connect(Objects.requireNonNull(address, "the address is null"), null, UnixStream::new);
    }

    /// Linux tells the peer alone, so a write that waits on this end is woken here. It fails then, as on a TCP stream (EPIPE).
    @Override
    public void shutdownOutput() throws IOException {
        super.shutdownOutput();
        descriptor.slot(Descriptor.WRITER).event(false);
    }

    @Override
    Set<String> options() {
        return OPTIONS;
    }
}
