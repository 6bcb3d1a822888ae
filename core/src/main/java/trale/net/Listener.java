package trale.net;

import static trale.Async.async;
import static trale.Async.await;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import trale.Future;
import trale.Poll;
import trale.internal.Log;
import trale.internal.linux.Errno;
import trale.internal.linux.Fd;
import trale.internal.linux.Libc;
import trale.internal.linux.Sockets;
import trale.time.Timer;

/// The part that TCP and Unix listeners share: accepting.
abstract sealed class Listener<A extends SocketAddress, S extends ByteStream<A>> extends Endpoint<A>
        permits TcpListener, UnixListener {
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final Maker<A, S> maker;
    private boolean hasComplained; // used by the one accept that is in progress

    Listener(Descriptor descriptor, Maker<A, S> maker) throws IOException {
        super(descriptor, null);
        this.maker = maker;
    }

    static <L> L bind(SocketAddress address, BindOptions options, Maker<@Nullable Void, L> maker) throws IOException {
        Libc.require(); // what is prepared calls Linux
        prepare(); // before there is a descriptor that could be lost
        return make(maker, null, options.bind(address, Sockets.STREAM));
    }

    /// Loads what is needed when no descriptor is left, because loading takes a descriptor: classes that lie in a folder, and what a logger
    /// needs.
    private static void prepare() {
        Timer.sleep(PAUSE);
        Sockets.exception("accept", -Errno.EMFILE, null);
        Fd.close(-1);
        Log.prepare();
    }

    /// Waits for a connection: the one that has been in the kernel's queue for longest. From any thread, one task at a time. Cancelled or
    /// dropped, it has accepted none.
    ///
    /// <!-- run in a task: TcpListener listener = listenerWithAClient(); -->
    /// ```java
    /// try (var stream = await(listener.accept())) {
    ///     IO.println(stream.remoteAddress());
    /// }
    /// ```
    ///
    /// If no descriptor or no memory is left (EMFILE, ENFILE, ENOBUFS, ENOMEM), the connection stays in the kernel's queue, and `accept`
    /// tries again every 20 ms; also if a filter refuses the call (EPERM). The listener logs the first such failure. A connection that
    /// ended in the queue is skipped. A connection that was accepted, but for which a resource is missing (ENOSPC of epoll_ctl(2), or
    /// OutOfMemoryError), is closed, and `accept` waits for the next one.
    ///
    /// @return the connection; fails with [java.nio.channels.AsynchronousCloseException] if the listener is closed
    ///         meanwhile, or its executor is closed, with [java.nio.channels.ClosedChannelException] if it was closed before, with
    ///         [IllegalStateException] if another task waits for one, and with [java.net.SocketException] if Linux refuses otherwise
    public Future<S> accept() {
        return async(() -> {
            S stream = await(next());
            try {
                while (stream == null) {
                    await(Timer.sleep(PAUSE));
                    stream = await(next());
                }
                return stream;
            } catch (ClosedChannelException e) { // it was open before the pause
                throw e instanceof AsynchronousCloseException ? e : new AsynchronousCloseException();
            }
        });
    }

    /// {@return the next connection, or null if resources are missing}
    private Future<S> next() {
        return new Operation<>(this, Descriptor.READER) {
            @Override
            int call(int fd) {
                return Sockets.accept(fd);
            }

            @Override
            @Nullable Poll<S> result(int n) throws IOException {
                return switch (-n) {
                    // EPERM: a filter of system calls (seccomp(2)) may refuse each one
                    case Errno.EMFILE, Errno.ENFILE, Errno.ENOBUFS, Errno.ENOMEM, Errno.EPERM -> {
                        complain("connections have to wait: " + Sockets.exception("accept", n, local).getMessage());
                        yield none();
                    }
                    // errors of the next connection, not of the listener: see accept(2)
                    case Errno.ECONNABORTED, Errno.EPROTO, Errno.ENOPROTOOPT, Errno.ENETDOWN, Errno.ENONET,
                            Errno.EHOSTDOWN, Errno.EHOSTUNREACH, Errno.EOPNOTSUPP, Errno.ENETUNREACH -> null;
                    default -> accepted(Sockets.check(n, "accept", local));
                };
            }
        };
    }

    /// {@return the connection; null if it is lost, and the next one is accepted at once; null inside, and the next one after a pause}
    private @Nullable Poll<S> accepted(int fd) throws IOException {
        S stream = null;
        try {
            stream = make(maker, peer(fd), fd); // the peer's address first: another call overwrites it
            return Poll.ready(stream);
        } catch (ClosedChannelException e) {
            throw e; // the executor is closed, so the next connection would fail too
        } catch (IOException e) {
            complain("a connection to " + this + " is lost: " + e.getMessage());
            return null;
        } catch (OutOfMemoryError e) {
            if (stream != null) stream.close();
            return none(); // during the pause other tasks may end and free memory
        }
    }

    /// {@return no connection} It takes no memory.
    @SuppressWarnings("unchecked") // there is no S in it
    private static <S> Poll<S> none() {
        return (Poll<S>) (Poll<?>) Operation.DONE;
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
