package trale.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import trale.Future;
import trale.Poll;
import trale.internal.linux.RecentPeers;
import trale.internal.linux.SocketOptions;
import trale.internal.linux.Sockets;

/// Sends and receives datagrams (udp(7)). Two tasks may use it at once, one that receives and one that sends. Any thread may call the
/// methods.
///
/// ```java
/// var socket = UdpSocket.bind(new InetSocketAddress("127.0.0.1", 0));
/// Executor.blockOn(() -> {
///     await(socket.sendTo(ByteBuffer.wrap(new byte[20]), socket.localAddress()));
///     var buffer = ByteBuffer.allocate(1500);
///     Datagram d = await(socket.recvFrom(buffer));
///     assert d.length() == 20 && buffer.position() == 20;
/// });
/// ```
///
/// A datagram is moved as a whole, so an operation that is cancelled has moved none. A datagram may be empty. Before a socket sends to
/// a broadcast address, [SO_BROADCAST][java.net.StandardSocketOptions#SO_BROADCAST] must be set. A socket that is bound to an IPv4 address
/// speaks IPv4 alone; one that is bound to `[::]` speaks both.
public final class UdpSocket extends Endpoint<InetSocketAddress> {
    private static final Set<String> OPTIONS = Set.of("SO_SNDBUF", "SO_RCVBUF", "SO_REUSEADDR", "SO_REUSEPORT", "SO_BROADCAST",
            "IP_MULTICAST_IF", "IP_MULTICAST_TTL", "IP_MULTICAST_LOOP");

    /// Used by the operation that owns the reading direction.
    private final RecentPeers peers = new RecentPeers();

    private UdpSocket(Descriptor descriptor) throws IOException {
        super(descriptor, null);
    }

    /// Binds, with [BindOptions#DATAGRAM]. It does not wait. From any thread: in a task the socket belongs to the task's executor,
    /// elsewhere to the process-wide one.
    ///
    /// <!-- run: -->
    /// ```java
    /// try (var socket = UdpSocket.bind(new InetSocketAddress("127.0.0.1", 0))) {
    ///     IO.println(socket.localAddress().getPort()); // the one that the kernel has chosen
    /// }
    /// ```
    ///
    /// @param address port 0 lets the kernel choose; see [#localAddress()]
    /// @throws IOException as [TcpListener#bind(InetSocketAddress)]
    public static UdpSocket bind(InetSocketAddress address) throws IOException {
        return bind(address, BindOptions.DATAGRAM);
    }

    /// Binds; see [#bind(InetSocketAddress)]. From any thread.
    ///
    /// <!-- run: -->
    /// ```java
    /// var options = BindOptions.DATAGRAM.reuseAddress(true); // as programs do that listen to one multicast group
    /// try (var one = UdpSocket.bind(new InetSocketAddress("0.0.0.0", 0), options);
    ///         var other = UdpSocket.bind(one.localAddress(), options)) {
    ///     IO.println("both have port " + one.localAddress().getPort());
    /// }
    /// ```
    ///
    /// @param address of this machine
    /// @param options the backlog is ignored
    /// @throws IOException as [TcpListener#bind(InetSocketAddress)]
    public static UdpSocket bind(InetSocketAddress address, BindOptions options) throws IOException {
        return make((descriptor, _) -> new UdpSocket(descriptor), null, options.bind(address, Sockets.DATAGRAM));
    }

    /// Chooses the peer: [#send(ByteBuffer)] sends to it, and from now on datagrams are received from it alone. This sends no packet and
    /// does not wait. If no socket has the peer's address, a later operation fails with [java.net.PortUnreachableException]; a socket that
    /// is not connected is not told.
    ///
    /// Datagrams of other senders that the kernel had queued before are still received. A program for which that matters compares
    /// [Datagram#from()].
    ///
    /// From any thread, also while an operation waits.
    ///
    /// <!-- run in a task: UdpSocket server = UdpSocket.bind(new InetSocketAddress("127.0.0.1", 0)); -->
    /// ```java
    /// try (var client = UdpSocket.bind(new InetSocketAddress("127.0.0.1", 0))) {
    ///     client.connect(server.localAddress());
    ///     await(client.send(ByteBuffer.wrap("hello".getBytes())));
    /// }
    /// ```
    ///
    /// @param peer replaces an earlier peer. What that has refused is forgotten
    /// @throws IOException [java.nio.channels.ClosedChannelException]: the socket is closed;
    ///         [java.net.UnknownHostException]: unresolved, and an earlier peer is kept; [java.net.NoRouteToHostException] or another
    ///         [java.net.SocketException]: it can't be reached from here, and an earlier peer may be gone
    public void connect(InetSocketAddress peer) throws IOException {
        Objects.requireNonNull(peer, "the address is null");
        call(fd -> {
            // Linux keeps the local address that came with the first peer, unless the peer is taken away.
            if (bound.getAddress().isAnyLocalAddress() && !peer.isUnresolved()) dissolve(fd); // unresolved: the connect fails
            Sockets.connect(fd, peer, bound);
            local = (InetSocketAddress) Sockets.localAddress(fd);
            remote = peer; // under the lock, as in dissolve
            return null;
        });
    }

