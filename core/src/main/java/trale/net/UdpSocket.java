package trale.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import trale.Future;
import trale.Poll;
import trale.internal.linux.Sockets;

/// Sends and receives datagrams (udp(7)). Two tasks may use it at once, one that receives and one that sends.
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
/// A datagram is moved whole or not at all; one of length 0 is one. To send to broadcast addresses set
/// [SO_BROADCAST][java.net.StandardSocketOptions#SO_BROADCAST] first. A socket bound to an IPv4 address speaks IPv4 alone,
/// one bound to `[::]` both.
public final class UdpSocket extends Endpoint {
    private volatile @Nullable SocketAddress connected;

    private UdpSocket(int fd) throws IOException {
        super(fd, null);
    }

    /// Binds, with [BindOptions#DATAGRAM].
    ///
    /// @param address port 0 lets the kernel choose; see [#localAddress()]
    /// @throws IOException as [TcpListener#bind(InetSocketAddress)]
    public static UdpSocket bind(InetSocketAddress address) throws IOException {
        return bind(address, BindOptions.DATAGRAM);
    }

    /// Binds; see [#bind(InetSocketAddress)].
    public static UdpSocket bind(InetSocketAddress address, BindOptions options) throws IOException {
        var socket = new UdpSocket(options.bind(address, Sockets.DATAGRAM));
        socket.local(); // while it is open
        return socket;
    }

    /// Chooses the one peer that [#send(ByteBuffer)] sends to, and from which alone datagrams are received from now on.
    /// That needs no packet and does not wait. Only a connected socket learns that nobody is there: a later operation
    /// then fails with [java.net.PortUnreachableException].
    ///
    /// @throws IOException the address can't be reached from here, or the socket is closed
    public void connect(InetSocketAddress peer) throws IOException {
        descriptor.call("connect", peer, fd -> Sockets.connect(fd, peer, local()));
        connected = peer;
    }

    /// Sends the buffer from its position to its limit as one datagram; the position advances.
    ///
    /// @param from a heap or direct buffer, which may be read-only
    /// @return its length; fails with [java.net.SocketException] if it is longer than a datagram can be (EMSGSIZE; over
    ///         IPv4 that is 65,507 bytes)
    public Future<Integer> sendTo(ByteBuffer from, InetSocketAddress to) {
        return new Send(this, from, to);
    }

    /// Sends to the peer this socket is [connected][#connect(InetSocketAddress)] to; see
    /// [#sendTo(ByteBuffer, InetSocketAddress)].
    ///
    /// @return its length; fails with [java.net.SocketException] if there is none (EDESTADDRREQ)
    public Future<Integer> send(ByteBuffer from) {
        return new Send(this, from, null);
    }

    /// Receives one datagram into the buffer, from its position to its limit; the position advances.
    ///
    /// @param to a heap or direct buffer. What it has no room for is lost, as [Datagram#length()] tells; a heap buffer is
    ///           given 64 KiB at most, more than any datagram has
    public Future<Datagram> recvFrom(ByteBuffer to) {
        return new ReceiveFrom(this, to);
    }

    /// Receives one datagram without asking who sent it; see [#recvFrom(ByteBuffer)].
    ///
    /// @return its true length, which may be more than the buffer had room for
    public Future<Integer> recv(ByteBuffer to) {
        return new Receive(this, to);
    }

    /// {@return the address it is bound to}
    public InetSocketAddress localAddress() {
        return (InetSocketAddress) local();
    }

    private static final class Send extends Operation<Integer> {
        private final ByteBuffer from;
        private final @Nullable InetSocketAddress to;

        Send(UdpSocket socket, ByteBuffer from, @Nullable InetSocketAddress to) {
            super(socket);
            this.from = from;
            this.to = to;
        }

        @Override
        int direction() {
            return Descriptor.WRITER;
        }

        @Override
        int call(int fd) throws IOException {
            return Sockets.send(fd, from, to, endpoint.local());
        }

        @Override
        Poll<Integer> result(int n) {
            return Poll.ready(n);
        }

        @Override
        String name() {
            return "send";
        }

        @Override
        @Nullable SocketAddress address() {
            return to != null ? to : ((UdpSocket) endpoint).connected;
        }
    }

    private abstract static sealed class In<T> extends Operation<T> {
        private final ByteBuffer to;

        In(UdpSocket socket, ByteBuffer to) {
            super(socket);
            this.to = ByteStream.writable(to);
        }

        @Override
        int direction() {
            return Descriptor.READER;
        }

        @Override
        int call(int fd) {
            return Sockets.receive(fd, to, Sockets.TRUE_LENGTH, this instanceof ReceiveFrom);
        }

        @Override
        String name() {
            return "receive";
        }

        @Override
        @Nullable SocketAddress address() {
            return ((UdpSocket) endpoint).connected;
        }
    }

    private static final class ReceiveFrom extends In<Datagram> {
        ReceiveFrom(UdpSocket socket, ByteBuffer to) {
            super(socket, to);
        }

        @Override
        Poll<Datagram> result(int n) {
            return Poll.ready(new Datagram(n, (InetSocketAddress) Sockets.peer()));
        }
    }

    private static final class Receive extends In<Integer> {
        Receive(UdpSocket socket, ByteBuffer to) {
            super(socket, to);
        }

        @Override
        Poll<Integer> result(int n) {
            return Poll.ready(n);
        }
    }
}
