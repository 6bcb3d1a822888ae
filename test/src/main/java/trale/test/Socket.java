package trale.test;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What all sockets have: addresses, options, and an error that waits to be told (socket(7)).
abstract class Socket extends File {
    private static final int SOL_SOCKET = 1;
    private static final int IPPROTO_IP = 0;
    private static final int IPPROTO_TCP = 6;
    private static final int IPPROTO_IPV6 = 41;
    private static final int SO_REUSEADDR = option(SOL_SOCKET, 2);
    private static final int SO_ERROR = option(SOL_SOCKET, 4);
    private static final int SO_BROADCAST = option(SOL_SOCKET, 6);
    private static final int SO_SNDBUF = option(SOL_SOCKET, 7);
    private static final int SO_RCVBUF = option(SOL_SOCKET, 8);
    private static final int SO_KEEPALIVE = option(SOL_SOCKET, 9);
    private static final int SO_LINGER = option(SOL_SOCKET, 13);
    private static final int SO_REUSEPORT = option(SOL_SOCKET, 15);
    private static final int TCP_KEEPIDLE = option(IPPROTO_TCP, 4);
    private static final int TCP_KEEPINTVL = option(IPPROTO_TCP, 5);
    private static final int TCP_KEEPCNT = option(IPPROTO_TCP, 6);
    private static final int TCP_USER_TIMEOUT = option(IPPROTO_TCP, 18);
    private static final int IPV6_V6ONLY = option(IPPROTO_IPV6, 26);
    private static final Set<Integer> JOIN = Set.of(option(IPPROTO_IP, 35), option(IPPROTO_IPV6, 20));
    private static final Set<Integer> LEAVE = Set.of(option(IPPROTO_IP, 36), option(IPPROTO_IPV6, 21));
    private static final int MAX_BUFFER = 1 << 22; // net.core.wmem_max, rmem_max
    private static final int MAX_KEEP_SECONDS = 32_767; // of TCP_KEEPIDLE and TCP_KEEPINTVL
    private static final int MAX_KEEP_COUNT = 127;
    private static final long SECOND = 1_000_000_000; // ns

    final Machine machine;
    final int family;

    /// What has been set, by level and name; the first int of each value.
    private final TreeMap<Integer, int[]> options = new TreeMap<>();

    Address local;
    @Nullable Address peer;

    /// What it has in [Ports]; null: nothing. Before it had a peer this was [#local].
    @Nullable Address bound;

    boolean hasChosenPort;
    final int number;

    /// SO_ERROR: told once, by whatever call comes next.
    int error;

    boolean closed;

    Socket(Machine machine, int family, int sendBuffer, int receiveBuffer) {
        this.machine = machine;
        this.family = family;
        number = machine.nextSocket++;
        local = family == Linux.AF_UNIX ? Address.Local.UNNAMED : new Address.Inet(Address.any(family), 0);
        options.put(SO_SNDBUF, new int[] {sendBuffer});
        options.put(SO_RCVBUF, new int[] {receiveBuffer});
    }

    private static int option(int level, int name) {
        return level << 16 | name;
    }

    abstract int bind(@Nullable Address address);

    /// @param address null: none (AF_UNSPEC)
    abstract int connect(@Nullable Address address);

    abstract int listen(int backlog);

    /// {@return the descriptor of the next connection that waits}
    abstract int accept();

    abstract int shutdownOutput();

    /// Sends what the buffer holds, or as much as there is room for.
    ///
    /// @param to null: the peer
    abstract int send(ByteBuffer bytes, @Nullable Address to);

    /// Whom a datagram is from is then in [Machine#from].
    ///
    /// @param trueLength answer that of the datagram, also if there was less room (MSG_TRUNC)
    abstract int receive(ByteBuffer to, boolean trueLength);

    abstract boolean isConnected();

    /// A fault has told the program that the connection is over. The other end is told so, too.
    void breakOff() {}

    /// An option has another value that says how long the other end may be silent.
    void limitsChanged() {}

    /// Its machine has lost its power.
    void vanish() {
        closed = true;
    }

    @Override
    void close() {
        super.close();
        closed = true;
    }

    /// {@return −errno: the error that waits; 0: there is none}
    final int takeError() {
        var e = error;
        error = 0;
        return -e;
    }

    final int sendBuffer() {
        return number(SO_SNDBUF);
    }

    final int receiveBuffer() {
        return number(SO_RCVBUF);
    }

    final boolean reusesAddress() {
        return number(SO_REUSEADDR) != 0;
    }

    final boolean reusesPort() {
        return number(SO_REUSEPORT) != 0;
    }

    /// An IPv6 socket that is bound to one address does not speak IPv4.
    final void setV6Only() {
        options.put(IPV6_V6ONLY, new int[] {1});
    }

    final boolean isV6Only() {
        return number(IPV6_V6ONLY) != 0;
    }

    final boolean mayBroadcast() {
        return number(SO_BROADCAST) != 0;
    }

    /// Whether closing resets the connection: SO_LINGER of no time.
    final boolean resetsAtClose() {
        var linger = options.get(SO_LINGER);
        return linger != null && linger.length == 2 && linger[0] != 0 && linger[1] == 0;
    }

    /// {@return for how many nanoseconds what is sent may remain unacknowledged; 0: as long as TCP tries}
    final long userTimeout() {
        return number(TCP_USER_TIMEOUT) * (SECOND / 1000);
    }

    final boolean keepsAlive() {
        return number(SO_KEEPALIVE) != 0;
    }

    /// {@return after how many nanoseconds of silence SO_KEEPALIVE asks for a sign of life}
    final long idle() {
        return number(TCP_KEEPIDLE) * SECOND;
    }

