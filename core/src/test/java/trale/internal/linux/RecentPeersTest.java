package trale.internal.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.IdentityHashMap;
import org.junit.jupiter.api.Test;

/// How many senders a datagram socket keeps in mind.
class RecentPeersTest {
    private final RecentPeers peers = new RecentPeers();

    /// {@return the address that the socket says a datagram of this port is from}
    private InetSocketAddress receive(String host, int port) throws IOException {
        var s = Scratch.get();
        var address = new InetSocketAddress(host, port);
        s.length(SocketAddresses.encode(address, SocketAddresses.family(address), s.struct));
        var from = peers.peer(s);
        assertEquals(address, from);
        return from;
    }

    /// {@return how many addresses are made for so many senders in the last of many turns}
    private int madeOf(String host, int senders) throws IOException {
        var known = new IdentityHashMap<InetSocketAddress, Boolean>();
        for (var turn = 0; turn < 20; turn++) for (var port = 1; port <= senders; port++) known.put(receive(host, port), true);
        var before = known.size();
        for (var port = 1; port <= senders; port++) known.put(receive(host, port), true);
        return known.size() - before;
    }

    @Test
    void mostOfAHundredSendersAreKept() throws IOException {
        assertTrue(madeOf("127.0.0.1", 100) < 50);
    }

    @Test
    void mostOfAHundredSendersWithIpv6AreKept() throws IOException {
        assertTrue(madeOf("fd00::1", 100) < 50);
    }

    @Test
    void ofManySendersSomeAreKept() throws IOException {
        var made = madeOf("127.0.0.1", 10_000);
        assertTrue(made > 9_000 && made <= 10_000, made + " made");
    }

    @Test
    void aFewSendersAreAllKept() throws IOException {
        assertEquals(0, madeOf("127.0.0.1", 3));
    }
}
