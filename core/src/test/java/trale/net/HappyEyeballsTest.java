package trale.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import trale.Poll;
import trale.internal.linux.Errno;
import trale.internal.linux.Kernel;
import trale.support.Arrangement;
import trale.support.Ground;
import trale.support.Names;
import trale.support.NeedsLinux;
import trale.support.NothingIsLeft;

/// The addresses of a name, tried side by side. That the losers are closed is what [NothingIsLeft] sees after each test.
class HappyEyeballsTest extends SocketTest {

    private static InetAddress address(String literal) throws IOException {
        return InetAddress.getByName(literal);
    }

    private String name(String what) {
        return what + ".eyeballs" + arrangement.ordinal() + ".test";
    }

    /// A port that does not answer, because the queue of its listener is full: connections to it hang.
    private static final class Silent implements AutoCloseable {
        private final ServerSocketChannel listener;
        private final List<SocketChannel> queue = new ArrayList<>();

        Silent(InetSocketAddress address) throws IOException {
            listener = ServerSocketChannel.open().bind(address, 1);
            for (var i = 0; i < 4; i++) { // a backlog of one has room for two
                var client = SocketChannel.open();
                queue.add(client);
                client.configureBlocking(false);
                client.connect(address);
            }
        }

        @Override
        public void close() throws IOException {
            for (var client : queue) client.close();
            listener.close();
        }
    }

    @Test // M16
    void anAddressThatDoesNotAnswerCostsAQuarterOfASecond() throws Exception {
        var name = name("silent");
        Names.answer(name, () -> List.of(address("127.0.0.2"), address("127.0.0.1")));
        try (var listener = listen();
                var _ = new Silent(new InetSocketAddress("127.0.0.2", listener.localAddress().getPort()))) {
            var start = Ground.nanoTime();
            try (var stream = executor.submit(TcpStream.connect(name, listener.localAddress().getPort())).join()) {
                assertEquals(listener.localAddress(), stream.remoteAddress());
            }
            var millis = (Ground.nanoTime() - start) / 1_000_000;
            assertTrue(millis >= 250, "the first had " + millis + " ms");
        }
    }

    @Test
    void aRefusalStartsTheNextAtOnce() throws Exception {
        var name = name("refused");
        var all = new ArrayList<InetAddress>();
        for (var i = 2; i < 42; i++) all.add(address("127.0.0." + i));
        all.add(address("127.0.0.1"));
        Names.answer(name, () -> all);
        try (var listener = listen()) {
            var start = Ground.nanoTime();
            executor.submit(TcpStream.connect(name, listener.localAddress().getPort())).join().close();
            var millis = (Ground.nanoTime() - start) / 1_000_000;
            assertTrue(millis < 40 * 250, "40 refusals took " + millis + " ms");
        }
    }

    @NeedsLinux(NeedsLinux.INSIDE)
    @Test // R18
    void ifThePauseFailsAllThatItHasBegunIsClosed() throws Exception {
        assumeTrue(arrangement == Arrangement.REACTOR_THREAD, "else no poll sets the timer");
        var refuses = new AtomicBoolean();
        var name = name("no-timer");
        Names.answer(name, () -> List.of(address("127.0.0.2"), address("127.0.0.3")));
        var port = ConnectTest.closedPort().getPort();
        try (var refused = executorOn((function, a, b, c, d, e, f) -> refuses.get() && function.equals("timerfd_settime") ? -Errno.EPERM
                        : Kernel.linux().call(function, a, b, c, d, e, f));
                var _ = new Silent(new InetSocketAddress("127.0.0.2", port))) {
            refused.submit(cx -> Poll.ready(null)).join();
            var before = Ground.descriptors();
            refuses.set(true);
            fails(IllegalStateException.class, refused.submit(TcpStream.connect(name, port)));
            refuses.set(false);
            assertEquals(before, Ground.descriptors());
        }
    }