    /// {@return after how many nanoseconds of silence SO_KEEPALIVE gives the other end up} TCP_USER_TIMEOUT overrides the number of
    /// questions (tcp(7)).
    final long longestSilence() {
        var interval = number(TCP_KEEPINTVL) * SECOND;
        var questions = userTimeout() == 0 ? number(TCP_KEEPCNT) : Math.max(1, Math.ceilDiv(userTimeout() - idle(), interval));
        return idle() + questions * interval;
    }

    private int number(int option) {
        var value = options.get(option);
        return value == null ? usual(option) : value[0];
    }

    /// {@return the value of an option that has not been set}
    private static int usual(int option) {
        return option == TCP_KEEPIDLE ? 7200 : option == TCP_KEEPINTVL ? 75 : option == TCP_KEEPCNT ? 9 : 0;
    }

    /// {@return 0, or why an address can't be a peer's}
    final int reaches(InetAddress ip) {
        var isIpv4 = ip instanceof Inet4Address;
        var speaksIpv4 = family == Linux.AF_INET || (local instanceof Address.Inet(var own, _) && own instanceof Inet4Address);
        if (speaksIpv4 && !isIpv4) return -Linux.EAFNOSUPPORT;
        return (isV6Only() && isIpv4) || !machine.hasRoute(ip) ? -Linux.ENETUNREACH : 0;
    }

    /// The source address on the way to `to`: what is bound, or what the route says.
    final InetAddress source(InetAddress to) {
        return local instanceof Address.Inet(var ip, _) && !ip.isAnyLocalAddress() ? ip : machine.sourceFor(to);
    }

    int setOption(int level, int name, ByteBuffer value) {
        if (refuses(level)) return family == Linux.AF_UNIX ? -Linux.EOPNOTSUPP : -Linux.ENOPROTOOPT;
        if (value.limit() < Integer.BYTES) return -Linux.EINVAL;
        var ints = new int[value.limit() / Integer.BYTES];
        for (var i = 0; i < ints.length; i++) ints[i] = value.getInt(i * Integer.BYTES);
        var option = option(level, name);
        if (option == SO_SNDBUF) ints[0] = Math.max(4608, 2 * Math.min(Math.max(0, ints[0]), MAX_BUFFER));
        else if (option == SO_RCVBUF) ints[0] = Math.max(2304, 2 * Math.min(Math.max(0, ints[0]), MAX_BUFFER));
        else if (option != SO_LINGER && isSwitch(option)) ints[0] = ints[0] == 0 ? 0 : 1;
        if (JOIN.contains(option)) return joinsNone();
        if (LEAVE.contains(option)) return -Linux.EADDRNOTAVAIL; // it has not joined
        if (isKeepAlive(option) && (ints[0] < 1 || ints[0] > most(option))) return -Linux.EINVAL;
        if (option == TCP_USER_TIMEOUT && ints[0] < 0) return -Linux.EINVAL;
        if (option == IPV6_V6ONLY && (bound != null || isConnected())) return -Linux.EINVAL;
        if (option == SO_REUSEPORT && ints[0] != 0 && family == Linux.AF_UNIX) return -Linux.EOPNOTSUPP;
        var before = options.put(option, ints);
        if (isOfSilence(option) && !Arrays.equals(before, ints)) limitsChanged();
        return 0;
    }

    private static int most(int option) {
        return option == TCP_KEEPCNT ? MAX_KEEP_COUNT : MAX_KEEP_SECONDS;
    }

    private static boolean isOfSilence(int option) {
        return option == SO_KEEPALIVE || option == TCP_USER_TIMEOUT || isKeepAlive(option);
    }

    private int joinsNone() {
        machine.world.tell(machine.name + " joins no group: the simulated network has no multicast");
        return -Linux.ENODEV; // as on Linux where no interface has it
    }

    /// TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT.
    private static boolean isKeepAlive(int option) {
        return option >= TCP_KEEPIDLE && option <= TCP_KEEPCNT;
    }

    private static boolean isSwitch(int option) {
        return (option >>> 16 == SOL_SOCKET && option != SO_SNDBUF && option != SO_RCVBUF) || option == option(IPPROTO_TCP, 1)
                || option == IPV6_V6ONLY;
    }

    private boolean refuses(int level) {
        return switch (level) {
            case SOL_SOCKET -> false;
            case IPPROTO_IP -> family == Linux.AF_UNIX;
            case IPPROTO_IPV6 -> family != Linux.AF_INET6;
            case IPPROTO_TCP -> !(this instanceof Tcp);
            default -> true;
        };
    }

    /// Writes an option's value.
    ///
    /// @param value has room for what was asked for
    /// @return the length of what was written
    int getOption(int level, int name, ByteBuffer value) {
        if (refuses(level)) return family == Linux.AF_INET6 ? -Linux.ENOPROTOOPT : -Linux.EOPNOTSUPP;
        var option = option(level, name);
        if (option == SO_ERROR) {
            value.putInt(0, -takeError());
            return Integer.BYTES;
        }
        var ints = options.getOrDefault(option, option == SO_LINGER ? new int[2] : new int[] {usual(option)});
        for (var i = 0; i < ints.length && (i + 1) * Integer.BYTES <= value.limit(); i++) value.putInt(i * Integer.BYTES, ints[i]);
        return Math.min(value.limit(), ints.length * Integer.BYTES);
    }

    final boolean isBound() {
        return switch (local) {
            case Address.Inet(_, var port) -> port != 0;
            case Address.Local l -> !l.name().isEmpty();
        };
    }

    /// An accepted socket has its listener's options.
    final void inherit(Socket listener) {
        options.putAll(listener.options);
    }

    @Override
    public String toString() {
        return getClass().getSimpleName() + " " + local + (peer == null ? "" : " → " + peer);
    }
}
