package trale.net;

import java.io.IOException;
import java.net.SocketAddress;
import java.util.Objects;
import trale.internal.linux.Libc;
import trale.internal.linux.Sockets;

/// Options that are set before a socket is bound (socket(7), listen(2)).
///
/// ```java
/// // One of several executors that share a port: the kernel spreads the connections over them.
/// var listener = TcpListener.bind(new InetSocketAddress("127.0.0.1", 0), BindOptions.LISTENER.reusePort(true));
/// ```
///
/// @param reuseAddress SO_REUSEADDR: bind although connections of a server that has ended are still in TIME_WAIT. Several
///                     UDP sockets may then have the same port
/// @param reusePort    SO_REUSEPORT: all sockets that set it share a port
/// @param backlog      how many connections may wait to be accepted, 0 or more; the kernel takes at most net.core.somaxconn
public record BindOptions(boolean reuseAddress, boolean reusePort, int backlog) {

    /// @throws IllegalArgumentException the backlog is negative
    public BindOptions {
        if (backlog < 0) throw new IllegalArgumentException("a backlog of " + backlog + ": it has to be 0 or more");
    }

    /// The default of a listener: SO_REUSEADDR, and the longest backlog that the kernel grants.
    public static final BindOptions LISTENER = new BindOptions(true, false, 1 << 16);

    /// The default of a UDP socket: it does not share its port.
    public static final BindOptions DATAGRAM = new BindOptions(false, false, 0);

    /// {@return these options with another SO_REUSEADDR}
    public BindOptions reuseAddress(boolean on) {
        return new BindOptions(on, reusePort, backlog);
    }

    /// {@return these options with another SO_REUSEPORT}
    public BindOptions reusePort(boolean on) {
        return new BindOptions(reuseAddress, on, backlog);
    }

    /// {@return these options with another backlog}
    /// @throws IllegalArgumentException it is negative
    public BindOptions backlog(int connections) {
        return new BindOptions(reuseAddress, reusePort, connections);
    }

    int bind(SocketAddress address, int type) throws IOException {
        Objects.requireNonNull(address, "the address is null");
        Libc.require();
        return Sockets.bind(address, type, reuseAddress, reusePort, backlog);
    }
}
