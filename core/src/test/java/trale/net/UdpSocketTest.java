package trale.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.await;

import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import trale.internal.linux.Kernel;
import trale.internal.linux.Sockets;
import trale.support.NeedsLinux;

/// Datagrams, to and from java.nio.
class UdpSocketTest extends SocketTest {

    private static InetSocketAddress address(DatagramChannel channel) throws Exception {
        return (InetSocketAddress) channel.getLocalAddress();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 20, 65_507})
    void datagramsOfEverySizeArriveWhole(int size) throws Exception {
        try (var ours = udp();
                var theirs = DatagramChannel.open().bind(LOOPBACK)) {
            for (var buffer : new ByteBuffer[] {ByteBuffer.allocate(1 << 16), ByteBuffer.allocateDirect(1 << 16)}) {
                assertEquals(size, run(() -> await(ours.sendTo(buffer.limit(size), address(theirs)))));
                assertEquals(size, buffer.position());
                var got = ByteBuffer.allocate(1 << 16);
                assertEquals(ours.localAddress(), theirs.receive(got));
                assertEquals(size, got.position());

                theirs.send(ByteBuffer.allocate(size), ours.localAddress());
                assertEquals(new Datagram(size, address(theirs)), run(() -> await(ours.recvFrom(buffer.clear()))));
                assertEquals(size, buffer.position());
                buffer.clear();
            }
        }
    }

    @Test
    void aDatagramThatIsTooLongIsAnError() throws Exception {
        try (var ours = udp()) {
            for (var size : new int[] {65_508, 200_000}) {
                var e = fails(SocketException.class, ours.sendTo(ByteBuffer.allocate(size), ours.localAddress()));
                assertTrue(e.getMessage().contains("EMSGSIZE"), e.getMessage());
            }
            assertEquals(1, run(() -> await(ours.sendTo(bytes("x"), ours.localAddress()))), "and the next goes out");
        }
    }

    @Test
    void aTruncatedDatagramTellsItsTrueLength() throws Exception {
        try (var ours = udp();
                var theirs = DatagramChannel.open().bind(LOOPBACK)) {
            for (var buffer : new ByteBuffer[] {ByteBuffer.allocate(10), ByteBuffer.allocateDirect(10)}) {
                theirs.send(bytes("0123456789"), ours.localAddress());
                theirs.send(bytes("the next"), ours.localAddress());
                assertEquals(10, run(() -> await(ours.recvFrom(buffer.position(2).limit(6)))).length());
                assertEquals(6, buffer.position());
                assertEquals("0123", text(buffer.limit(6).position(6).slice(2, 4).position(4)));
                assertEquals(8, run(() -> await(ours.recv(buffer.clear().limit(0)))), "also without any room");
                buffer.clear();
            }
        }
    }

    @Test // E2
    void aShortDatagramDoesNotMeanThatThereIsNoOther() throws Exception {
        try (var ours = udp();
                var theirs = DatagramChannel.open().bind(LOOPBACK)) {
            var first = started(ours.recvFrom(ByteBuffer.allocate(100)));
            try (var _ = new Hold()) { // one event for all three
                for (var i = 1; i <= 3; i++) theirs.send(ByteBuffer.allocate(i), ours.localAddress());
            }
            assertEquals(1, first.join().length());
            assertEquals(2, run(() -> await(ours.recvFrom(ByteBuffer.allocate(100)))).length());
            assertEquals(3, run(() -> await(ours.recvFrom(ByteBuffer.allocate(100)))).length());
        }
    }

    @Test
    void aConnectedSocketHearsItsPeerAlone() throws Exception {
        try (var ours = udp();
                var peer = DatagramChannel.open().bind(LOOPBACK);
                var other = DatagramChannel.open().bind(LOOPBACK)) {
            ours.connect(address(peer));
            assertEquals(3, run(() -> await(ours.send(bytes("abc").asReadOnlyBuffer()))));
            assertEquals(ours.localAddress(), peer.receive(ByteBuffer.allocate(10)));
            other.send(bytes("1"), ours.localAddress());
            peer.send(bytes("22"), ours.localAddress());
            assertEquals(2, run(() -> await(ours.recv(ByteBuffer.allocate(10)))));
        }
    }

    @Test
    void aConnectedSocketKnowsFromWhereItReachesItsPeer() throws Exception {
        try (var ours = onExecutor(() -> UdpSocket.bind(new InetSocketAddress("0.0.0.0", 0)));
                var peer = DatagramChannel.open().bind(LOOPBACK)) {
            assertTrue(ours.localAddress().getAddress().isAnyLocalAddress());
            ours.connect(address(peer));
            assertEquals(new InetSocketAddress("127.0.0.1", ours.localAddress().getPort()), ours.localAddress());
        }
    }

    @Test // M16
    void aDisconnectedSocketIsAsItWasBefore() throws Exception {
        for (var any : new String[] {"127.0.0.1", "0.0.0.0", "::"}) {
            try (var ours = onExecutor(() -> UdpSocket.bind(new InetSocketAddress(any, 0)));
                    var peer = DatagramChannel.open().bind(LOOPBACK);
                    var other = DatagramChannel.open().bind(LOOPBACK)) {
                var bound = ours.localAddress();
                ours.connect(address(peer));
                ours.disconnect();
                assertEquals(bound, ours.localAddress(), any);
                assertTrue(fails(SocketException.class, ours.send(bytes("x"))).getMessage().contains("EDESTADDRREQ"));
                other.send(bytes("abc"), new InetSocketAddress("127.0.0.1", bound.getPort()));
                assertEquals(address(other), run(() -> await(ours.recvFrom(ByteBuffer.allocate(10)))).from());
                ours.disconnect();
                assertEquals(bound, ours.localAddress(), "a second time does nothing");
            }
        }
    }

    /// Linux gives up a port that it has chosen when the peer is taken away. A send at that moment would get the socket another one.
    @NeedsLinux(NeedsLinux.INSIDE)
    @Test // M18
    void aSendWhileThePeerIsTakenAwayLeavesThePort() throws Exception {
        for (var any : new String[] {"127.0.0.1", "0.0.0.0", "::"}) {
            try (var ours = onExecutor(() -> UdpSocket.bind(new InetSocketAddress(any, 0)));
                    var peer = DatagramChannel.open().bind(LOOPBACK);
                    var other = DatagramChannel.open().bind(LOOPBACK)) {
                var port = ours.localAddress().getPort();
                var to = address(peer);
                ours.connect(to);
                var usual = Kernel.use((function, a, b, c, d, e, f) -> { // of this thread, not of the executor's
                    var n = Kernel.linux().call(function, a, b, c, d, e, f);
                    if (function.equals("connect")) executor.submit(ours.sendTo(bytes("x"), to)).join();
                    return n;
                });
                try {
                    ours.connect(address(other));
                    ours.disconnect();
                } finally {
                    Kernel.use(usual);
                }
                assertEquals(port, ours.localAddress().getPort(), any);
                assertEquals(port, ((InetSocketAddress) ours.call(Sockets::localAddress)).getPort(), any);
            }
        }
    }

    /// As its Javadoc says: the kernel does not look through what it has queued.
    @Test // M9
    void whatWasQueuedBeforeConnectIsStillReceived() throws Exception {
        try (var ours = udp();
                var peer = DatagramChannel.open().bind(LOOPBACK);
                var other = DatagramChannel.open().bind(LOOPBACK)) {
            other.send(bytes("abc"), ours.localAddress());
            ours.connect(address(peer));
            other.send(bytes("12345"), ours.localAddress());
            peer.send(bytes("12"), ours.localAddress());
            assertEquals(new Datagram(3, address(other)), run(() -> await(ours.recvFrom(ByteBuffer.allocate(10)))));
            assertEquals(new Datagram(2, address(peer)), run(() -> await(ours.recvFrom(ByteBuffer.allocate(10)))));
        }
    }

    @Test
    void sendersThatAlternateAreNotMistakenForEachOther() throws Exception {
        try (var ours = onExecutor(() -> UdpSocket.bind(new InetSocketAddress("::", 0)));
                var four = DatagramChannel.open(StandardProtocolFamily.INET).bind(LOOPBACK);
                var five = DatagramChannel.open(StandardProtocolFamily.INET).bind(LOOPBACK);
                var six = DatagramChannel.open().bind(new InetSocketAddress("::1", 0))) {
            for (var round = 0; round < 3; round++) {
                for (var from : new DatagramChannel[] {four, four, five, six, six, four, six}) {
                    from.send(bytes("x"), new InetSocketAddress(from == six ? "::1" : "127.0.0.1", ours.localAddress().getPort()));
                    assertEquals(new Datagram(1, address(from)), run(() -> await(ours.recvFrom(ByteBuffer.allocate(10)))));
                }
            }
        }
    }

    @Test
    void moreSendersThanTheSocketRemembersAreToldApart() throws Exception {
        var senders = new ArrayList<DatagramChannel>();
        try (var ours = onExecutor(() -> UdpSocket.bind(LOOPBACK))) {
            for (var i = 0; i < 150; i++) senders.add(DatagramChannel.open(StandardProtocolFamily.INET).bind(LOOPBACK));
            for (var round = 0; round < 2; round++) {
                for (var from : senders) {
                    from.send(bytes("x"), ours.localAddress());
                    assertEquals(new Datagram(1, address(from)), run(() -> await(ours.recvFrom(ByteBuffer.allocate(10)))));
                }
            }
        } finally {
            for (var sender : senders) sender.close();
        }
    }

    @Test
    void anotherPeerTakesThePlaceOfTheFirst() throws Exception {
        try (var ours = udp();
                var first = DatagramChannel.open().bind(LOOPBACK);
                var second = DatagramChannel.open().bind(LOOPBACK)) {
            ours.connect(address(first));
            ours.connect(address(second));
            run(() -> await(ours.send(bytes("abc"))));
            assertEquals(ours.localAddress(), second.receive(ByteBuffer.allocate(10)));
            first.send(bytes("1"), ours.localAddress());
            second.send(bytes("22"), ours.localAddress());
            assertEquals(2, run(() -> await(ours.recv(ByteBuffer.allocate(10)))));
        }
    }

    @Test
    @SuppressWarnings("try") // closed before its end, on purpose
    void aConnectedSocketLearnsThatItsPeerIsGone() throws Exception {
        InetSocketAddress gone;
        try (var peer = DatagramChannel.open().bind(LOOPBACK)) {
            gone = address(peer);
        }
        try (var ours = udp()) {
            ours.connect(gone);
            var received = started(ours.recv(ByteBuffer.allocate(10)));
            executor.submit(ours.send(bytes("x"))).join();
            assertEquals("receive 127.0.0.1:" + gone.getPort() + ": ECONNREFUSED (Connection refused)",
                    fails(PortUnreachableException.class, received).getMessage());
            var again = started(ours.recv(ByteBuffer.allocate(10)));
            ours.close();
            fails(AsynchronousCloseException.class, again);
        }
    }

    /// As its Javadoc says: the first operation after the answer that no socket is there, whichever it is.
    @Test
    @NeedsLinux("an answer that comes at once; that of a simulated network takes its time")
    void aSendThatComesAfterARefusedDatagramFailsAndTheOneAfterItDoesNot() throws Exception {
        InetSocketAddress gone;
        try (var peer = DatagramChannel.open().bind(LOOPBACK)) {
            gone = address(peer);
        }
        try (var ours = udp()) {
            ours.connect(gone);
            for (var round = 0; round < 2; round++) {
                executor.submit(ours.send(bytes("x"))).join();
                fails(PortUnreachableException.class, round == 0 ? ours.send(bytes("y")) : ours.sendTo(bytes("y"), gone));
            }
        }
    }

    @Test
    void sendingWithoutAPeerSaysSo() throws Exception {
        try (var ours = udp()) {
            assertTrue(fails(SocketException.class, ours.send(bytes("x"))).getMessage().contains("EDESTADDRREQ"));
        }
    }

    @Test
    void broadcastingHasToBeSwitchedOn() throws Exception {
        try (var ours = udp()) {
            var everybody = new InetSocketAddress("255.255.255.255", 9);
            assertEquals("send 255.255.255.255:9: EACCES (Permission denied)",
                    fails(SocketException.class, ours.sendTo(bytes("x"), everybody)).getMessage());
            ours.setOption(StandardSocketOptions.SO_BROADCAST, true);
            assertTrue(ours.getOption(StandardSocketOptions.SO_BROADCAST));
        }
    }

    @Test
    void aBroadcastReachesASocketThatIsBoundToAllAddresses() throws Exception {
        try (var theirs = DatagramChannel.open(StandardProtocolFamily.INET).bind(new InetSocketAddress("0.0.0.0", 0));
                var ours = udp()) {
            ours.setOption(StandardSocketOptions.SO_BROADCAST, true);
            var all = new InetSocketAddress("127.255.255.255", address(theirs).getPort());
            run(() -> await(ours.sendTo(bytes("all"), all)));
            assertEquals(ours.localAddress(), theirs.receive(ByteBuffer.allocate(10)));
        }
    }

    @Test
    void ipv6SocketsReachBothKindsOfPeer() throws Exception {
        try (var ours = onExecutor(() -> UdpSocket.bind(new InetSocketAddress("::", 0)));
                var six = DatagramChannel.open().bind(new InetSocketAddress("::1", 0));
                var four = DatagramChannel.open(StandardProtocolFamily.INET).bind(LOOPBACK)) {
            for (var peer : new DatagramChannel[] {six, four}) {
                run(() -> await(ours.sendTo(bytes("ping"), address(peer))));
                var got = ByteBuffer.allocate(10);
                var us = peer.receive(got);
                assertEquals("ping", text(got));
                peer.send(bytes("pong"), us);
                assertEquals(new Datagram(4, address(peer)), run(() -> await(ours.recvFrom(ByteBuffer.allocate(10)))));
            }
        }
    }

    @Test
    void anIpv4SocketSaysThatItCannotReachIpv6AndStaysUsable() throws Exception {
        try (var ours = udp()) {
            var e = fails(SocketException.class, ours.sendTo(bytes("x"), new InetSocketAddress("::1", 9)));
            assertEquals("[0:0:0:0:0:0:0:1]:9: an IPv4 socket can't reach an IPv6 address; bind it to [::]", e.getMessage());
            assertEquals(1, run(() -> await(ours.sendTo(bytes("x"), ours.localAddress()))));
        }
    }

    @Test
    void oneReceivesWhileOneSends() throws Exception {
        try (var ours = udp()) {
            var received = started(ours.recvFrom(ByteBuffer.allocate(10)));
            fails(IllegalStateException.class, ours.recv(ByteBuffer.allocate(10)));
            run(() -> await(ours.sendTo(bytes("abc"), ours.localAddress())));
            assertEquals(new Datagram(3, ours.localAddress()), received.join());
        }
    }

    /// Linux keeps the local address that came with the first peer.
    @Test // M16
    void aPeerOfTheOtherFamilyTakesThePlaceOfTheFirst() throws Exception {
        try (var six = DatagramChannel.open().bind(new InetSocketAddress("::1", 0));
                var four = DatagramChannel.open(StandardProtocolFamily.INET).bind(LOOPBACK)) {
            for (var order : new DatagramChannel[][] {{six, four}, {four, six}}) {
                try (var ours = onExecutor(() -> UdpSocket.bind(new InetSocketAddress("::", 0)))) {
                    var port = ours.localAddress().getPort();
                    for (var peer : order) {
                        ours.connect(address(peer));
                        assertEquals(new InetSocketAddress(peer == six ? "::1" : "127.0.0.1", port), ours.localAddress());
                        run(() -> await(ours.send(bytes("ping"))));
                        var us = peer.receive(ByteBuffer.allocate(10));
                        peer.send(bytes("pong"), us);
                        assertEquals(4, run(() -> await(ours.recv(ByteBuffer.allocate(10)))));
                    }
                }
            }
        }
    }

    @Test // M16
    @NeedsLinux("a refusal that comes at once; that of a simulated network takes its time")
    void whatAnEarlierPeerHasRefusedFailsNothingThatIsSentToAnother() throws Exception {
        InetSocketAddress gone;
        try (var peer = DatagramChannel.open().bind(LOOPBACK)) {
            gone = address(peer);
        }
        try (var ours = udp(); var there = DatagramChannel.open().bind(LOOPBACK)) {
            ours.connect(gone);
            executor.submit(ours.send(bytes("x"))).join();
            ours.connect(address(there));
            assertEquals(1, run(() -> await(ours.send(bytes("y")))));
            ours.connect(gone);
            executor.submit(ours.send(bytes("x"))).join();
            ours.disconnect();
            assertEquals(1, run(() -> await(ours.sendTo(bytes("z"), address(there)))));
        }
    }
}
