package trale.internal.linux;

import static trale.internal.linux.Libc.function;
import static trale.internal.linux.SocketAddresses.AF_INET6;
import static trale.internal.linux.SocketAddresses.family;

import java.lang.foreign.MemorySegment;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Socket options (socket(7), tcp(7), ip(7), ipv6(7)): Java's names on one side, the kernel's level and number on the other.
///
/// They are found by name, because some are constants of the module `jdk.net`, which a program need not have.
public final class SocketOptions {
    private static final int SOL_SOCKET = 1;
    private static final int IP = 0;
    private static final int TCP = 6;
    private static final int IPV6 = 41;

    private static final MemorySegment SETSOCKOPT = function("setsockopt");
    private static final MemorySegment GETSOCKOPT = function("getsockopt");

    /// An option whose value is an int.
    record Code(String name, int level, int number) {
        void set(int fd, int value) throws SocketException {
            var s = Scratch.get();
            s.struct.putInt(0, value);
            put(s, fd, this, 4);
        }

        /// Sets it to 0, if this Linux knows the option.
        void clear(int fd) throws SocketException {
            var s = Scratch.get();
            s.struct.putInt(0, 0);
            var n = s.call(SETSOCKOPT, fd, level, number, s.memory.address(), 4);
            if (n != -Errno.ENOPROTOOPT) Sockets.check(n, "setsockopt " + name, null);
        }

        int get(int fd) throws SocketException {
            var s = Scratch.get();
            take(s, fd, this, 4);
            return s.struct.getInt(0);
        }
    }

    static final Code ERROR = new Code("SO_ERROR", SOL_SOCKET, 4);
    static final Code REUSEADDR = new Code("SO_REUSEADDR", SOL_SOCKET, 2);
    static final Code REUSEPORT = new Code("SO_REUSEPORT", SOL_SOCKET, 15);
    static final Code NODELAY = new Code("TCP_NODELAY", TCP, 1);
    static final Code V6ONLY = new Code("IPV6_V6ONLY", IPV6, 26);
    static final Code BIND_ADDRESS_NO_PORT = new Code("IP_BIND_ADDRESS_NO_PORT", IP, 24);

    /// Whether a socket also receives from the groups that other sockets of the machine have joined. The default is yes (ip(7)).
    static final Code MULTICAST_ALL = new Code("IP_MULTICAST_ALL", IP, 49);

    static final Code MULTICAST_ALL_IPV6 = new Code("IPV6_MULTICAST_ALL", IPV6, 29);

    private static final Code LINGER = new Code("SO_LINGER", SOL_SOCKET, 13);
    private static final Code MULTICAST_IF = new Code("IP_MULTICAST_IF", IP, 32);
    private static final Code MULTICAST_TTL = new Code("IP_MULTICAST_TTL", IP, 33);
    private static final Code MULTICAST_LOOP = new Code("IP_MULTICAST_LOOP", IP, 34);

    private static final Map<String, Code> CODES = byName(
            REUSEADDR, REUSEPORT, NODELAY, LINGER, MULTICAST_IF, MULTICAST_TTL, MULTICAST_LOOP,
            new Code("SO_BROADCAST", SOL_SOCKET, 6), new Code("SO_SNDBUF", SOL_SOCKET, 7),
            new Code("SO_RCVBUF", SOL_SOCKET, 8), new Code("SO_KEEPALIVE", SOL_SOCKET, 9),
            new Code("TCP_KEEPIDLE", TCP, 4), new Code("TCP_KEEPINTERVAL", TCP, 5), new Code("TCP_KEEPCOUNT", TCP, 6),
            new Code("TCP_USER_TIMEOUT", TCP, 18));

    /// What an IPv6 socket has beside: it speaks to IPv4 groups too, so both are set.
    private static final Map<Code, Code> OF_IPV6 = Map.of(
            MULTICAST_IF, new Code("IPV6_MULTICAST_IF", IPV6, 17), MULTICAST_TTL, new Code("IPV6_MULTICAST_HOPS", IPV6, 18),
            MULTICAST_LOOP, new Code("IPV6_MULTICAST_LOOP", IPV6, 19));

    private static final Code ADD = new Code("IP_ADD_MEMBERSHIP", IP, 35);
    private static final Code DROP = new Code("IP_DROP_MEMBERSHIP", IP, 36);
    private static final Code ADD_IPV6 = new Code("IPV6_JOIN_GROUP", IPV6, 20);
    private static final Code DROP_IPV6 = new Code("IPV6_LEAVE_GROUP", IPV6, 21);

    private SocketOptions() {}

    private static Map<String, Code> byName(Code... codes) {
        var all = new HashMap<String, Code>();
        for (var c : codes) all.put(c.name, c);
        return Map.copyOf(all);
    }

