package trale.net;

import static trale.Async.async;
import static trale.Async.await;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;
import trale.Future;
import trale.Poll;
import trale.internal.linux.Errno;
import trale.internal.linux.Fd;
import trale.internal.linux.Sockets;
import trale.time.Timer;

/// What TCP and Unix listeners share: accepting.
abstract sealed class Listener<A extends SocketAddress, S extends ByteStream<A>> extends Endpoint<A>
        permits TcpListener, UnixListener {
    private static final System.Logger LOG = System.getLogger("trale");
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final ByteStream.Maker<A, S> maker;
    private boolean hasComplained; // touched by the one accept that is in progress

    Listener(A address, BindOptions options, ByteStream.Maker<A, S> maker) throws IOException {
        super(options.bind(address, Sockets.STREAM), null);
        this.maker = maker;
        prepare();
    }

    /// What is needed when no descriptor is left has to be loaded before, because loading takes one: classes, if they lie in a
    /// folder, and the time zones that java.util.logging prints.
    private static void prepare() {
        Timer.sleep(PAUSE);
        Sockets.exception("accept", -Errno.EMFILE, null);
        Fd.close(-1);
        var _ = ZoneId.systemDefault();
    }

    /// Waits for a connection. Cancelled, it has accepted none.
    ///
    /// If there is no descriptor or no memory left (EMFILE, ENFILE, ENOBUFS, ENOMEM), the connection stays in the kernel's
    /// queue; this logs it once and tries again every 20 ms. A connection that ended in the queue is passed over.
    ///
    /// @return the connection; fails with [java.nio.channels.AsynchronousCloseException] if the listener is closed
    ///         meanwhile, [java.nio.channels.ClosedChannelException] if it was before, and [IllegalStateException] if
    ///         another task waits for one
    public Future<S> accept() {
        return async(() -> {
            S stream;
            while ((stream = await(next())) == null) await(Timer.sleep(PAUSE));
            return stream;
        });
    }

    /// {@return the next connection, or null: no resources}
    private Future<S> next() {
        return new Operation<>(this, Descriptor.READER) {
            @Override
            int call(int fd) {
                return Sockets.accept(fd);
            }

            @Override
            @SuppressWarnings("unchecked") // the peer's address is of the listener's family
            @Nullable Poll<S> result(int n) throws IOException {
                return switch (-n) {
                    case Errno.EMFILE, Errno.ENFILE, Errno.ENOBUFS, Errno.ENOMEM -> {
                        complain(n);
                        yield Poll.ready(null);
                    }
                    // errors of the connection that was next, not of the listener: see accept(2)
                    case Errno.ECONNABORTED, Errno.EPERM, Errno.EPROTO, Errno.ENOPROTOOPT, Errno.ENETDOWN,
                            Errno.EHOSTDOWN, Errno.EHOSTUNREACH, Errno.ENETUNREACH -> null;
                    default -> Poll.ready(maker.make(Sockets.check(n, "accept", local), (A) Sockets.peer()));
                };
            }
        };
    }

    private void complain(int n) {
        if (hasComplained) return;
        try {
            LOG.log(Level.WARNING, "connections have to wait: " + Sockets.exception("accept", n, local).getMessage());
            hasComplained = true;
        } catch (Throwable t) {
            hasComplained = false; // a logger that needs a descriptor itself: it is told at the next try
        }
    }
}
