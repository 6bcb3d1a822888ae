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
/// A socket belongs to the reactor of the executor whose task made it, or of the process-wide one if no task did; any
/// task of any executor may use it. It is closed by [#close()], or, if it becomes unreachable before, by a Cleaner, which
/// with `-Dtrale.leaks=true` reports where the socket was opened.
abstract class Endpoint implements AutoCloseable {
    private static final Cleaner CLEANER = Cleaner.create();

    /// Level and name of an option in `<asm-generic/socket.h>`, `<netinet/tcp.h>` and `<linux/in.h>`.
    private static final Map<SocketOption<?>, int[]> OPTIONS = Map.of(
            StandardSocketOptions.SO_REUSEADDR, new int[] {Sockets.SOL_SOCKET, 2},
            StandardSocketOptions.SO_BROADCAST, new int[] {Sockets.SOL_SOCKET, 6},
            StandardSocketOptions.SO_SNDBUF, new int[] {Sockets.SOL_SOCKET, 7},
            StandardSocketOptions.SO_RCVBUF, new int[] {Sockets.SOL_SOCKET, 8},
            StandardSocketOptions.SO_KEEPALIVE, new int[] {Sockets.SOL_SOCKET, 9},
            StandardSocketOptions.SO_REUSEPORT, new int[] {Sockets.SOL_SOCKET, 15},
            StandardSocketOptions.TCP_NODELAY, new int[] {6, 1},
            StandardSocketOptions.IP_TOS, new int[] {0, 1});

    final Descriptor descriptor;
    final @Nullable SocketAddress remote;
    private final Cleaner.Cleanable cleanable;

    /// Asked of the kernel when somebody wants to know; racing threads find the same.
    private @Nullable SocketAddress local;

    /// Takes over a descriptor, and closes it if it can't be watched.
    Endpoint(int fd, @Nullable SocketAddress remote) throws IOException {
        this.remote = remote;
        descriptor = new Descriptor(fd, getClass().getSimpleName());
        cleanable = CLEANER.register(this, descriptor);
    }

    SocketAddress local() {
        var known = local;
        if (known != null) return known;
        try {
            var found = new SocketAddress[1];
            descriptor.call("getsockname", null, fd -> {
                var n = Sockets.localName(fd);
                if (n >= 0) found[0] = Sockets.peer();
                return n;
            });
            return local = found[0];
        } catch (IOException e) {
            throw new UncheckedIOException("the local address can't be had: the socket is closed", e);
        }
    }

    /// Sets an option of [StandardSocketOptions]: SO_REUSEADDR, SO_REUSEPORT, SO_BROADCAST, SO_SNDBUF, SO_RCVBUF,
    /// SO_KEEPALIVE, TCP_NODELAY or IP_TOS (socket(7), tcp(7), ip(7)). Those that matter to bind(2) come too late here;
    /// see [BindOptions].
    ///
    /// @throws UnsupportedOperationException another option
    /// @throws IOException the socket is closed, or does not have this option
    public <T> void setOption(SocketOption<T> option, T value) throws IOException {
        var code = code(option);
        var number = value instanceof Boolean on ? (on ? 1 : 0) : (Integer) value;
        descriptor.call("setsockopt " + option.name(), null, fd -> Sockets.setOption(fd, code[0], code[1], number));
    }

    /// {@return the value of an option that [#setOption(SocketOption, Object)] knows}
    /// @param option for the buffers' sizes the kernel answers twice what was set, and grants a limited size
    /// @throws UnsupportedOperationException another option
    /// @throws IOException the socket is closed, or does not have this option
    public <T> T getOption(SocketOption<T> option) throws IOException {
        var code = code(option);
        var n = descriptor.call("getsockopt " + option.name(), null, fd -> Sockets.getOption(fd, code[0], code[1]));
        return option.type().cast(option.type() == Boolean.class ? (Object) (n != 0) : (Object) n);
    }

    private static int[] code(SocketOption<?> option) {
        var code = OPTIONS.get(option);
        if (code == null) throw new UnsupportedOperationException(option.name() + ": known are " + OPTIONS.keySet());
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
