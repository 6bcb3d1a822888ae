package trale.internal.linux;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
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

    /// Of a path or an abstract name, the NUL not counted.
    private static final int MAX_NAME = 107;

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
    static int encode(SocketAddress address, int family, ByteBuffer to) throws UnknownHostException, SocketException {
        var most = family == AF_UNIX ? SIZE : 32; // bytes of an address of the family
        for (var i = 0; i < most; i += Long.BYTES) to.putLong(i, 0);
        to.putShort(0, (short) family);
        return address instanceof InetSocketAddress a ? encodeInet(a, family, to)
                : encodeUnix((UnixDomainSocketAddress) address, to);
    }

    private static int encodeInet(InetSocketAddress a, int family, ByteBuffer to)
            throws UnknownHostException, SocketException {
        if (a.isUnresolved())
            throw new UnknownHostException(text(a) + ": the name is not resolved; " + (Kernel.current() != null ? "it is host.address()"
                    : "that blocks, so do it beside the executor: await(Blocking.run(() -> InetAddress.getByName(name)))"));
        var bytes = a.getAddress().getAddress();
        var isMapped = family == AF_INET6 && bytes.length == 4;
        if (family == AF_INET && bytes.length != 4)
            throw new SocketException(text(a) + ": an IPv4 socket can't reach an IPv6 address; bind it to [::]");
        to.put(2, (byte) (a.getPort() >> 8)).put(3, (byte) a.getPort());
        if (isMapped) to.putShort(18, (short) -1); // ::ffff:0:0/96
        to.put(family == AF_INET ? 4 : 24 - bytes.length, bytes);
        if (a.getAddress() instanceof Inet6Address ipv6) to.putInt(24, ipv6.getScopeId());
        return family == AF_INET ? 16 : 28;
    }

    private static int encodeUnix(UnixDomainSocketAddress a, ByteBuffer to) throws SocketException {
        var name = a.getPath().toString().getBytes(FILE_NAMES);
        if (name.length == 0) return 2; // unnamed: the kernel chooses an abstract name
        var isAbstract = name[0] == '@';
        var length = isAbstract ? name.length - 1 : name.length;
        if (length > MAX_NAME)
            throw new SocketException(text(a) + ": the " + (isAbstract ? "name" : "path") + " has " + length
                    + " bytes; the kernel takes " + MAX_NAME + " at most");
        to.put(2, name);
        if (!isAbstract) return 2 + name.length + 1; // with a NUL at its end
        to.put(2, (byte) 0);
        return 2 + name.length;
    }

    /// Reads what the kernel wrote. What is in a datagram's or a connection's address is a literal: no name is looked up.
    static SocketAddress decode(ByteBuffer from, int length) {
        var family = length < 2 ? AF_UNIX : from.getShort(0);
        return family == AF_UNIX ? decodeUnix(from, length) : decodeInet(from, family);
    }

    private static SocketAddress decodeInet(ByteBuffer from, int family) {
        var bytes = family == AF_INET ? bytes(from, 4, 4) : bytes(from, 8, 16);
        var port = (from.get(2) & 0xff) << 8 | (from.get(3) & 0xff);
        var scope = family == AF_INET ? 0 : from.getInt(24);
        try {
            var address = scope == 0 ? InetAddress.getByAddress(bytes) : Inet6Address.getByAddress(null, bytes, scope);
            return new InetSocketAddress(address, port);
        } catch (UnknownHostException e) {
            throw new AssertionError("4 or 16 bytes are an address", e);
        }
    }

    private static byte[] bytes(ByteBuffer from, int at, int length) {
        var bytes = new byte[length];
        from.get(at, bytes);
        return bytes;
    }

    private static SocketAddress decodeUnix(ByteBuffer from, int length) {
        if (length <= 2) return UnixDomainSocketAddress.of("");
        var name = new String(bytes(from, 2, length - 2), FILE_NAMES);
        // A path ends at its NUL, which is not always part of the length; an abstract name begins with one, and may have more.
        var end = name.indexOf('\0', 1);
        var shown = name.charAt(0) == '\0' || end < 0 ? name : name.substring(0, end);
        // A peer may have any bytes in its name, but a Java path only what the locale can tell.
        return UnixDomainSocketAddress.of(shown.replace('\0', '@').replace('\uFFFD', '?'));
    }

    /// {@return the address as error messages show it: `127.0.0.1:80`, `[::1]:80`, `unix:/run/x`}
    static String text(SocketAddress address) {
        if (!(address instanceof InetSocketAddress a)) return "unix:" + address;
        if (a.isUnresolved()) return a.getHostString() + ":" + a.getPort();
        var literal = a.getAddress().getHostAddress();
        return (a.getAddress() instanceof Inet4Address ? literal : "[" + literal + "]") + ":" + a.getPort();
    }
}
