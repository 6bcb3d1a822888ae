package trale.net;

import static java.net.StandardSocketOptions.IP_MULTICAST_IF;
import static java.net.StandardSocketOptions.IP_MULTICAST_LOOP;
import static java.net.StandardSocketOptions.IP_MULTICAST_TTL;
import static java.net.StandardSocketOptions.SO_BROADCAST;
import static java.net.StandardSocketOptions.SO_KEEPALIVE;
import static java.net.StandardSocketOptions.SO_LINGER;
import static java.net.StandardSocketOptions.TCP_NODELAY;
import static jdk.net.ExtendedSocketOptions.TCP_KEEPCOUNT;
import static jdk.net.ExtendedSocketOptions.TCP_KEEPIDLE;
import static jdk.net.ExtendedSocketOptions.TCP_KEEPINTERVAL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.await;
import static trale.net.TcpStream.TCP_USER_TIMEOUT;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import trale.internal.linux.SocketOptions;
import trale.support.Linux;
import trale.support.NeedsLinux;

/// What is set is what the kernel tells, and what it does.
class SocketOptionsTest extends SocketTest {

    @Test // M16
    void everyOptionOfAStreamIsTheKernels() throws Exception {
        try (var ends = ends()) {
            for (var option : Map.<SocketOption<Integer>, Integer>of(TCP_KEEPIDLE, 77, TCP_KEEPINTERVAL, 7, TCP_KEEPCOUNT, 3,
                    TCP_USER_TIMEOUT, 30_000, SO_LINGER, 5).entrySet()) {
                ends.ours().setOption(option.getKey(), option.getValue());
                assertEquals(option.getValue(), ends.ours().getOption(option.getKey()), option.getKey().name());
            }
            ends.ours().setOption(SO_LINGER, -1);
            assertEquals(-1, ends.ours().getOption(SO_LINGER));
            ends.ours().setOption(SO_KEEPALIVE, true);
            assertTrue(ends.ours().getOption(SO_KEEPALIVE));
        }
    }

    @Test // M12
    void whatAListenerSaysHoldsForItsConnections() throws Exception {
        try (var listener = listen()) {
            listener.setOption(TCP_USER_TIMEOUT, 12_000);
            listener.setOption(TCP_NODELAY, false);
            try (var client = executor.submit(TcpStream.connect(listener.localAddress())).join();
                    var server = executor.submit(listener.accept()).join()) {
                assertEquals(12_000, server.getOption(TCP_USER_TIMEOUT));
                assertFalse(server.getOption(TCP_NODELAY));
                assertTrue(client.getOption(TCP_NODELAY));
            }
        }
    }

    /// Without it, an answer in three pieces takes 40 ms: the kernel keeps the second until the first is acknowledged.
    @Test // M12
    void smallWritesGoOutAtOnceUnlessAskedOtherwise() throws Exception {
        try (var pair = tcpPair()) {
            assertTrue(pair.one().getOption(TCP_NODELAY), "connected");
            assertTrue(pair.other().getOption(TCP_NODELAY), "accepted");
            pair.one().noDelay(false);
            assertFalse(pair.one().getOption(TCP_NODELAY));
        }
    }

    @Test // M16
    void withALingerOfZeroACloseIsAReset() throws Exception {
        try (var pair = tcpPair()) {
            pair.one().setOption(SO_LINGER, 0);
            pair.one().close();
            var reset = fails(SocketException.class, pair.other().read(ByteBuffer.allocate(1)));
            assertTrue(reset.getMessage().contains("ECONNRESET"), reset.getMessage());
        }
    }

    @Test
    void anOptionOfAnotherKindOfSocketIsRefused() throws Exception {
        try (var ends = ends();
                var unix = unixPair();
                var udp = udp()) {
            assertThrows(UnsupportedOperationException.class, () -> ends.ours().setOption(SO_BROADCAST, true));
            assertThrows(UnsupportedOperationException.class, () -> udp.setOption(TCP_NODELAY, true));
            var refused = assertThrows(UnsupportedOperationException.class, () -> unix.one().getOption(SO_LINGER));
            assertEquals("SO_LINGER is none of [SO_RCVBUF, SO_SNDBUF]", refused.getMessage());
            assertEquals("IP_MULTICAST_TTL: 256 is more than 255",
                    assertThrows(IllegalArgumentException.class, () -> udp.setOption(IP_MULTICAST_TTL, 256)).getMessage());
            assertEquals("TCP_KEEPIDLE: -1 is negative",
                    assertThrows(IllegalArgumentException.class, () -> ends.ours().setOption(TCP_KEEPIDLE, -1)).getMessage());
            assertEquals("setsockopt TCP_KEEPIDLE: EINVAL (Invalid argument)",
                    assertThrows(SocketException.class, () -> ends.ours().setOption(TCP_KEEPIDLE, 0)).getMessage());
        }
    }