    /// Removes the peer that [#connect(InetSocketAddress)] chose: datagrams of all senders are received again, and [#send(ByteBuffer)]
    /// has no peer. The local address is the one it was bound to again. Without a peer this does nothing. It does not wait. From any
    /// thread, also while an operation waits.
    ///
    /// <!-- run: UdpSocket socket = UdpSocket.bind(new InetSocketAddress("127.0.0.1", 0)); { socket.connect(socket.localAddress()); } -->
    /// ```java
    /// socket.disconnect();
    /// IO.println(socket); // without " to " and a peer
    /// ```
    ///
    /// @throws java.nio.channels.ClosedChannelException the socket is closed
    public void disconnect() throws IOException {
        call(fd -> {
            dissolve(fd);
            return null;
        });
    }

    private void dissolve(int fd) throws IOException {
        if (remote == null) return;
        Sockets.disconnect(fd);
        remote = null;
        local = bound; // its port is its own: see Sockets.bind
    }

    /// Joins a multicast group (ip(7), ipv6(7)): datagrams to it that come in on this interface, and have this socket's port, are
    /// received. A socket bound to the group's address, or to 0.0.0.0 or `[::]`, receives them; one bound to another address does
    /// not. To share the port with others on this machine, all bind with SO_REUSEADDR ([BindOptions#reuseAddress(boolean)]). It does not
    /// wait. From any thread.
    ///
    /// <!-- run: UdpSocket socket = UdpSocket.bind(new InetSocketAddress("0.0.0.0", 0)); -->
    /// ```java
    /// var loopback = NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress());
    /// socket.join(InetAddress.ofLiteral("239.1.2.3"), loopback);
    /// ```
    ///
    /// @param group of IPv4, or, if the socket is bound to an IPv6 address, of either
    /// @param on    the interface
    /// @throws IllegalArgumentException the address is no multicast address
    /// @throws IOException [java.nio.channels.ClosedChannelException]: the socket is closed; [java.net.SocketException]: it is in the group
    ///         already (EADDRINUSE), or the kernel refuses otherwise
    public void join(InetAddress group, NetworkInterface on) throws IOException {
        membership(true, group, on);
    }

    /// Leaves a multicast group. Closing the socket does that too. It does not wait. From any thread.
    ///
    /// <!-- run: UdpSocket socket = UdpSocket.bind(new InetSocketAddress("0.0.0.0", 0)); -->
    /// ```java
    /// var group = InetAddress.ofLiteral("239.1.2.3");
    /// var loopback = NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress());
    /// socket.join(group, loopback);
    /// socket.leave(group, loopback);
    /// ```
    ///
    /// @param group as it was joined
    /// @param on    as it was joined
    /// @throws IllegalArgumentException the address is no multicast address
    /// @throws IOException [java.nio.channels.ClosedChannelException]: the socket is closed; [java.net.SocketException]: it is not in the
    ///         group (EADDRNOTAVAIL)
    public void leave(InetAddress group, NetworkInterface on) throws IOException {
        membership(false, group, on);
    }

    private void membership(boolean join, InetAddress group, NetworkInterface on) throws IOException {
        Objects.requireNonNull(on, "the interface is null");
        if (!group.isMulticastAddress()) throw new IllegalArgumentException(group.getHostAddress() + " is no multicast address");
        call(fd -> {
            SocketOptions.membership(fd, join, group, on);
            return null;
        });
    }

    @Override
    Set<String> options() {
        return OPTIONS;
    }

    /// Sends the buffer from its position to its limit as one datagram; the position advances. From any thread, one task at a time.
    /// Cancelled or dropped, it has sent nothing.
    ///
    /// <!-- run in a task: UdpSocket socket = UdpSocket.bind(new InetSocketAddress("127.0.0.1", 0)); -->
    /// ```java
    /// await(socket.sendTo(ByteBuffer.wrap("hello".getBytes()), socket.localAddress()));
    /// ```
    ///
    /// @param from a heap or direct buffer, which may be read-only
    /// @param to   the receiver's address, resolved
    /// @return the datagram's length; fails with [java.net.SocketException] if it is longer than a datagram can be (EMSGSIZE; over
    ///         IPv4 that is 65,507 bytes), or if Linux refuses otherwise (EACCES: a broadcast address); with
    ///         [java.net.NoRouteToHostException]; with [java.net.UnknownHostException] if the address is unresolved; with
    ///         [java.net.PortUnreachableException] if this socket is connected and its peer has refused an earlier datagram; with
    ///         [java.nio.channels.ClosedChannelException] if the socket is closed; with
    ///         [java.nio.channels.AsynchronousCloseException] if that happens while it waits, or its executor is closed; with
    ///         [IllegalStateException] if another operation sends
    public Future<Integer> sendTo(ByteBuffer from, InetSocketAddress to) {
        return sending(from, Objects.requireNonNull(to, "the address is null"));
    }

