package trale.net;

import static trale.Async.async;
import static trale.Async.await;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import trale.Future;
import trale.Poll;
import trale.internal.Log;
import trale.internal.linux.Errno;
import trale.internal.linux.Fd;
import trale.internal.linux.Sockets;
import trale.time.Timer;

/// What TCP and Unix listeners share: accepting.
abstract sealed class Listener<A extends SocketAddress, S extends ByteStream<A>> extends Endpoint<A>
        permits TcpListener, UnixListener {
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final ByteStream.Maker<A, S> maker;
    private boolean hasComplained; // touched by the one accept that is in progress

    Listener(Descriptor descriptor, ByteStream.Maker<A, S> maker) throws IOException {
        super(descriptor, null);
        this.maker = maker;
    }

    static <L> L bind(SocketAddress address, BindOptions options, Maker<L> maker) throws IOException {
        return make(options.bind(address, Sockets.STREAM), descriptor -> {
            prepare();
            return maker.make(descriptor);
        });
    }

    /// What is needed when no descriptor is left has to be loaded before, because loading takes one: classes, if they lie in a
    /// folder, and what a logger needs.
    private static void prepare() {
        Timer.sleep(PAUSE);
        Sockets.exception("accept", -Errno.EMFILE, null);
        Fd.close(-1);
        Log.prepare();
    }

    /// Waits for a connection. Cancelled, it has accepted none.
    ///
    /// If there is no descriptor or no memory left (EMFILE, ENFILE, ENOBUFS, ENOMEM), the connection stays in the kernel's
    /// queue; this logs it once and tries again every 20 ms. A connection that ended in the queue is passed over. One that was
    /// accepted, but for which a resource is missing then (ENOSPC of epoll_ctl(2), or OutOfMemoryError), is closed, and this waits for
    /// the next.
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
            @Nullable Poll<S> result(int n) throws IOException {
                return switch (-n) {
                    case Errno.EMFILE, Errno.ENFILE, Errno.ENOBUFS, Errno.ENOMEM -> {
                        complain("connections have to wait: " + Sockets.exception("accept", n, local).getMessage());
                        yield Poll.ready(null);
                    }
                    // errors of the connection that was next, not of the listener: see accept(2)
                    case Errno.ECONNABORTED, Errno.EPERM, Errno.EPROTO, Errno.ENOPROTOOPT, Errno.ENETDOWN, Errno.ENONET,
                            Errno.EHOSTDOWN, Errno.EHOSTUNREACH, Errno.EOPNOTSUPP, Errno.ENETUNREACH -> null;
                    default -> accepted(Sockets.check(n, "accept", local));
                };
            }
        };
    }

    /// {@return the connection; null: it is lost, accept the next at once; null inside: after a pause}
    private @Nullable Poll<S> accepted(int fd) throws IOException {
        try {
            var peer = peer(fd); // before another call overwrites it
            return Poll.ready(make(fd, descriptor -> maker.make(descriptor, peer)));
        } catch (ClosedChannelException e) {
            throw e; // the executor is closed: no other connection would fare better
        } catch (IOException e) {
            complain("a connection to " + this + " is lost: " + e.getMessage());
            return null;
        } catch (OutOfMemoryError e) {
            return Poll.ready(null); // others may end meanwhile and free some
        }
    }

    @SuppressWarnings("unchecked") // the peer's address is of the listener's family
    private A peer(int fd) {
        try {
            return (A) Sockets.peer();
        } catch (Throwable t) {
            Fd.close(fd);
            throw t;
        }
    }

    /// Once.
    private void complain(String what) {
        if (!hasComplained) Log.warn(what, null);
        hasComplained = true;
    }
}
