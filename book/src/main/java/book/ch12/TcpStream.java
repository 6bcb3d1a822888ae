package book.ch12;

import book.linux.Linux;
import java.io.IOException;
import java.nio.ByteBuffer;
import trale.Context;
import trale.Future;
import trale.Poll;

/// A TCP connection. Buffers are direct.
final class TcpStream {
    private final Reactor reactor;
    private final Reactor.Source source;

    TcpStream(Reactor reactor, int fd) throws IOException {
        this.reactor = reactor;
        source = reactor.register(fd);
    }

    /// {@return a connection to that port of this machine}
    static Future<TcpStream> connect(Executor executor, int port) {
        return new Connect(executor, port);
    }

    private static final class Connect implements Future<TcpStream> {
        private final Executor executor;
        private final int port;
        private TcpStream stream;

        Connect(Executor executor, int port) {
            this.executor = executor;
            this.port = port;
        }

        @Override
        public Poll<TcpStream> poll(Context cx) throws IOException {
            boolean again = stream != null;
            if (!again || executor.has(Defect.CONNECT_IS_CALLED_AGAIN)) {
                int fd = again ? stream.source.fd() : Linux.streamSocket(executor.has(Defect.CHILDREN_INHERIT_SOCKETS));
                int answer = Linux.connect(fd, port);
                if (answer != -Linux.EINPROGRESS) Linux.check("connect", answer);
                if (!again) stream = new TcpStream(executor.reactor, fd);
                if (!again) stream.source.write().attempt(cx, () -> -Linux.EAGAIN, _ -> false); // wait for the event
                return Poll.pending();
            }
            var error = stream.source.write().attempt(cx, () -> Linux.connectError(stream.source.fd()), _ -> true);
            if (!(error instanceof Poll.Ready<Integer>(var e))) return Poll.pending();
            if (e < 0) stream.close();
            Linux.check("connect", e);
            return Poll.ready(stream);
        }

        @Override
        public void drop() {
            if (stream != null) stream.close();
        }
    }

    int fd() {
        return source.fd();
    }

    /// {@return how many bytes; 0 at the end of the stream}
    Future<Integer> read(ByteBuffer buffer) {
        return cx -> {
            reactor.touch(source);
            return checked("read", source.read().attempt(cx, () -> Linux.read(source.fd(), buffer), _ -> !buffer.hasRemaining()));
        };
    }

    Future<Void> writeAll(ByteBuffer buffer) {
        return cx -> {
            while (buffer.hasRemaining()) {
                var poll = source.write().attempt(cx, () -> Linux.write(source.fd(), buffer), _ -> !buffer.hasRemaining());
                if (!(checked("write", poll) instanceof Poll.Ready<?>)) return Poll.pending();
            }
            return Poll.ready(null);
        };
    }

    static Poll<Integer> checked(String call, Poll<Integer> poll) throws IOException {
        if (poll instanceof Poll.Ready<Integer>(var answer)) Linux.check(call, answer);
        return poll;
    }

    void close() {
        reactor.close(source);
    }
}