    @Test
    void givenUpItClosesAllThatItHasBegun() throws Exception {
        var name = name("given-up");
        Names.answer(name, () -> List.of(address("127.0.0.2"), address("127.0.0.3")));
        int port;
        try (var one = ServerSocketChannel.open().bind(LOOPBACK)) {
            port = ((InetSocketAddress) one.getLocalAddress()).getPort();
        }
        try (var _ = new Silent(new InetSocketAddress("127.0.0.2", port));
                var _ = new Silent(new InetSocketAddress("127.0.0.3", port))) {
            var before = Ground.descriptors();
            var connecting = executor.submit(TcpStream.connect(name, port));
            Ground.until(() -> Ground.descriptors() >= before + 2);
            assertFalse(connecting.isDone());
            connecting.cancel();
            assertThrows(CancellationException.class, connecting::join);
            assertEquals(before, Ground.descriptors());
        }
    }

    @Test
    void theFamiliesTakeTurns() throws Exception {
        var a = address("127.0.0.1");
        var b = address("127.0.0.2");
        var c = address("127.0.0.3");
        var six = address("::1");
        assertEquals(List.of(a, six, b, c), HappyEyeballs.inTurn(a, b, c, six));
        assertEquals(List.of(six, a, b), HappyEyeballs.inTurn(six, a, b));
        assertEquals(List.of(a), HappyEyeballs.inTurn(a));
    }

    @Test // M16
    void aConnectionBeginsAtTheAddressThatIsAskedFor() throws Exception {
        try (var listener = listen()) {
            var from = new InetSocketAddress("127.0.0.9", 0);
            try (var stream = executor.submit(TcpStream.connect(listener.localAddress(), from)).join();
                    var server = executor.submit(listener.accept()).join()) {
                assertEquals(from.getAddress(), stream.localAddress().getAddress());
                assertEquals(stream.localAddress(), server.remoteAddress());
                var taken = fails(BindException.class, TcpStream.connect(listener.localAddress(), listener.localAddress()));
                assertEquals("bind 127.0.0.1:" + listener.localAddress().getPort() + ": EADDRINUSE (Address already in use)",
                        taken.getMessage());
            }
            assertThrows(IllegalArgumentException.class,
                    () -> TcpStream.connect(listener.localAddress(), new InetSocketAddress("::1", 0)));
            assertThrows(NullPointerException.class, () -> TcpStream.connect(listener.localAddress(), null));
            var name = name("six");
            Names.answer(name, () -> List.of(address("::1")));
            var unresolved = InetSocketAddress.createUnresolved(name, 9);
            assertEquals("connect " + name + ":9 from /127.0.0.9:0: the name has no address of that family",
                    fails(BindException.class, TcpStream.connect(unresolved, from)).getMessage());
        }
    }

    /// The kernel may give a client the very port that it connects to; here it is asked to.
    @Test // M7
    void aConnectionWithItselfIsRefused() throws Exception {
        var address = ConnectTest.closedPort();
        assertEquals("connect 127.0.0.1:" + address.getPort() + ": ECONNREFUSED (Connection refused)",
                fails(ConnectException.class, TcpStream.connect(address, address)).getMessage());
    }

    /// The attempts at two addresses of a name begin at the same port.
    @Test // M16
    void aConnectionFromAFixedPortTriesTheOtherAddressesToo() throws Exception {
        var name = name("fixed-port");
        Names.answer(name, () -> List.of(address("127.0.0.2"), address("127.0.0.1")));
        var from = ConnectTest.closedPort();
        try (var listener = listen();
                var _ = new Silent(new InetSocketAddress("127.0.0.2", listener.localAddress().getPort()));
                var stream = executor.submit(TcpStream.connect(
                        InetSocketAddress.createUnresolved(name, listener.localAddress().getPort()), from)).join()) {
            assertEquals(listener.localAddress(), stream.remoteAddress());
            assertEquals(from, stream.localAddress());
        }
    }
}