    /// Sets an option.
    ///
    /// @param socket an address of the socket's family
    /// @param names  the options that such a socket has
    /// @throws UnsupportedOperationException it is none of those
    /// @throws IllegalArgumentException a value that the option can't have
    public static <T> void set(int fd, SocketOption<T> option, T value, SocketAddress socket, Set<String> names)
            throws SocketException {
        var code = code(option, names);
        if (code == LINGER) { // a negative value turns it off
            setLinger(fd, (Integer) value);
            return;
        }
        var n = number(option, value);
        var both = family(socket) == AF_INET6 ? OF_IPV6.get(code) : null;
        if (both != null) both.set(fd, n);
        if (value instanceof NetworkInterface i) setMulticastInterface(fd, i);
        else code.set(fd, n);
    }

    private static <T> int number(SocketOption<T> option, T value) {
        if (value instanceof Boolean on) return on ? 1 : 0;
        if (value instanceof NetworkInterface i) return i.getIndex();
        var n = (Integer) value;
        if (n < 0) throw new IllegalArgumentException(option + ": " + n + " is negative");
        if (option.name().equals("IP_MULTICAST_TTL") && n > 255)
            throw new IllegalArgumentException(option + ": " + n + " is more than 255");
        return n;
    }

    /// Reads an option; see [#set].
    public static <T> @Nullable T get(int fd, SocketOption<T> option, SocketAddress socket, Set<String> names)
            throws SocketException {
        var code = code(option, names);
        var isV6 = family(socket) == AF_INET6;
        var asked = isV6 ? OF_IPV6.getOrDefault(code, code) : code;
        if (code == LINGER) {
            var s = Scratch.get();
            take(s, fd, code, 8);
            return option.type().cast(s.struct.getInt(0) == 0 ? -1 : s.struct.getInt(4));
        }
        if (code == MULTICAST_IF) return option.type().cast(isV6 ? NetworkInterface.getByIndex(asked.get(fd)) : multicastInterface(fd));
        Integer n = asked.get(fd);
        return option.type().cast(option.type() == Boolean.class ? n != 0 : n);
    }

    private static Code code(SocketOption<?> option, Set<String> names) {
        var code = names.contains(option.name()) ? CODES.get(option.name()) : null;
        if (code == null) throw new UnsupportedOperationException(option + " is none of " + new TreeSet<>(names));
        return code;
    }

    /// `struct linger { int l_onoff; int l_linger; }`
    private static void setLinger(int fd, int seconds) throws SocketException {
        var s = Scratch.get();
        s.struct.putInt(0, seconds < 0 ? 0 : 1).putInt(4, Math.max(0, seconds));
        put(s, fd, LINGER, 8);
    }

    /// `struct ip_mreqn { struct in_addr imr_multiaddr, imr_address; int imr_ifindex; }`: the index says where datagrams go out,
    /// the address is the only thing that the kernel tells when it is asked.
    private static void setMulticastInterface(int fd, NetworkInterface i) throws SocketException {
        var s = Scratch.get();
        s.struct.putLong(0, 0).putInt(8, i.getIndex());
        for (var a : i.getInterfaceAddresses()) if (a.getAddress() instanceof Inet4Address) s.struct.put(4, a.getAddress().getAddress());
        put(s, fd, MULTICAST_IF, 12);
    }

    private static @Nullable NetworkInterface multicastInterface(int fd) throws SocketException {
        var s = Scratch.get();
        take(s, fd, MULTICAST_IF, 4);
        var address = new byte[4];
        s.struct.get(0, address);
        try {
            var of = InetAddress.getByAddress(address);
            return of.isAnyLocalAddress() ? null : NetworkInterface.getByInetAddress(of);
        } catch (UnknownHostException e) {
            throw new AssertionError("4 bytes are an address", e);
        }
    }

    /// Joins a multicast group, or leaves it.
    ///
    /// @param on where datagrams to the group come in
    public static void membership(int fd, boolean join, InetAddress group, NetworkInterface on) throws SocketException {
        var bytes = group.getAddress();
        var isV6 = bytes.length == 16;
        var s = Scratch.get();
        if (isV6) s.struct.put(0, bytes).putInt(16, on.getIndex()); // struct ipv6_mreq
        else s.struct.putLong(0, 0).put(0, bytes).putInt(8, on.getIndex()); // struct ip_mreqn
        var code = join ? (isV6 ? ADD_IPV6 : ADD) : (isV6 ? DROP_IPV6 : DROP);
        var n = Libc.call(SETSOCKOPT, fd, code.level, code.number, s.memory.address(), isV6 ? 20 : 12);
        Sockets.check(n, (join ? "join " : "leave ") + group.getHostAddress() + " on " + on.getName(), null);
    }

    private static void put(Scratch s, int fd, Code code, int size) throws SocketException {
        var n = s.call(SETSOCKOPT, fd, code.level, code.number, s.memory.address(), size);
        Sockets.check(n, "setsockopt " + code.name, null);
    }

    private static void take(Scratch s, int fd, Code code, int size) throws SocketException {
        var n = s.call(GETSOCKOPT, fd, code.level, code.number, s.memory.address(), s.length(size));
        Sockets.check(n, "getsockopt " + code.name, null);
    }
}
