package trale.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.await;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import trale.JoinHandle;
import trale.internal.linux.Sockets;
import trale.support.Futures;

/// From an address to a connection, or to an error that says why not.
class ConnectTest extends SocketTest {

    /// A port whose listener has been closed. It is lower than the ports that Linux gives to those that ask for any
    /// (/proc/sys/net/ipv4/ip_local_port_range), so that no other process has got it meanwhile.
    static InetSocketAddress closedPort() throws IOException {
        while (true) {
            var port = ThreadLocalRandom.current().nextInt(10_000, 32_768);
            try (var once = ServerSocketChannel.open()) {
                return (InetSocketAddress) once.bind(new InetSocketAddress("127.0.0.1", port)).getLocalAddress();
            } catch (BindException e) {
                continue; // it is in use
            }
        }
    }

    @Test // S11
    void aRefusedConnectionIsReportedOnceAsWhatItIs() throws Exception {
        var address = closedPort();
        var refused = fails(ConnectException.class, Futures.polledInVain(5, TcpStream.connect(address)));
        assertEquals("connect 127.0.0.1:" + address.getPort() + ": ECONNREFUSED (Connection refused)", refused.getMessage());
    }

    @Test // S11
    void aConnectionThatIsPolledInVainStillSucceeds() throws Exception {
        try (var server = ServerSocketChannel.open().bind(LOOPBACK);
                var stream = executor.submit(Futures.polledInVain(5,
                        TcpStream.connect((InetSocketAddress) server.getLocalAddress()))).join();
                var peer = server.accept()) {
            executor.submit(stream.writeAll(bytes("x"))).join();
            assertEquals(1, peer.read(ByteBuffer.allocate(10)));
        }
    }

    @Test
    void aConnectionThatIsGivenUpIsClosed() throws Exception {
        // The kernel answers for a listener until its queue is full; then the connection hangs.
        try (var full = ServerSocketChannel.open().bind(LOOPBACK, 1)) {
            var address = (InetSocketAddress) full.getLocalAddress();
            var waiting = new ArrayList<JoinHandle<TcpStream>>();
            while (waiting.isEmpty() || waiting.getLast().isDone()) {
                waiting.add(executor.submit(TcpStream.connect(address)));
                settle();
                settle();
            }
            var hangs = waiting.removeLast();
            hangs.cancel();
            assertThrows(CancellationException.class, hangs::join);
            for (var connected : waiting) connected.join().close();
        } // and no descriptor is left, as after every test
    }

    @Test
    void bindingSaysWhatIsInTheWay() throws Exception {
        try (var listener = listen()) {
            var port = listener.localAddress().getPort();
            var taken = assertThrows(BindException.class, () -> TcpListener.bind(listener.localAddress()));
            assertEquals("bind 127.0.0.1:" + port + ": EADDRINUSE (Address already in use)", taken.getMessage());
        }
        var foreign = assertThrows(BindException.class, () -> UdpSocket.bind(new InetSocketAddress("192.0.2.1", 0)));
        assertEquals("bind 192.0.2.1:0: EADDRNOTAVAIL (Cannot assign requested address)", foreign.getMessage());
        var unresolved = assertThrows(UnknownHostException.class,
                () -> TcpListener.bind(InetSocketAddress.createUnresolved("localhost", 0)));
        assertTrue(unresolved.getMessage().contains("localhost"), unresolved.getMessage());
    }

    @Test
    void aPortIsFreeAgainWhenItsListenerIsClosed() throws Exception {
        var first = listen();
        var accept = started(first.accept());
        // A connection that this end closes first stays in TIME_WAIT, which SO_REUSEADDR is for.
        try (var client = executor.submit(TcpStream.connect(first.localAddress())).join()) {
            accept.join().close();
            assertEquals(-1, run(() -> await(client.read(ByteBuffer.allocate(1)))));
        }
        first.close();
        TcpListener.bind(first.localAddress()).close();
    }

