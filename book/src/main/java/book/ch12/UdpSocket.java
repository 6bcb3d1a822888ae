package book.ch12;

import book.linux.Linux;
import java.io.IOException;
import java.nio.ByteBuffer;
import trale.Future;

/// A UDP socket on a free port of this machine. Made and used in a task.
final class UdpSocket {
    private final Reactor reactor;
    private final Reactor.Source source;

    UdpSocket(Executor executor) throws IOException {
        reactor = executor.reactor;
        source = reactor.register(Linux.datagramSocket());
    }

    int port() {
        return Linux.port(source.fd());
    }

    Future<Integer> sendTo(ByteBuffer buffer, int port) {
        return cx -> TcpStream.checked("sendto", source.write().attempt(cx, () -> Linux.sendTo(source.fd(), buffer, port), _ -> true));
    }

    /// {@return the length of the datagram} A short one says nothing about the next: there may always be more.
    Future<Integer> receive(ByteBuffer buffer) {
        return cx -> {
            reactor.touch(source);
            return TcpStream.checked("recvfrom", source.read().attempt(cx, () -> Linux.receive(source.fd(), buffer), _ -> true));
        };
    }

    void close() {
        reactor.close(source);
    }
}
