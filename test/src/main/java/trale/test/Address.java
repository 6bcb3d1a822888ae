package trale.test;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// A socket's address as the kernel sees it. An IPv4 address that an IPv6 socket writes as a mapped one is an IPv4 address.
sealed interface Address {

    /// IPv4 or IPv6.
    record Inet(InetAddress ip, int port) implements Address {
        Inet withIp(InetAddress other) {
            return new Inet(other, port);
        }

        @Override
        public String toString() {
            return (ip instanceof Inet6Address ? "[" + ip.getHostAddress() + "]" : ip.getHostAddress()) + ":" + port;
        }
    }

    /// A Unix socket's: a path; NUL and an abstract name; or nothing.
    record Local(String name) implements Address {
        static final Local UNNAMED = new Local("");

        boolean isAbstract() {
            return name.startsWith("\0");
        }

        @Override
        public String toString() {
            return "unix:" + name.replace('\0', '@');
        }
    }

    static boolean isBroadcast(InetAddress ip) {
        return ip.equals(ip((byte) -1, (byte) -1, (byte) -1, (byte) -1)) || ip.equals(ip((byte) 127, (byte) -1, (byte) -1, (byte) -1));
    }

    /// {@return 127.0.0.1 or ::1, of the family of an address}
    static InetAddress loopback(InetAddress like) {
        if (like instanceof Inet4Address) return ip((byte) 127, (byte) 0, (byte) 0, (byte) 1);
        var bytes = new byte[16];
        bytes[15] = 1;
        return ip(bytes);
    }

    static InetAddress any(int family) {
        return ip(new byte[family == Linux.AF_INET ? 4 : 16]);
    }

    static InetAddress ip(byte... bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new AssertionError("4 or 16 bytes are an address", e);
        }
    }

    /// Reads a `struct sockaddr`.
    ///
    /// @return null: it is none
    static @Nullable Address read(ByteBuffer from) {
        if (from.limit() < 2) return null;
        return switch (from.getShort(0)) {
            case Linux.AF_UNIX -> local(from);
            case Linux.AF_INET -> from.limit() < 16 ? null : new Inet(ip(bytes(from, 4, 4)), port(from));
            case Linux.AF_INET6 -> from.limit() < 28 ? null : new Inet(ip(bytes(from, 8, 16)), port(from));
            default -> null;
        };
    }

    private static Local local(ByteBuffer from) {
        var name = new String(bytes(from, 2, from.limit() - 2), ISO_8859_1);
        var end = name.indexOf('\0', 1);
        return new Local(name.startsWith("\0") || end < 0 ? name : name.substring(0, end));
    }

    private static int port(ByteBuffer from) {
        return (from.get(2) & 0xff) << 8 | (from.get(3) & 0xff);
    }

    private static byte[] bytes(ByteBuffer from, int at, int length) {
        var bytes = new byte[length];
        from.get(at, bytes);
        return bytes;
    }

    /// Writes a `struct sockaddr` as a socket of this family sees it.
    ///
    /// @param to of 128 bytes
    /// @return its length
    default int write(int family, ByteBuffer to) {
        for (var i = 0; i < 128; i++) to.put(i, (byte) 0);
        to.putShort(0, (short) family);
        return switch (this) {
            case Local(var name) -> {
                to.put(2, name.getBytes(ISO_8859_1));
                yield 2 + name.length() + (name.startsWith("/") ? 1 : 0);
            }
            case Inet(var ip, var port) -> {
                to.put(2, (byte) (port >> 8)).put(3, (byte) port);
                var bytes = ip.getAddress();
                if (family == Linux.AF_INET) {
                    to.put(4, bytes);
                } else if (ip instanceof Inet4Address && ip.isAnyLocalAddress()) {
                    // :: of an IPv6 socket that is not bound
                } else {
                    if (ip instanceof Inet4Address) to.putShort(18, (short) -1);
                    to.put(24 - bytes.length, bytes);
                }
                yield family == Linux.AF_INET ? 16 : 28;
            }
        };
    }
}
