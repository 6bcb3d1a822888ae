package trale.net;

import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import trale.Context;
import trale.Future;
import trale.Poll;
import trale.internal.linux.Errno;
import trale.internal.linux.Fd;
import trale.internal.linux.Sockets;
import trale.time.Timer;

/// Connecting a stream (connect(2)).
///
/// ```
///   socket ──▶ connect ──0───────────▶ register ──▶ Ready
///     ▲           ├──── EINPROGRESS ─▶ register ──▶ wait for OUT ──▶ SO_ERROR, once ──▶ Ready, or fail
///     │           └──── EAGAIN, a Unix listener's queue is full: no event will tell when it is not
///     └── pause ◀───────────┘
/// ```
///
/// Connect first, register after: a fresh socket reports HUP.
final class Connect<S extends ByteStream> implements Future<S> {
    private static final Duration PAUSE = Duration.ofMillis(5);

    private final SocketAddress address;
    private final ByteStream.Maker<S> maker;
    private @Nullable S stream;
    private @Nullable Future<Void> waiting; // for the connection, or for the pause to be over

    Connect(SocketAddress address, ByteStream.Maker<S> maker) {
        this.address = address;
        this.maker = maker;
    }

    @Override
    public Poll<S> poll(Context cx) throws Exception {
        try {
            for (;;) {
                if (waiting != null && waiting.poll(cx) instanceof Poll.Pending) return Poll.pending();
                waiting = null;
                if (stream != null) return Poll.ready(stream);
                start();
            }
        } catch (Throwable t) {
            if (stream != null) stream.close();
            throw t;
        }
    }

    private void start() throws IOException {
        var fd = Sockets.open(address, Sockets.STREAM);
        var connected = 0;
        try {
            connected = Sockets.connect(fd, address, address);
        } catch (Throwable t) {
            Fd.close(fd);
            throw t;
        }
        switch (-connected) {
            case 0 -> stream = maker.make(fd, address);
            case Errno.EINPROGRESS, Errno.EINTR -> {
                stream = maker.make(fd, address);
                waiting = new Completion(stream);
            }
            case Errno.EAGAIN -> {
                Fd.close(fd);
                waiting = Timer.sleep(PAUSE);
            }
            default -> {
                Fd.close(fd);
                throw Sockets.exception("connect", connected, address);
            }
        }
    }

    @Override
    public void drop() {
        if (waiting != null) waiting.drop();
        if (stream != null) stream.close();
    }

    private static final class Completion extends Operation<Void> {
        Completion(ByteStream stream) {
            super(stream);
        }

        @Override
        int direction() {
            return Descriptor.WRITER;
        }

        /// Reading SO_ERROR clears it, so it is asked first; without error or peer it was too early to ask.
        @Override
        int call(int fd) {
            var error = Sockets.getOption(fd, Sockets.SOL_SOCKET, Sockets.SO_ERROR);
            if (error != 0) return -Math.abs(error);
            var peer = Sockets.remoteName(fd);
            return peer == -Errno.ENOTCONN ? -Errno.EAGAIN : peer;
        }

        @Override
        Poll<Void> result(int n) {
            return DONE;
        }

        @Override
        String name() {
            return "connect";
        }
    }
}
