package trale.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.async;
import static trale.Async.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import trale.Executor;
import trale.internal.linux.Errno;
import trale.internal.linux.Kernel;
import trale.support.Arrangement;
import trale.support.Child;
import trale.support.NeedsLinux;
import trale.support.NeedsSoundCalls;
import trale.support.Optimized;
import trale.support.TheLog;
import trale.time.Timer;

/// Accepting, also where descriptors run out.
@Optimized
class ListenerTest extends SocketTest {

    @Test // E2
    void allThatCameWithOneEventAreAccepted() throws Exception {
        try (var listener = listen()) {
            var first = started(listener.accept());
            var clients = new ArrayList<SocketChannel>();
            try (var _ = new Hold()) {
                for (var i = 0; i < 10; i++) clients.add(SocketChannel.open(listener.localAddress()));
            }
            first.join().close();
            for (var i = 1; i < 10; i++) executor.submit(listener.accept()).join().close();
            var another = started(listener.accept());
            assertFalse(another.isDone());
            another.cancel();
            assertThrows(CancellationException.class, another::join);
            for (var client : clients) client.close();
        }
    }

    @Test // E16
    @SuppressWarnings("try") // closed before its end, on purpose
    void closingGivesTheAcceptingTaskAnException() throws Exception {
        try (var listener = listen()) {
            var accept = started(listener.accept());
            fails(IllegalStateException.class, listener.accept());
            listener.close();
            fails(AsynchronousCloseException.class, accept);
            fails(ClosedChannelException.class, listener.accept());
            assertTrue(listener.localAddress().getPort() > 0, "it still knows where it listened");
        }
    }

    @Test // H9
    void aCancelledAcceptHasAcceptedNoConnection() throws Exception {
        try (var listener = listen()) {
            for (var i = 0; i < 50; i++) {
                var accept = started(listener.accept());
                SocketChannel client;
                try (var _ = new Hold()) { // the event and the cancellation meet
                    client = SocketChannel.open(listener.localAddress());
                    accept.cancel();
                }
                try (var server = executor.submit(listener.accept()).join()) {
                    assertEquals(client.getLocalAddress(), server.remoteAddress());
                }
                client.close();
            }
        }
    }

    @Test
    void aConnectionThatWasResetInTheQueueHurtsNoOther() throws Exception {
        try (var listener = listen()) {
            var gone = SocketChannel.open(listener.localAddress());
            gone.setOption(StandardSocketOptions.SO_LINGER, 0);
            gone.close();
            try (var client = SocketChannel.open(listener.localAddress())) {
                var accepted = executor.submit(listener.accept()).join();
                if (!accepted.remoteAddress().equals(client.getLocalAddress())) { // the kernel delivers it nevertheless
                    accepted.close();
                    accepted = executor.submit(listener.accept()).join();
                }
                assertEquals(client.getLocalAddress(), accepted.remoteAddress());
                accepted.close();
            }
        }
    }

    /// An echo server that prints its port.
    public static final class EchoServer {
        private EchoServer() {}

        public static void main(String[] args) throws Exception {
            try (var executor = Arrangement.valueOf(args[0]).open("child")) {
                var listener = executor.submit(() -> TcpListener.bind(LOOPBACK, BindOptions.LISTENER)).join();
                IO.println(listener.localAddress().getPort());
                executor.submit(() -> {
                    while (true) {
                        var stream = await(listener.accept());
                        Executor.spawn(() -> {
                            try (stream) {
                                await(AsyncRead.copy(stream, stream));
                            }
                        });
                    }
                });
                executor.submit(busy());
                IO.readln();
            }
        }

        /// A server has more to do than to accept: what E15 is about.
        private static trale.Future<Void> busy() {
            return async(() -> {
                for (var turn = 0; ; turn++) {
                    await(trale.time.Timer.sleep(java.time.Duration.ofMillis(100)));
                    if (turn == 3) IO.println("still here");
                }
            });
        }
    }

    private static InetSocketAddress portOf(Child server) throws Exception {
        return new InetSocketAddress("127.0.0.1", Integer.parseInt(server.line()));
    }

    private static void echo(SocketChannel client) throws Exception {
        client.write(bytes("hello"));
        var got = ByteBuffer.allocate(5);
        while (got.hasRemaining()) assertTrue(client.read(got) > 0);
        assertEquals("hello", text(got));
    }

    /// Connections that are all closed at the end, also if the test fails.
    private static final class Clients extends ArrayList<SocketChannel> implements AutoCloseable {
        private static final long serialVersionUID = 1;

        Clients(int count, InetSocketAddress address) throws IOException {
            for (var i = 0; i < count; i++) add(SocketChannel.open(address));
        }

        @Override
        public void close() throws IOException {
            for (var client : this) client.close();
        }
    }

    @NeedsSoundCalls("another process, which is on a sound Linux")
    @NeedsLinux(NeedsLinux.PROCESS)
    @Test // E8, E15
    void anExhaustedServerKeepsWorkingAndRecovers() throws Exception {
        try (var server = Child.startLimited(64, EchoServer.class, arrangement.name())) {
            var address = portOf(server);
            try (var warmUp = new Clients(1, address)) {
                echo(warmUp.getFirst()); // every class of the server is loaded: that takes descriptors
            }
            try (var first = new Clients(1, address);
                    var clients = new Clients(100, address)) {
                echo(first.getFirst()); // one that has been accepted is served …
                assertEquals("still here", server.line()); // … and other tasks run, while the rest has to wait
                for (var client : clients.subList(0, 80)) client.close();
                for (var client : clients.subList(80, 100)) echo(client);
            }
            server.say("enough");
            server.end();
            var log = server.errors();
            assertTrue(log.contains("connections have to wait: accept 127.0.0.1:" + address.getPort() + ": EMFILE"), log);
            assertEquals(log.indexOf("EMFILE"), log.lastIndexOf("EMFILE"), "it is said once");
        }
    }

    @NeedsSoundCalls("another process, which is on a sound Linux")
    @NeedsLinux(NeedsLinux.PROCESS)
    @Test
    void tenThousandConnectionsAtOnceAreEchoed() throws Exception {
        try (var server = Child.startLimited(10_500, EchoServer.class, arrangement.name());
                var clients = new Clients(10_000, portOf(server))) {
            for (var round = 0; round < 2; round++) {
                for (var client : clients) client.write(bytes("hello"));
                for (var client : clients) {
                    var got = ByteBuffer.allocate(5);
                    while (got.hasRemaining()) assertTrue(client.read(got) > 0);
                }
            }
            server.say("enough");
            server.end();
        }
    }

    @Test // E15, E16
    @NeedsLinux(NeedsLinux.INSIDE)
    void aRefusalThatLastsDoesNotSpin_andACloseEndsThePause() throws Exception {
        var calls = new AtomicInteger();
        try (var refused = executorOn((function, a, b, c, d, e, f) -> {
                    if (!function.equals("accept4")) return Kernel.linux().call(function, a, b, c, d, e, f);
                    calls.getAndIncrement();
                    return -Errno.EPERM;
                });
                var log = new TheLog()) {
            var listener = refused.submit(() -> TcpListener.bind(LOOPBACK)).join();
            var accept = refused.submit(listener.accept());
            var record = log.next();
            assertTrue(record.getMessage().contains("EPERM"), record.getMessage());
            refused.submit(Timer.sleep(Duration.ofMillis(200))).join();
            assertTrue(calls.get() <= 30, calls + " calls in 0.2 s");
            listener.close();
            fails(AsynchronousCloseException.class, accept);
        }
    }
}
