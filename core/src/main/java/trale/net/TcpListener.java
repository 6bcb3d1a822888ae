package trale.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Set;

/// Accepts TCP connections. One task at a time accepts; it usually spawns a task for each connection. Any thread may call the methods.
///
/// ```java
/// var listener = TcpListener.bind(new InetSocketAddress("127.0.0.1", 0));
/// var server = Executor.spawn(() -> {
///     while (true) {
///         var stream = await(listener.accept());
///         Executor.spawn(() -> await(AsyncRead.copy(stream, stream))).closing(stream);
///     }
/// }).closing(listener);
/// ```
///
/// The task of a connection may be cancelled before its first poll. Then its body closes nothing, so the handle closes the connection.
///
/// A listener that is bound to an IPv4 address accepts IPv4 alone. `new InetSocketAddress(port)` is an IPv4 address too, 0.0.0.0. A
/// listener that is bound to `[::]` accepts both.
public final class TcpListener extends Listener<InetSocketAddress, TcpStream> {

    private TcpListener(Descriptor descriptor) throws IOException {
        super(descriptor, TcpStream::new);
    }

    /// Listens, with [BindOptions#LISTENER]. It does not wait. From any thread: in a task the listener belongs to the task's executor,
    /// elsewhere to the process-wide one.
    ///
    /// <!-- run: -->
    /// ```java
    /// try (var listener = TcpListener.bind(new InetSocketAddress("127.0.0.1", 0))) {
    ///     IO.println(listener.localAddress().getPort()); // the one that the kernel has chosen
    /// }
    /// ```
    ///
    /// @param address port 0 lets the kernel choose; see [#localAddress()]
    /// @throws IOException [java.net.BindException]: the address is in use (EADDRINUSE), not one of this machine (EADDRNOTAVAIL), or not
    ///         allowed (EACCES); [java.net.UnknownHostException]: it is unresolved; [java.net.SocketException]: another error, such as
    ///         no descriptor left (EMFILE); [java.nio.channels.AsynchronousCloseException]: the executor of the task was closed
    public static TcpListener bind(InetSocketAddress address) throws IOException {
        return bind(address, BindOptions.LISTENER);
    }

    /// Listens; see [#bind(InetSocketAddress)]. From any thread.
    ///
    /// <!-- run: -->
    /// ```java
    /// var options = BindOptions.LISTENER.reusePort(true);
    /// try (var one = TcpListener.bind(new InetSocketAddress("127.0.0.1", 0), options);
    ///         var other = TcpListener.bind(one.localAddress(), options)) {
    ///     IO.println("both listen on port " + one.localAddress().getPort());
    /// }
    /// ```
    ///
    /// @param address of this machine
    /// @param options are set before
    /// @throws IOException as [#bind(InetSocketAddress)]
    public static TcpListener bind(InetSocketAddress address, BindOptions options) throws IOException {
        return Listener.bind(address, options, (descriptor, _) -> new TcpListener(descriptor));
    }

    @Override
    Set<String> options() {
        return TcpStream.OPTIONS;
    }
}
