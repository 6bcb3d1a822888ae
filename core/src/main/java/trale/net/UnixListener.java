package trale.net;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.util.Set;

/// Accepts connections within this machine; see [UnixStream] for the addresses. One task at a time accepts.
public final class UnixListener extends Listener<UnixDomainSocketAddress, UnixStream> {

    private UnixListener(Descriptor descriptor) throws IOException {
        super(descriptor, UnixStream::new);
    }

    /// Listens. A path is made by this and stays when the listener is closed: deleting it is up to the caller. An abstract
    /// name ends with the socket.
    ///
    /// @param address the empty one lets the kernel choose an abstract name; see [#localAddress()]
    /// @throws IOException [java.net.BindException]: the path exists or the name is taken (EADDRINUSE), or not allowed
    ///         (EACCES); [java.net.SocketException]: all else, such as a folder that does not exist (ENOENT)
    public static UnixListener bind(UnixDomainSocketAddress address) throws IOException {
        return bind(address, BindOptions.LISTENER);
    }

    /// Listens; see [#bind(UnixDomainSocketAddress)].
    ///
    /// @param address a path or an abstract name
    /// @param options of which only the backlog matters
    /// @throws IOException as there
    public static UnixListener bind(UnixDomainSocketAddress address, BindOptions options) throws IOException {
        return Listener.bind(address, options.reuseAddress(false).reusePort(false), UnixListener::new);
    }

    @Override
    Set<String> options() {
        return UnixStream.OPTIONS;
    }
}
