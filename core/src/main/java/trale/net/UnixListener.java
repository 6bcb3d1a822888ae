package trale.net;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.util.Set;

/// Accepts connections within this machine; see [UnixStream] for the addresses. One task at a time accepts. Any thread may call the
/// methods.
public final class UnixListener extends Listener<UnixDomainSocketAddress, UnixStream> {

    private UnixListener(Descriptor descriptor) throws IOException {
        super(descriptor, UnixStream::new);
    }

    /// Listens. A path is made by this and stays when the listener is closed: deleting it is up to the caller. An abstract
    /// name ends with the socket. It does not wait. From any thread: in a task the listener belongs to the task's executor, elsewhere to
    /// the process-wide one.
    ///
    /// <!-- run: -->
    /// ```java
    /// try (var listener = UnixListener.bind(UnixDomainSocketAddress.of(""))) {
    ///     IO.println(listener.localAddress()); // such as @0002f
    /// }
    /// ```
    ///
    /// @param address the empty one lets the kernel choose an abstract name; see [#localAddress()]
    /// @throws IOException [java.net.BindException]: the path exists or the name is taken (EADDRINUSE), or not allowed
    ///         (EACCES); [java.net.SocketException]: all else, such as a folder that does not exist (ENOENT);
    ///         [java.nio.channels.AsynchronousCloseException]: the executor of the task was closed
    public static UnixListener bind(UnixDomainSocketAddress address) throws IOException {
        return bind(address, BindOptions.LISTENER);
    }

    /// Listens; see [#bind(UnixDomainSocketAddress)]. From any thread.
    ///
    /// <!-- run: -->
    /// ```java
    /// var options = BindOptions.LISTENER.backlog(10); // a client for whom this queue has no room waits in connect
    /// UnixListener.bind(UnixDomainSocketAddress.of(""), options).close();
    /// ```
    ///
    /// @param address a path or an abstract name
    /// @param options of which only the backlog matters
    /// @throws IOException as there
    public static UnixListener bind(UnixDomainSocketAddress address, BindOptions options) throws IOException {
        return Listener.bind(address, options.reuseAddress(false).reusePort(false), (descriptor, _) -> new UnixListener(descriptor));
    }

    @Override
    Set<String> options() {
        return UnixStream.OPTIONS;
    }
}
