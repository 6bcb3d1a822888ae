package trale.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import trale.internal.linux.Sockets;

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
public final class TcpListener extends Listener<TcpStream> {

    private TcpListener(int fd) throws IOException {
        super(fd, TcpStream::new);
    }

    /// Listens, with [BindOptions#LISTENER].
    ///
    /// @param address port 0 lets the kernel choose; see [#localAddress()]
    /// @throws IOException [java.net.BindException]: in use (EADDRINUSE), not an address of this machine
    ///         (EADDRNOTAVAIL), not allowed (EACCES); [java.net.UnknownHostException]: unresolved;
    ///         [java.net.SocketException]: all else, no descriptor left included (EMFILE)
    public static TcpListener bind(InetSocketAddress address) throws IOException {
        return bind(address, BindOptions.LISTENER);
    }

    /// Listens; see [#bind(InetSocketAddress)].
    public static TcpListener bind(InetSocketAddress address, BindOptions options) throws IOException {
        var listener = new TcpListener(options.bind(address, Sockets.STREAM));
        listener.local(); // while it is open
        return listener;
    }

    /// {@return where it listens}
    public InetSocketAddress localAddress() {
        return (InetSocketAddress) local();
    }
}