    @Test
    void severalExecutorsShareAPortIfTheirListenersSaySo() throws Exception {
        var sharing = BindOptions.LISTENER.reusePort(true);
        try (var second = arrangement.open("second");
                var one = onExecutor(() -> TcpListener.bind(LOOPBACK, sharing));
                var other = second.submit(() -> TcpListener.bind(one.localAddress(), sharing)).join()) {
            assertThrows(BindException.class, () -> TcpListener.bind(one.localAddress()), "all have to say so");
            var first = executor.submit(one.accept());
            var last = second.submit(other.accept());
            while (!first.isDone() || !last.isDone()) // the kernel chooses whom each goes to
                executor.submit(TcpStream.connect(one.localAddress())).join().close();
            first.join().close();
            last.join().close();
        }
    }

    @Test
    void ipv6AndItsScopesWork() throws Exception {
        try (var listener = onExecutor(() -> TcpListener.bind(new InetSocketAddress("::1", 0)));
                var client = executor.submit(TcpStream.connect(listener.localAddress())).join();
                var server = executor.submit(listener.accept()).join()) {
            assertEquals(client.localAddress(), server.remoteAddress());
            executor.submit(client.writeAll(bytes("x"))).join();
            assertEquals(1, run(() -> await(server.read(ByteBuffer.allocate(10)))));
        }
    }

    @Test
    void anIpv6WildcardTakesIpv4AndShowsItAsSuch() throws Exception {
        try (var listener = onExecutor(() -> TcpListener.bind(new InetSocketAddress("::", 0)))) {
            var port = listener.localAddress().getPort();
            try (var client = executor.submit(TcpStream.connect(new InetSocketAddress("127.0.0.1", port))).join();
                    var server = executor.submit(listener.accept()).join()) {
                assertEquals(client.localAddress(), server.remoteAddress());
                assertEquals(new InetSocketAddress("127.0.0.1", port), server.localAddress());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "111, connect, ConnectException, ECONNREFUSED (Connection refused)",
        "110, connect, ConnectException, ETIMEDOUT (Connection timed out)",
        "113, connect, NoRouteToHostException, EHOSTUNREACH (No route to host)",
        "101, connect, NoRouteToHostException, ENETUNREACH (Network is unreachable)",
        "99, connect, BindException, EADDRNOTAVAIL (Cannot assign requested address)",
        "13, connect, SocketException, EACCES (Permission denied)",
        "98, bind, BindException, EADDRINUSE (Address already in use)",
        "99, bind, BindException, EADDRNOTAVAIL (Cannot assign requested address)",
        "13, bind, BindException, EACCES (Permission denied)",
        "111, receive, PortUnreachableException, ECONNREFUSED (Connection refused)",
        "111, send, PortUnreachableException, ECONNREFUSED (Connection refused)",
        "110, read, SocketException, ETIMEDOUT (Connection timed out)",
        "104, read, SocketException, ECONNRESET (Connection reset by peer)",
        "32, write, SocketException, EPIPE (Broken pipe)",
        "24, accept, SocketException, EMFILE (Too many open files)"
    })
    void errorsAreThoseOfJavaNetAndTellCallAddressNameAndText(int errno, String call, String type, String text) {
        var e = Sockets.exception(call, -errno, new InetSocketAddress("127.0.0.1", 7));
        assertEquals("java.net." + type, e.getClass().getName());
        assertEquals(call + " 127.0.0.1:7: " + text, e.getMessage());
    }

    /// To a broadcast address there is no way for TCP, as the kernel says without sending anything.
    @Test
    void whatCannotBeReachedIsNoRouteToHost() {
        assertEquals("connect 127.255.255.255:9: ENETUNREACH (Network is unreachable)",
                fails(NoRouteToHostException.class, TcpStream.connect(new InetSocketAddress("127.255.255.255", 9))).getMessage());
    }
}
