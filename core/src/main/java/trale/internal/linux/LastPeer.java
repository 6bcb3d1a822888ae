package trale.internal.linux;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// The sender of a datagram socket's last datagram. Most datagrams come from the sender of the one before. Its address, about 150 bytes of
/// objects, is made once.
///
/// One thread at a time uses it: the thread whose operation owns the socket's reading direction. Taking the direction orders its accesses
/// after those of the owner before.
public final class LastPeer {
    /// The address as the kernel wrote it: at most 28 bytes. An IPv4 address has 16; the rest is 0.
    private long first;
    private long second;
    private long third;
    private int fourth;

    private @Nullable InetSocketAddress address;

    InetSocketAddress peer(Scratch s) {
        var known = address;
        if (known != null && isTheSame(s.struct, s.length())) return known;
        var made = (InetSocketAddress) SocketAddresses.decode(s.struct, s.length());
        keep(s.struct, s.length());
        address = made;
        return made;
    }

    private boolean isTheSame(ByteBuffer b, int length) {
        var isV6 = length > 16;
        return b.getLong(0) == first && b.getLong(8) == second
                && (isV6 ? b.getLong(16) : 0) == third && (isV6 ? b.getInt(24) : 0) == fourth;
    }

    private void keep(ByteBuffer b, int length) {
        var isV6 = length > 16;
        first = b.getLong(0);
        second = b.getLong(8);
        third = isV6 ? b.getLong(16) : 0;
        fourth = isV6 ? b.getInt(24) : 0;
    }
}
