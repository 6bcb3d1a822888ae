package trale.net;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import trale.Context;
import trale.Future;
import trale.Poll;
import trale.internal.linux.Errno;
import trale.internal.linux.Sockets;
import trale.time.Timer;

/// What TCP and Unix listeners share: accepting.
abstract class Listener<S extends ByteStream> extends Endpoint {
    private static final System.Logger LOG = System.getLogger("trale");
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final ByteStream.Maker<S> maker;
    private boolean hasComplained; // owned by the one accept that is in a call

    Listener(int fd, ByteStream.Maker<S> maker) throws IOException {
        super(fd, null);
        this.maker = maker;
    }

    /// Waits for a connection. One that was cancelled has accepted none.
    ///
    /// If the process or the system has run out of descriptors (EMFILE, ENFILE) or memory, the connection stays in the
    /// kernel's queue, and this tries again every 20 ms; the log is told once. A connection that ended while it was in the
    /// queue is passed over.
    public Future<S> accept() {
        return new Accept<>(this);
    }

    private static final class Accept<S extends ByteStream> extends Operation<S> {
        private final Listener<S> listener;
        private @Nullable Future<Void> pause;

        Accept(Listener<S> listener) {
            super(listener);
            this.listener = listener;
        }

        @Override
        int direction() {
            return Descriptor.READER;
        }

        @Override
        public Poll<S> poll(Context cx) throws Exception {
            if (pause != null && pause.poll(cx) instanceof Poll.Pending) return Poll.pending();
            pause = null;
            return super.poll(cx);
        }

        @Override
        int call(int fd) {
            return Sockets.accept(fd);
        }

        @Override
        Poll<S> result(int fd) throws IOException {
            return Poll.ready(listener.maker.make(fd, Sockets.peer()));
        }

        @Override
        @Nullable Poll<S> failed(int n, Context cx) throws IOException {
            return switch (-n) {
                case Errno.EMFILE, Errno.ENFILE, Errno.ENOBUFS, Errno.ENOMEM -> pause(n, cx);
                // errors of the connection that was next, not of the listener: accept(2)
                case Errno.ECONNABORTED, Errno.EPERM, Errno.EPROTO, Errno.ENOPROTOOPT, Errno.ENETDOWN,
                        Errno.EHOSTDOWN, Errno.EHOSTUNREACH, Errno.ENETUNREACH -> null;
                default -> super.failed(n, cx);
            };
        }

        private Poll<S> pause(int n, Context cx) {
            if (!listener.hasComplained) {
                listener.hasComplained = true;
                LOG.log(Level.WARNING, "connections have to wait", Sockets.exception(name(), n, address()));
            }
            pause = Timer.sleep(PAUSE);
            cx.waker().wake(); // so that poll() asks the timer
            return Poll.pending();
        }

        @Override
        public void drop() {
            super.drop();
            if (pause != null) pause.drop();
        }

        @Override
        String name() {
            return "accept";
        }

        @Override
        SocketAddress address() {
            return endpoint.local();
        }
    }
}
