package trale.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.function.IntFunction;
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
/// A datagram is moved whole or not at all, so an operation that is cancelled has moved none; one of length 0 is one too. To
/// send to broadcast addresses set
/// [SO_BROADCAST][java.net.StandardSocketOptions#SO_BROADCAST] first. A socket bound to an IPv4 address speaks IPv4 alone,
/// one bound to `[::]` both.
public final class UdpSocket extends Endpoint<InetSocketAddress> {
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
    ///
    /// @param address of this machine
    /// @param options of which the backlog does not matter
    /// @throws IOException as [TcpListener#bind(InetSocketAddress)]
    public static UdpSocket bind(InetSocketAddress address, BindOptions options) throws IOException {
        return new UdpSocket(options.bind(address, Sockets.DATAGRAM));
    }

    /// Chooses the one peer that [#send(ByteBuffer)] sends to, and from which alone datagrams are received from now on.
    /// That needs no packet and does not wait. Only a connected socket learns that nobody is there: a later operation
    /// then fails with [java.net.PortUnreachableException].
    ///
    /// @param peer takes the place of an earlier one
    /// @throws IOException [java.nio.channels.ClosedChannelException]: the socket is closed;
    ///         [java.net.UnknownHostException]: unresolved; [java.net.NoRouteToHostException] or another
    ///         [java.net.SocketException]: it can't be reached from here
    public void connect(InetSocketAddress peer) throws IOException {
        Objects.requireNonNull(peer, "the address is null");
        remote = call(fd -> {
            Sockets.connect(fd, peer, local);
            local = (InetSocketAddress) Sockets.localAddress(fd);
            return peer;
        });
    }

    /// Sends the buffer from its position to its limit as one datagram; the position advances.
    ///
    /// @param from a heap or direct buffer, which may be read-only
    /// @param to   to whom; a name has to be resolved before
    /// @return its length; fails with [java.net.SocketException] if it is longer than a datagram can be (EMSGSIZE; over
    ///         IPv4 that is 65,507 bytes), with [java.net.NoRouteToHostException], or with [java.net.UnknownHostException]
    ///         if the address is unresolved
    public Future<Integer> sendTo(ByteBuffer from, InetSocketAddress to) {
        return sending(from, Objects.requireNonNull(to, "the address is null"));
    }

    /// Sends to the peer this socket is [connected][#connect(InetSocketAddress)] to; see
    /// [#sendTo(ByteBuffer, InetSocketAddress)].
    ///
    /// @param from a heap or direct buffer, which may be read-only
    /// @return its length; fails with [java.net.SocketException] if there is none (EDESTADDRREQ)
    public Future<Integer> send(ByteBuffer from) {
        return sending(from, null);
    }

    private Future<Integer> sending(ByteBuffer from, @Nullable InetSocketAddress to) {
        Objects.requireNonNull(from, "the buffer is null");
        return new Operation<>(this, Descriptor.WRITER) {
            @Override
            int call(int fd) throws IOException {
                return Sockets.send(fd, from, to, local);
            }

            @Override
            Poll<Integer> result(int n) throws IOException {
                return Poll.ready(Sockets.check(n, "send", to != null ? to : remote));
            }
        };
    }

    /// Receives one datagram into the buffer, from its position to its limit; the position advances.
    ///
    /// @param to a heap or direct buffer. What it has no room for is lost, as [Datagram#length()] tells
    /// @return its true length and whom it is from
    /// @throws java.nio.ReadOnlyBufferException the buffer is read-only
    public Future<Datagram> recvFrom(ByteBuffer to) {
        return receiving(to, n -> new Datagram(n, (InetSocketAddress) Sockets.peer()));
    }

    /// Receives one datagram; see [#recvFrom(ByteBuffer)].
    ///
    /// @param to a heap or direct buffer
    /// @return its true length, which may be more than the buffer had room for
    /// @throws java.nio.ReadOnlyBufferException the buffer is read-only
    public Future<Integer> recv(ByteBuffer to) {
        return receiving(to, n -> n);
    }

    private <T> Future<T> receiving(ByteBuffer to, IntFunction<T> received) {
        ByteStream.writable(to);
        return new Operation<>(this, Descriptor.READER) {
            @Override
            int call(int fd) {
                return Sockets.receive(fd, to, true);
            }

            @Override
            Poll<T> result(int n) throws IOException {
                return Poll.ready(received.apply(Sockets.check(n, "receive", remote)));
            }
        };
    }
}
