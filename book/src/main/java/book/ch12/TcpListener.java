package book.ch12;

import book.linux.Linux;
import java.io.IOException;
import trale.Future;
import trale.Poll;

/// A port of this machine to which clients connect. Made and used in a task.
final class TcpListener {
    private final Reactor reactor;
    private final Reactor.Source source;

    TcpListener(Executor executor) throws IOException {
        reactor = executor.reactor;
        source = reactor.register(Linux.listen());
    }

    int port() {
        return Linux.port(source.fd());
    }

    Future<TcpStream> accept() {
        return cx -> {
            reactor.touch(source);
            var poll = TcpStream.checked("accept", source.read().attempt(cx, () -> Linux.accept(source.fd()), _ -> true));
            return poll instanceof Poll.Ready<Integer>(var fd) ? Poll.ready(new TcpStream(reactor, fd)) : Poll.pending();
        };
    }

    void close() {
        reactor.close(source);
    }
}
