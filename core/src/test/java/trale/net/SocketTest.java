package trale.net;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static trale.Async.async;
import static trale.Async.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionException;
import trale.Async;
import trale.Executor;
import trale.Future;
import trale.JoinHandle;
import trale.internal.linux.Kernel;
import trale.support.UnderBothArrangements;

/// What the tests of sockets share. What a test opens on its executor belongs to that executor's reactor.
abstract class SocketTest extends UnderBothArrangements {
    static final InetSocketAddress LOOPBACK = new InetSocketAddress("127.0.0.1", 0);

    static {
        Executor.get(); // the process-wide one stays; its descriptors are none that a test has left open
    }

    <T> T run(Async.Body<T> body) {
        return executor.submit(body).join();
    }

    /// Runs the future until it has to wait, or is done.
    <T> JoinHandle<T> started(Future<T> f) {
        var handle = executor.submit(f);
        settle();
        return handle;
    }

    /// {@return another executor, whose calls the kernel answers}
    Executor executorOn(Kernel kernel) {
        return arrangement.open("elsewhere", kernel);
    }

    TcpListener listen() {
        return onExecutor(() -> TcpListener.bind(LOOPBACK));
    }

    UdpSocket udp() {
        return onExecutor(() -> UdpSocket.bind(LOOPBACK));
    }

    /// Two ends of a connection, both ours.
    record Pair<S extends Endpoint<?>>(S one, S other) implements AutoCloseable {
        @Override
        public void close() {
            one.close();
            other.close();
        }
    }

    Pair<TcpStream> tcpPair() {
        try (var listener = listen()) {
            return run(() -> {
                var one = await(TcpStream.connect(listener.localAddress()));
                return new Pair<>(one, await(listener.accept()));
            });
        }
    }

    /// One of our streams and the java.nio channel at its other end.
    record Ends(TcpStream ours, SocketChannel theirs) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            ours.close();
            theirs.close();
        }
    }

    Ends ends() throws Exception {
        try (var server = ServerSocketChannel.open().bind(LOOPBACK)) {
            var address = (InetSocketAddress) server.getLocalAddress();
            var ours = executor.submit(TcpStream.connect(address)).join();
            return new Ends(ours, server.accept());
        }
    }

    /// An abstract address, which leaves no file behind.
    static UnixDomainSocketAddress abstractName(String name) {
        return UnixDomainSocketAddress.of("@trale-" + ProcessHandle.current().pid() + "-" + name);
    }

    Pair<UnixStream> unixPair() {
        try (var listener = onExecutor(() -> UnixListener.bind(UnixDomainSocketAddress.of("")))) {
            return run(() -> {
                var one = await(UnixStream.connect(listener.localAddress()));
                return new Pair<>(one, await(listener.accept()));
            });
        }
    }

    static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    static String text(ByteBuffer readInto) {
        return StandardCharsets.UTF_8.decode(readInto.flip()).toString();
    }

    /// Reads until the end of the stream.
    static Future<String> readAll(AsyncRead from) {
        return async(() -> {
            var all = ByteBuffer.allocate(1 << 20);
            while (await(from.read(all)) >= 0) {
                if (!all.hasRemaining()) throw new IOException("more than was expected");
            }
            return text(all);
        });
    }

    /// The failure of the task, as itself.
    static <E extends Throwable> E fails(Class<E> type, JoinHandle<?> task) {
        var failed = assertThrows(CompletionException.class, task::join);
        return org.junit.jupiter.api.Assertions.assertInstanceOf(type, failed.getCause());
    }

    <E extends Throwable> E fails(Class<E> type, Future<?> f) {
        return fails(type, executor.submit(f));
    }
}
