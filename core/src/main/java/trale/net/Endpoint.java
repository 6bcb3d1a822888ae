package trale.net;

import java.io.IOException;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.net.SocketAddress;
import java.net.SocketOption;
import org.jspecify.annotations.Nullable;
import trale.internal.linux.Fd;
import trale.internal.linux.Sockets;
import trale.reactor.Reactor;

/// What all sockets have: a descriptor, addresses, options, and an end.
///
/// A socket belongs to the reactor of the executor whose task made it, or of the process-wide one if no task did; the
/// tasks of any executor may use it. It is closed by [#close()], or, if it becomes unreachable before, by a Cleaner, which
/// with `-Dtrale.leaks=true` logs where it was opened.
abstract sealed class Endpoint<A extends SocketAddress> implements AutoCloseable permits ByteStream, Listener, UdpSocket {
    private static final Cleaner CLEANER = Cleaner.create();

    final Descriptor descriptor;
    private final Cleaner.Cleanable cleanable;

    /// This end, and the peer if there is one. Only connecting a UDP socket changes them, for whoever reads them later.
    volatile A local;
    volatile @Nullable A remote;

    /// Takes over a descriptor, and closes it if that fails. A stream has to be connecting, a listener listening: a
    /// fresh socket reports HUP.
    @SuppressWarnings("unchecked") // A goes with the family the socket was opened for
    Endpoint(int fd, @Nullable A remote) throws IOException {
        try {
            this.local = (A) Sockets.localAddress(fd);
            this.remote = remote;
            descriptor = new Descriptor(fd, Reactor.register(fd));
        } catch (Throwable t) {
            Fd.close(fd);
            throw t;
        }
        cleanable = CLEANER.register(this, descriptor);
    }

    /// {@return this end's address, also after it was closed}
    public A localAddress() {
        return local;
    }

    /// A system call that never has to wait. As long as it lasts the socket is not garbage.
    <T> T call(Descriptor.SystemCall<T> call) throws IOException {
        try {
            return descriptor.call(call);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /// Sets one of these [java.net.StandardSocketOptions]: SO_REUSEADDR, SO_REUSEPORT, SO_BROADCAST, SO_SNDBUF, SO_RCVBUF,
    /// SO_KEEPALIVE, TCP_NODELAY (socket(7), tcp(7)). For the first two it is too late here; see [BindOptions].
    ///
    /// @param option which one
    /// @param value of a buffer: its size in bytes, at least. The kernel takes twice that, and no more than net.core.wmem_max
    ///              and net.core.rmem_max
    /// @throws UnsupportedOperationException another option
    /// @throws IllegalArgumentException a size that is negative
    /// @throws java.nio.channels.ClosedChannelException the socket is closed
    /// @throws IOException it has no such option
    public <T> void setOption(SocketOption<T> option, T value) throws IOException {
        if (value instanceof Integer size && size < 0) throw new IllegalArgumentException(option + ": a size of " + size);
        call(fd -> Sockets.setOption(fd, option, value));
    }

    /// {@return the value of an option; see [#setOption(SocketOption, Object)]}
    /// @param option for a buffer's size the kernel answers twice what it granted (socket(7))
    /// @throws UnsupportedOperationException another option
    /// @throws java.nio.channels.ClosedChannelException the socket is closed
    /// @throws IOException it has no such option
    public <T> T getOption(SocketOption<T> option) throws IOException {
        return call(fd -> Sockets.getOption(fd, option));
    }

    /// {@return what it is, and its addresses}
    @Override
    public final String toString() {
        return getClass().getSimpleName() + "[" + local + (remote == null ? "]" : " to " + remote + "]");
    }

    /// Closes the socket, and its number and port are free when this returns. A task that waits on it gets
    /// [java.nio.channels.AsynchronousCloseException], every later use [java.nio.channels.ClosedChannelException]. From any
    /// thread, any number of times; a second call does nothing, and does not wait for a first one that is under way.
    ///
    /// What a stream has written still goes out; but if there are bytes that it has not read, the kernel resets the
    /// connection, and the peer may lose what was written last (close(2), tcp(7)). Where that matters, shut the output down
    /// and read to the end first.
    @Override
    public void close() {
        descriptor.close();
        cleanable.clean();
    }
}
