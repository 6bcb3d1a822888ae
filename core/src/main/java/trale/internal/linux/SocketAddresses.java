package trale.internal.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import java.nio.charset.Charset;

/// Socket addresses: Java's objects on one side, the kernel's `struct sockaddr` on the other.
///
/// ```
///               0         2         4              8                          24         28
///  sockaddr_in  │ family  │ port BE │ IPv4 address │ (zero)             16│
///  sockaddr_in6 │ family  │ port BE │ flow info    │ IPv6 address         … │ scope id │
///  sockaddr_un  │ family  │ path … NUL, or NUL + abstract name: the length says where it ends  110│
/// ```
///
/// An IPv6 socket speaks to IPv4 peers by mapped addresses (`::ffff:1.2.3.4`, ipv6(7)); Java shows those as the IPv4
/// addresses they are. An abstract Unix address (unix(7)) begins with a NUL, which no Java path may hold, so it is written
/// with a leading `@`, as in ss(8) and systemd; the path `./@name` names a file.
final class SocketAddresses {
    static final int AF_UNIX = 1;
    static final int AF_INET = 2;
    static final int AF_INET6 = 10;

    /// Room for any of them: `sizeof(struct sockaddr_storage)`.
    static final int SIZE = 128;

    private static final int MAX_PATH = 107;
    private static final ValueLayout.OfShort PORT = JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

    /// How Java itself hands file names to the kernel.
    private static final Charset FILE_NAMES = Charset.forName(System.getProperty("native.encoding", "UTF-8"));

    private SocketAddresses() {}

    /// {@return the family of the socket that can be bound to this address}
    static int family(SocketAddress address) {
        return switch (address) {
            case InetSocketAddress a -> a.getAddress() instanceof Inet6Address ? AF_INET6 : AF_INET;
            case UnixDomainSocketAddress _ -> AF_UNIX;
            default -> throw new IllegalArgumentException("neither an InetSocketAddress nor a UnixDomainSocketAddress: "
                    + address);
        };
    }

    /// Writes an address for a socket of a family.
    ///
    /// @return its length
    static int encode(SocketAddress address, int family, MemorySegment to) throws UnknownHostException, SocketException {
        to.set(JAVA_SHORT, 0, (short) family);
        return address instanceof InetSocketAddress a ? encodeInet(a, family, to)
                : encodeUnix((UnixDomainSocketAddress) address, to);
    }

    private static int encodeInet(InetSocketAddress a, int family, MemorySegment to)
            throws UnknownHostException, SocketException {
        if (a.isUnresolved())
            throw new UnknownHostException(a + ": the name was not resolved; TcpStream.connect(host, port) does that");
        to.set(PORT, 2, (short) a.getPort());
        var bytes = a.getAddress().getAddress();
        if (family == AF_INET) {
            if (bytes.length != 4)
                throw new SocketException(text(a) + ": an IPv4 socket can't reach an IPv6 address; bind it to [::]");
            MemorySegment.copy(bytes, 0, to, JAVA_BYTE, 4, 4);
            to.asSlice(8, 8).fill((byte) 0);
            return 16;
        }
        to.asSlice(4, 24).fill((byte) 0);
        if (bytes.length == 4) to.set(JAVA_SHORT, 18, (short) -1); // ::ffff:0:0/96
        MemorySegment.copy(bytes, 0, to, JAVA_BYTE, 24 - bytes.length, bytes.length);
        if (a.getAddress() instanceof Inet6Address ipv6) to.set(JAVA_INT, 24, ipv6.getScopeId());
        return 28;
    }

    private static int encodeUnix(UnixDomainSocketAddress a, MemorySegment to) throws SocketException {
        var name = a.getPath().toString().getBytes(FILE_NAMES);
        if (name.length > MAX_PATH)
            throw new SocketException(text(a) + ": the path has " + name.length + " bytes; the kernel takes "
                    + MAX_PATH + " at most");
        MemorySegment.copy(name, 0, to, JAVA_BYTE, 2, name.length);
        if (name.length == 0) return 2; // unnamed: the kernel chooses an abstract name
        var isAbstract = name[0] == '@';
        to.set(JAVA_BYTE, isAbstract ? 2 : 2 + name.length, (byte) 0);
        return isAbstract ? 2 + name.length : 3 + name.length;
    }

    /// Reads what the kernel wrote. What is in a datagram's or a connection's address is a literal: no name is looked up.
    static SocketAddress decode(MemorySegment from, int length) {
        var family = length < 2 ? AF_UNIX : from.get(JAVA_SHORT, 0);
        return family == AF_UNIX ? decodeUnix(from, length) : decodeInet(from, family);
    }

    private static SocketAddress decodeInet(MemorySegment from, int family) {
        var bytes = from.asSlice(family == AF_INET ? 4 : 8, family == AF_INET ? 4 : 16).toArray(JAVA_BYTE);
        var scope = family == AF_INET ? 0 : from.get(JAVA_INT, 24);
        try {
            var address = scope == 0 ? InetAddress.getByAddress(bytes) : Inet6Address.getByAddress(null, bytes, scope);
            return new InetSocketAddress(address, from.get(PORT, 2) & 0xffff);
        } catch (UnknownHostException e) {
            throw new AssertionError("4 or 16 bytes are an address", e);
        }
    }

    private static SocketAddress decodeUnix(MemorySegment from, int length) {
        if (length <= 2) return UnixDomainSocketAddress.of("");
        var bytes = from.asSlice(2, length - 2).toArray(JAVA_BYTE);
        var end = bytes.length;
        if (bytes[0] != 0) {
            // A path ends at its NUL, which is not always part of the length.
            for (end = 0; end < bytes.length && bytes[end] != 0; ) end++;
        }
        return UnixDomainSocketAddress.of(new String(bytes, 0, end, FILE_NAMES).replace('\0', '@'));
    }

    /// {@return the address as error messages show it: `127.0.0.1:80`, `[::1]:80`, `unix:/run/x`}
    static String text(SocketAddress address) {
        if (!(address instanceof InetSocketAddress a)) return "unix:" + address;
        if (a.isUnresolved()) return a.getHostString() + ":" + a.getPort();
        var literal = a.getAddress().getHostAddress();
        return (a.getAddress() instanceof Inet4Address ? literal : "[" + literal + "]") + ":" + a.getPort();
    }
}
