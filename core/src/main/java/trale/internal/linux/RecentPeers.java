package trale.internal.linux;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/// Some of the senders that a datagram socket has heard of. Most datagrams come from a sender that has sent before. Its address, about 150
/// bytes of objects, is not made again. A sender has one place, which its address decides; a later sender with the same place takes it
/// over. If that happens often there are too few places, and their number is doubled, up to 256: some 50 KB with their addresses. More
/// would have to be read from memory, which takes as long as to make an address anew.
///
/// One thread at a time uses it: the thread whose operation owns the socket's reading direction. Taking the direction orders its accesses
/// after those of the owner before.
public final class RecentPeers {
    private static final int FEWEST = 4; // bits: 16 places
    private static final int MOST = 8;
    private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L; // spreads addresses that differ in few bits

    private int bits = FEWEST;
    private @Nullable Peer[] peers = new @Nullable Peer[1 << FEWEST];
    private int takenOver; // since their number was doubled

    /// @param first with the others the address as the kernel wrote it: at most 28 bytes. An IPv4 address has 16; the rest is 0
    private record Peer(long first, long second, long third, int fourth, InetSocketAddress address) {}

    /// {@return the sender of the datagram that was received last by the thread whose memory this is}
    InetSocketAddress peer(Scratch s) {
        var isV6 = s.length() > 16;
        var first = s.struct.getLong(0);
        var second = s.struct.getLong(8);
        var third = isV6 ? s.struct.getLong(16) : 0;
        var fourth = isV6 ? s.struct.getInt(24) : 0;
        var place = (int) (((first + second + third) * GOLDEN_RATIO) >>> (Long.SIZE - bits));
        var known = peers[place];
        if (known != null && known.first == first && known.second == second && known.third == third && known.fourth == fourth)
            return known.address;
        var made = (InetSocketAddress) SocketAddresses.decode(s.struct, s.length());
        peers[place] = new Peer(first, second, third, fourth, made);
        if (known != null && ++takenOver > peers.length && bits < MOST) grow();
        return made;
    }

    /// Each sender finds its new place with its next datagram.
    private void grow() {
        peers = new @Nullable Peer[2 * peers.length];
        bits++;
        takenOver = 0;
    }
}
