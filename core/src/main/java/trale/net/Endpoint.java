package trale.net;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.Cleaner;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import trale.internal.linux.Sockets;

/// What all sockets have: a descriptor, addresses, options, and an end.
///
/// A socket belongs to the reactor of the executor whose task made it, or of the process-wide one if no task did; the
/// tasks of any executor may use it. It is closed by [#close()], or, if it becomes unreachable before, by a Cleaner, which
/// with `-Dtrale.leaks=true` logs where it was opened.
abstract class Endpoint implements AutoCloseable {
    private static final Cleaner CLEANER = Cleaner.create();

    /// Level and name in `<asm-generic/socket.h>`, `<netinet/in.h>` and `<netinet/tcp.h>`.
    private static final Map<SocketOption<?>, int[]> OPTIONS = Map.of(
            StandardSocketOptions.SO_REUSEADDR, new int[] {Sockets.SOL_SOCKET, Sockets.SO_REUSEADDR},
            StandardSocketOptions.SO_REUSEPORT, new int[] {Sockets.SOL_SOCKET, Sockets.SO_REUSEPORT},
            StandardSocketOptions.SO_BROADCAST, new int[] {Sockets.SOL_SOCKET, 6},
            StandardSocketOptions.SO_SNDBUF, new int[] {Sockets.SOL_SOCKET, 7},
            StandardSocketOptions.SO_RCVBUF, new int[] {Sockets.SOL_SOCKET, 8},
            StandardSocketOptions.SO_KEEPALIVE, new int[] {Sockets.SOL_SOCKET, 9},
            StandardSocketOptions.IP_TOS, new int[] {0, 1},
            StandardSocketOptions.TCP_NODELAY, new int[] {6, 1});

    final Descriptor descriptor;
    private final Cleaner.Cleanable cleanable;

    /// The peer, if there is one. Only a UDP socket changes it.
    volatile @Nullable SocketAddress remote;

    /// Asked of the kernel when somebody wants to know; threads that race find the same.
    private volatile @Nullable SocketAddress local;

    /// Takes over a descriptor, and closes it if that fails.
    Endpoint(int fd, @Nullable SocketAddress remote) throws IOException {
        this.remote = remote;
        descriptor = new Descriptor(fd);
        cleanable = CLEANER.register(this, descriptor);
    }

    SocketAddress local() {
        var known = local;
        try {
            if (known == null) known = descriptor.call(Sockets::localAddress);
        } catch (IOException e) {
            throw new UncheckedIOException("the socket is closed, and nobody had asked for its address before", e);
        }
        local = known;
        return known;
    }

    /// Sets one of these [StandardSocketOptions]: SO_REUSEADDR, SO_REUSEPORT, SO_BROADCAST, SO_SNDBUF, SO_RCVBUF,
    /// SO_KEEPALIVE, IP_TOS, TCP_NODELAY (socket(7), ip(7), tcp(7)). For the first two it is too late here; see
    /// [BindOptions].
    ///
    /// @throws UnsupportedOperationException another option
    /// @throws IOException the socket is closed, or has no such option
    public <T> void setOption(SocketOption<T> option, T value) throws IOException {
        var code = code(option);
        var number = value instanceof Boolean on ? (on ? 1 : 0) : (Integer) value;
        descriptor.call(fd -> Sockets.setOption(fd, code[0], code[1], number));
    }

    /// {@return the value of an option; see [#setOption(SocketOption, Object)]}
    /// @param option for a buffer's size the kernel answers twice what it granted (socket(7))
    /// @throws UnsupportedOperationException an unknown option
    /// @throws IOException the socket is closed, or has no such option
    public <T> T getOption(SocketOption<T> option) throws IOException {
        var code = code(option);
        var n = descriptor.call(fd -> Sockets.getOption(fd, code[0], code[1]));
        return option.type().cast(option.type() == Boolean.class ? (Object) (n != 0) : (Object) n);
    }

    private static int[] code(SocketOption<?> option) {
        var code = OPTIONS.get(option);
        if (code == null) throw new UnsupportedOperationException(option + " is none of " + OPTIONS.keySet());
        return code;
    }

    /// Closes the socket. A task that waits on it gets [java.nio.channels.AsynchronousCloseException], every later use
    /// [java.nio.channels.ClosedChannelException]. From any thread, any number of times.
    @Override
    public void close() {
        descriptor.close();
        cleanable.clean();
    }
}