    @NeedsLinux(NeedsLinux.FEATURE)
    @Test // M16
    void multicastOptionsAreTheKernelsOfBothFamilies() throws Exception {
        var lo = NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress());
        for (var any : new String[] {"0.0.0.0", "::"}) {
            try (var udp = onExecutor(() -> UdpSocket.bind(new InetSocketAddress(any, 0)))) {
                assertNull(udp.getOption(IP_MULTICAST_IF), any);
                udp.setOption(IP_MULTICAST_IF, lo);
                assertEquals(lo, udp.getOption(IP_MULTICAST_IF), any);
                udp.setOption(IP_MULTICAST_TTL, 9);
                assertEquals(9, udp.getOption(IP_MULTICAST_TTL), any);
                udp.setOption(IP_MULTICAST_LOOP, false);
                assertFalse(udp.getOption(IP_MULTICAST_LOOP), any);
                // an IPv6 socket sends to IPv4 groups too
                var ofIpv4 = onIpv4(udp);
                assertEquals(9, ofIpv4, any);
            }
        }
    }

    private static int onIpv4(UdpSocket udp) throws Exception {
        return udp.call(fd -> SocketOptions.get(fd, IP_MULTICAST_TTL, LOOPBACK, Set.of("IP_MULTICAST_TTL")));
    }

    @NeedsLinux(NeedsLinux.FEATURE)
    @Test // M16, M17
    void aSocketThatHasJoinedAGroupReceivesWhatIsSentToItUntilItLeaves() throws Exception {
        var lo = NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress());
        var shared = BindOptions.DATAGRAM.reuseAddress(true);
        for (var one : new String[][] {{"0.0.0.0", "239.1.2.3"}, {"::", "239.1.2.3"}}) {
            var group = InetAddress.getByName(one[1]);
            try (var first = onExecutor(() -> UdpSocket.bind(new InetSocketAddress(one[0], 0), shared));
                    var second = onExecutor(() -> UdpSocket.bind(first.localAddress(), shared));
                    var sender = onExecutor(() -> UdpSocket.bind(new InetSocketAddress(one[0], 0)))) {
                sender.setOption(IP_MULTICAST_IF, lo);
                first.join(group, lo);
                second.join(group, lo);
                var to = new InetSocketAddress(group, first.localAddress().getPort());
                run(() -> await(sender.sendTo(bytes("all"), to)));
                assertEquals(3, run(() -> await(first.recv(ByteBuffer.allocate(10)))));
                assertEquals(3, run(() -> await(second.recv(ByteBuffer.allocate(10)))));
                first.leave(group, lo);
                run(() -> await(sender.sendTo(bytes("those left"), to)));
                assertEquals(10, run(() -> await(second.recv(ByteBuffer.allocate(10)))));
                assertTrue(assertThrows(SocketException.class, () -> first.leave(group, lo)).getMessage()
                        .matches("leave \\S+ on lo: EADDRNOTAVAIL \\(Cannot assign requested address\\)"));
                first.join(group, lo);
                run(() -> await(sender.sendTo(bytes("all again"), to)));
                assertEquals(9, run(() -> await(first.recv(ByteBuffer.allocate(10)))), "what came meanwhile was for the other alone");
            }
        }
    }

    /// To an IPv6 group there may be no way from here, so the kernel is asked.
    @NeedsLinux(NeedsLinux.FEATURE)
    @Test // M17
    void anIpv6SocketReceivesFromItsOwnGroupsAlone_ofBothFamilies() throws Exception {
        try (var udp = onExecutor(() -> UdpSocket.bind(new InetSocketAddress("::", 0)))) {
            assertEquals(0, Linux.option(udp.descriptor.fd, 0, 49), "IP_MULTICAST_ALL");
            assertEquals(0, Linux.option(udp.descriptor.fd, 41, 29), "IPV6_MULTICAST_ALL");
        }
    }

    /// As above.
    @NeedsLinux(NeedsLinux.FEATURE)
    @Test
    void anIpv6GroupIsJoinedAndLeft() throws Exception {
        var lo = NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress());
        var own = "%08x%04x".formatted(ProcessHandle.current().pid(), arrangement.ordinal()); // the kernel's list is that of all processes
        var group = InetAddress.getByName("ff01::1:" + own.substring(0, 4) + ":" + own.substring(4, 8) + ":" + own.substring(8));
        try (var udp = onExecutor(() -> UdpSocket.bind(new InetSocketAddress("::", 0)))) {
            udp.join(group, lo);
            assertTrue(groups().contains("ff010000000000000001" + own), groups());
            assertTrue(assertThrows(SocketException.class, () -> udp.join(group, lo)).getMessage().contains("EADDRINUSE"));
            udp.leave(group, lo);
            assertFalse(groups().contains("ff010000000000000001" + own), groups());
        }
    }

    private static String groups() throws Exception {
        return Files.readString(Path.of("/proc/net/igmp6"));
    }

    @NeedsLinux(NeedsLinux.FEATURE)
    @Test
    void whatIsNoGroupIsNotJoined() throws Exception {
        var lo = NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress());
        try (var udp = udp()) {
            assertEquals("127.0.0.1 is no multicast address",
                    assertThrows(IllegalArgumentException.class, () -> udp.join(InetAddress.getLoopbackAddress(), lo)).getMessage());
            assertThrows(NullPointerException.class, () -> udp.join(InetAddress.getByName("239.1.2.3"), null));
        }
    }

    @NeedsLinux(NeedsLinux.FEATURE)
    @Test // M16
    void whatIsSetWhileAnIpv6SocketHasAnIpv4PeerHoldsForBothFamilies() throws Exception {
        try (var udp = onExecutor(() -> UdpSocket.bind(new InetSocketAddress("::", 0)))) {
            udp.connect(new InetSocketAddress("127.0.0.1", 9));
            udp.setOption(IP_MULTICAST_TTL, 9);
            udp.disconnect();
            assertEquals(9, udp.getOption(IP_MULTICAST_TTL));
            assertEquals(9, onIpv4(udp));
        }
    }
}
