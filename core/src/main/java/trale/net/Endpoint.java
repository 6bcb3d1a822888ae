package trale.net;

import java.io.IOException;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import trale.internal.linux.Fd;
import trale.internal.linux.SocketOptions;
import trale.internal.linux.Sockets;

/// The part that all sockets share: a descriptor, addresses, options, and closing.
///
/// A socket belongs to the reactor of the executor whose task made it, or to that of the process-wide executor if no task did. The tasks
/// of any executor may use it. [#close()] closes it. A Cleaner closes a socket that has become unreachable; with `-Dtrale.leaks=true` it
/// logs where the socket was opened.
///
/// When its executor is closed, a socket stays open and keeps its port. But waiting and later operations fail with an
/// AsynchronousCloseException that says "its executor was closed".
abstract sealed class Endpoint<A extends SocketAddress> implements AutoCloseable permits ByteStream, Listener, UdpSocket {
    private static final Cleaner CLEANER = Cleaner.create();

    final Descriptor descriptor;
    private final Cleaner.Cleanable cleanable;

    /// The address of this end, and of the peer if there is one. Any thread reads them. Only connecting a UDP socket changes them.
    volatile A local;
    volatile @Nullable A remote;

    /// The address of this end at first. The socket's family is that of this address: an IPv6 socket that is connected to an IPv4 peer has
    /// an IPv4 address in `local`.
    final A bound;

    /// A stream has begun to connect and a listener to listen: epoll reports HUP for a socket that has done neither.
    @SuppressWarnings("unchecked") // A goes with the family the socket was opened for
    Endpoint(Descriptor descriptor, @Nullable A remote) throws IOException {
        this.descriptor = descriptor;
        this.remote = remote;
        this.local = this.bound = (A) Sockets.localAddress(descriptor.fd);
        cleanable = CLEANER.register(this, descriptor);
    }

    /// Makes a socket of a descriptor, and of the peer's address if there is a peer.
    interface Maker<A extends @Nullable Object, S> {
        S make(Descriptor descriptor, A remote) throws IOException;
    }

    /// Makes a socket of a descriptor that has just been opened. If anything fails, the descriptor is closed.
    ///
    /// @param maker the first parameter, so that it is there before the descriptor: a lambda needs memory
    static <A extends @Nullable Object, S> S make(Maker<A, S> maker, A remote, int fd) throws IOException {
        Descriptor descriptor = null;
        try {
            descriptor = new Descriptor(fd);
            return maker.make(descriptor, remote);
        } catch (Throwable t) {
            if (descriptor == null) Fd.close(fd);
            else descriptor.close(); // not Fd.close: the Cleaner may know it already
            throw t;
        }
    }

    /// {@return this end's address, which is kept after the close} From any thread.
    public A localAddress() {
        return local;
    }