    /// Sends to the peer this socket is [connected][#connect(InetSocketAddress)] to; see
    /// [#sendTo(ByteBuffer, InetSocketAddress)]. From any thread, one task at a time. Cancelled or dropped, it has sent nothing.
    ///
    /// <!-- run in a task: UdpSocket socket = UdpSocket.bind(new InetSocketAddress("127.0.0.1", 0)); -->
    /// ```java
    /// socket.connect(socket.localAddress()); // for the example: a peer that is there
    /// await(socket.send(ByteBuffer.wrap("hello".getBytes())));
    /// ```
    ///
    /// @param from a heap or direct buffer, which may be read-only
    /// @return the datagram's length; fails with [java.net.SocketException] if the socket has no peer (EDESTADDRREQ), or as by
    ///         [#sendTo(ByteBuffer, InetSocketAddress)]; with [java.net.PortUnreachableException] if the peer has refused an earlier
    ///         datagram (ECONNREFUSED: no socket has that port); with
    ///         [java.nio.channels.ClosedChannelException] if the socket is closed; with
    ///         [java.nio.channels.AsynchronousCloseException] if that happens while it waits, or its executor is closed; with
    ///         [IllegalStateException] if another operation sends
    public Future<Integer> send(ByteBuffer from) {
        return sending(from, null);
    }

    private Future<Integer> sending(ByteBuffer from, @Nullable InetSocketAddress to) {
        Objects.requireNonNull(from, "the buffer is null");
        return new Operation<>(this, Descriptor.WRITER) {
            @Override
            int call(int fd) throws IOException {
                return Sockets.send(fd, from, to, bound);
            }

            @Override
            Poll<Integer> result(int n) throws IOException {
                return Poll.ready(Sockets.check(n, "send", to != null ? to : remote));
            }
        };
    }

    /// Receives one datagram into the buffer, from its position to its limit; the position advances. Datagrams come in the order in which
    /// the kernel got them. From any thread, one task at a time. Cancelled or dropped, it has received none: the datagram is for the next
    /// call.
    ///
    /// <!-- run in a task: UdpSocket socket = UdpSocket.bind(new InetSocketAddress("127.0.0.1", 0)); -->
    /// ```java
    /// await(socket.sendTo(ByteBuffer.wrap("hello".getBytes()), socket.localAddress()));
    /// Datagram d = await(socket.recvFrom(ByteBuffer.allocate(1500)));
    /// IO.println(d.length() + " bytes from " + d.from());
    /// ```
    ///
    /// @param to a heap or direct buffer. Bytes that it has no room for are lost; see [Datagram#length()]
    /// @return the datagram's length and its sender; fails with [java.net.PortUnreachableException] if this socket is
    ///         connected and its peer has refused a datagram that was sent (ECONNREFUSED: no socket has that port); with
    ///         [java.nio.channels.ClosedChannelException] if the socket is closed; with
    ///         [java.nio.channels.AsynchronousCloseException] if that happens while it waits, or its executor is closed; with
    ///         [IllegalStateException] if another operation receives; with [java.net.SocketException] if Linux refuses otherwise
    /// @throws java.nio.ReadOnlyBufferException the buffer is read-only
    public Future<Datagram> recvFrom(ByteBuffer to) {
        return new Receive<>(this, to) {
            @Override
            Datagram received(int n) {
                return new Datagram(n, Sockets.peer(peers));
            }
        };
    }

    /// Receives one datagram; see [#recvFrom(ByteBuffer)]. From any thread, one task at a time. Cancelled or dropped, it has received none.
    ///
    /// <!-- run in a task: UdpSocket socket = UdpSocket.bind(new InetSocketAddress("127.0.0.1", 0)); -->
    /// ```java
    /// await(socket.sendTo(ByteBuffer.wrap("hello".getBytes()), socket.localAddress()));
    /// int length = await(socket.recv(ByteBuffer.allocate(1500)));
    /// ```
    ///
    /// @param to a heap or direct buffer
    /// @return the datagram's length, which may be more than the buffer had room for; fails as [#recvFrom(ByteBuffer)] does: with
    ///         [java.net.PortUnreachableException], [java.nio.channels.ClosedChannelException],
    ///         [java.nio.channels.AsynchronousCloseException], [IllegalStateException], or another [java.net.SocketException]
    /// @throws java.nio.ReadOnlyBufferException the buffer is read-only
    public Future<Integer> recv(ByteBuffer to) {
        return new Receive<>(this, to) {
            @Override
            Integer received(int n) {
                return n;
            }
        };
    }

    private abstract static class Receive<T> extends Operation<T> {
        private final ByteBuffer to;

        Receive(UdpSocket socket, ByteBuffer to) {
            super(socket, Descriptor.READER);
            this.to = ByteStream.writable(to);
        }

        abstract T received(int n);

        @Override
        int call(int fd) {
            return Sockets.receive(fd, to, true);
        }

        @Override
        Poll<T> result(int n) throws IOException {
            return Poll.ready(received(Sockets.check(n, "receive", endpoint.remote)));
        }
    }
}
