package trale.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Set;

/// Accepts TCP connections. One task at a time accepts; it usually spawns a task for each connection.
///
/// ```java
/// try (var listener = TcpListener.bind(new InetSocketAddress("127.0.0.1", 0))) {
///     var server = Executor.spawn(() -> {
///         while (true) {
///             var stream = await(listener.accept());
///             Executor.spawn(() -> {
///                 try (stream) {
///                     return await(AsyncRead.copy(stream, stream));
///                 }
///             });
///         }
///     });
/// }
/// ```
///
/// An IPv4 address is for IPv4 alone; so is `new InetSocketAddress(port)`, which stands for 0.0.0.0. `[::]` takes both.
public final class TcpListener extends Listener<InetSocketAddress, TcpStream> {

    private TcpListener(Descriptor descriptor) throws IOException {
        super(descriptor, TcpStream::new);
    }

    /// Listens, with [BindOptions#LISTENER].
    ///
    /// @param address port 0 lets the kernel choose; see [#localAddress()]
    /// @throws IOException [java.net.BindException]: in use (EADDRINUSE), no address of this machine (EADDRNOTAVAIL), not
    ///         allowed (EACCES); [java.net.UnknownHostException]: unresolved; [java.net.SocketException]: all else, such
    ///         as no descriptor left (EMFILE)
    public static TcpListener bind(InetSocketAddress address) throws IOException {
        return bind(address, BindOptions.LISTENER);
    }

    /// Listens; see [#bind(InetSocketAddress)].
    ///
    /// @param address of this machine
    /// @param options what is settled before
    /// @throws IOException as there
    public static TcpListener bind(InetSocketAddress address, BindOptions options) throws IOException {
        return Listener.bind(address, options, TcpListener::new);
    }

    @Override
    Set<String> options() {
        return TcpStream.OPTIONS;
    }
}