    /// A system call that never has to wait. The socket does not become garbage during the call.
    <T extends @Nullable Object> T call(Descriptor.SystemCall<T> call) throws IOException {
        try {
            return descriptor.call(call);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /// {@return the names of the options that a socket of this kind has}
    abstract Set<String> options();

    /// Sets an option (socket(7), tcp(7), ip(7)). They have Java's names; those of the module `jdk.net` are the constants of its class
    /// `ExtendedSocketOptions`.
    ///
    /// | option | of | value |
    /// |---|---|---|
    /// | SO_SNDBUF, SO_RCVBUF | all | a size in bytes. The kernel takes twice that, and no more than net.core.wmem_max and rmem_max |
    /// | SO_REUSEADDR, SO_REUSEPORT | all but Unix | too late here for this socket's own port; see [BindOptions] |
    /// | SO_BROADCAST | UDP | whether it may send to broadcast addresses |
    /// | IP_MULTICAST_IF, IP_MULTICAST_TTL, IP_MULTICAST_LOOP | UDP | of datagrams to a multicast group; see below |
    /// | TCP_NODELAY | TCP | small writes go out at once; true, unless it is set to false here |
    /// | SO_LINGER | TCP | how long the kernel tries to send what is left at [#close()], in seconds; see below |
    /// | SO_KEEPALIVE | TCP | whether the kernel asks a silent peer for a sign of life |
    /// | TCP_KEEPIDLE, TCP_KEEPINTERVAL (of `jdk.net`) | TCP | after how many seconds of silence, and how many between two questions |
    /// | TCP_KEEPCOUNT (of `jdk.net`) | TCP | after how many questions without an answer the connection fails |
    /// | [TcpStream#TCP_USER_TIMEOUT] | TCP | how many milliseconds sent data may remain unacknowledged before the connection fails |
    ///
    /// SO_LINGER 0: [#close()] resets the connection and throws away what is not sent. Negative: off, and the kernel tries as long as TCP
    /// does. With n > 0 Linux lets [#close()] wait, and with it the executor's thread, until all is acknowledged, n seconds at most.
    ///
    /// IP_MULTICAST_IF is the [java.net.NetworkInterface] by which datagrams to a group leave. IP_MULTICAST_TTL is their time to
    /// live, 0 to 255: with 1 they stay in the local network. IP_MULTICAST_LOOP says whether the members of the group on this machine get
    /// them, too. See ip(7).
    ///
    /// What is set on a TCP listener holds for the connections that it accepts from then on.
    ///
    /// It does not wait. From any thread.
    ///
    /// <!-- run: TcpStream stream = echo(); -->
    /// ```java
    /// stream.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    /// ```
    ///
    /// @param option which one
    /// @param value see above
    /// @throws UnsupportedOperationException a socket of this kind has no such option
    /// @throws IllegalArgumentException a number that is negative (but for SO_LINGER), or a TTL of more than 255
    /// @throws java.nio.channels.ClosedChannelException the socket is closed
    /// @throws IOException the kernel refuses the value (EINVAL)
    public <T> void setOption(SocketOption<T> option, T value) throws IOException {
        Objects.requireNonNull(value, "the value is null");
        call(fd -> {
            SocketOptions.set(fd, option, value, bound, options());
            return null;
        });
    }

    /// {@return the value of an option; see [#setOption(SocketOption, Object)]} SO_LINGER is −1 if it is off, and
    /// IP_MULTICAST_IF null if none was set. It does not wait. From any thread.
    ///
    /// <!-- run: TcpStream stream = echo(); -->
    /// ```java
    /// IO.println(stream.getOption(StandardSocketOptions.SO_RCVBUF) + " bytes for what was not read");
    /// ```
    ///
    /// @param option for a buffer's size the kernel answers twice what it granted (socket(7))
    /// @throws UnsupportedOperationException a socket of this kind has no such option
    /// @throws java.nio.channels.ClosedChannelException the socket is closed
    /// @throws IOException the kernel can't tell
    public <T> @Nullable T getOption(SocketOption<T> option) throws IOException {
        return call(fd -> SocketOptions.get(fd, option, bound, options()));
    }

    /// {@return what it is, and its addresses}
    @Override
    public final String toString() {
        return getClass().getSimpleName() + "[" + local + (remote == null ? "]" : " to " + remote + "]");
    }

    /// Closes the socket. Its descriptor and port are free when this returns. A task that waits on the socket gets
    /// [java.nio.channels.AsynchronousCloseException]; every later use gets [java.nio.channels.ClosedChannelException]. From any
    /// thread, any number of times. A second call does nothing, and does not wait for a first call that is under way.
    ///
    /// Bytes that a stream has written still go out. But if the stream has received bytes that were not read, the kernel resets the
    /// connection, and the peer may lose the last bytes (close(2), tcp(7)). Where that matters, shut the output down and read to the end
    /// before.
    @Override
    public void close() {
        descriptor.close();
        cleanable.clean();
    }
}
