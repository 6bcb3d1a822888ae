package trale.net;

import java.io.IOException;
import java.net.SocketAddress;
import trale.internal.linux.Fd;
import trale.internal.linux.Sockets;

/// What has to be settled before a socket is bound (socket(7), listen(2)).
///
/// ```java
/// // One of several executors that share a port: the kernel spreads the connections over them.
/// var listener = TcpListener.bind(new InetSocketAddress("127.0.0.1", 0), BindOptions.LISTENER.reusePort(true));
/// ```
///
/// @param reuseAddress SO_REUSEADDR: bind also while connections of a server that has ended are in TIME_WAIT. Among UDP
///                     sockets it lets several have the same port
/// @param reusePort    SO_REUSEPORT: several sockets that all say so share a port
/// @param backlog      how many connections may wait to be accepted; the kernel takes at most net.core.somaxconn
public record BindOptions(boolean reuseAddress, boolean reusePort, int backlog) {

    /// Of a listener, if nothing else is said: SO_REUSEADDR, and a backlog as long as the kernel grants.
    public static final BindOptions LISTENER = new BindOptions(true, false, 4096);

    /// Of a UDP socket, if nothing else is said: its port is its own.
    public static final BindOptions DATAGRAM = new BindOptions(false, false, 0);

    /// {@return the same with another SO_REUSEADDR}
    public BindOptions reuseAddress(boolean on) {
        return new BindOptions(on, reusePort, backlog);
    }

    /// {@return the same with another SO_REUSEPORT}
    public BindOptions reusePort(boolean on) {
        return new BindOptions(reuseAddress, on, backlog);
    }

    /// {@return the same with another backlog}
    public BindOptions backlog(int connections) {
        return new BindOptions(reuseAddress, reusePort, connections);
    }

    /// Opens and binds a socket, and lets it listen if it is a stream's.
    int bind(SocketAddress address, int type) throws IOException {
        var fd = Sockets.open(address, type);
        try {
            if (reuseAddress) check(Sockets.setOption(fd, Sockets.SOL_SOCKET, 2, 1), "setsockopt SO_REUSEADDR", address);
            if (reusePort) check(Sockets.setOption(fd, Sockets.SOL_SOCKET, 15, 1), "setsockopt SO_REUSEPORT", address);
            check(Sockets.bind(fd, address), "bind", address);
            if (type == Sockets.STREAM) check(Sockets.listen(fd, backlog), "listen", address);
            return fd;
        } catch (Throwable t) {
            Fd.close(fd);
            throw t;
        }
    }

    private static void check(int result, String call, SocketAddress address) throws IOException {
        if (result < 0) throw Sockets.exception(call, result, address);
    }
}
