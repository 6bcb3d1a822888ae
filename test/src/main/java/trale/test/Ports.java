package trale.test;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Which sockets have which ports of a machine: those of TCP, or those of UDP.
final class Ports {
    static final int FIRST = 32768; // net.ipv4.ip_local_port_range
    private static final int LAST = 60999;
    private static final long TIME_WAIT = 60_000_000_000L; // ns

    private final Machine machine;

    /// In the order in which they were bound. Only ever looked up: the order of the keys decides nothing.
    private final Map<Integer, List<Socket>> bound = new HashMap<>();

    /// Of connections that were accepted, or have ended and are in TIME_WAIT: only a bind(2) is concerned. In any order.
    private final Map<Integer, Map<Socket, Held>> held = new HashMap<>();

    /// @param until in nanoseconds since the beginning: the end of TIME_WAIT; the greatest: it is connected
    private record Held(InetAddress ip, long until) {}

    /// The connections in TIME_WAIT, in the order in which that ends.
    private final ArrayDeque<Ending> endings = new ArrayDeque<>(0);

    private record Ending(Socket s, int port, long until) {}

    private int next;

    /// @param first the first port that is given to a socket that has none
    Ports(Machine machine, int first) {
        this.machine = machine;
        next = first;
    }

    /// All sockets are gone.
    void clear() {
        bound.clear();
        held.clear();
        endings.clear();
    }

    private List<Socket> at(int port) {
        return bound.getOrDefault(port, List.of());
    }

    int bind(Socket s, @Nullable Address address) {
        if (!(address instanceof Address.Inet(var ip, var port)) || (s.family == Linux.AF_INET && !(ip instanceof Inet4Address)))
            return -Linux.EAFNOSUPPORT;
        if (!ip.isAnyLocalAddress() && !machine.has(ip)) return -Linux.EADDRNOTAVAIL;
        if (s.bound != null || s.isConnected()) return -Linux.EINVAL;
        s.hasChosenPort = port != 0;
        if (!(ip instanceof Inet4Address) && !ip.isAnyLocalAddress()) s.setV6Only();
        var taken = take(s, ip, port);
        if (taken < 0 && s.local instanceof Address.Inet(_, var old)) s.local = new Address.Inet(Address.any(s.family), old);
        return taken;
    }

    private int take(Socket s, InetAddress ip, int port) {
        var chosen = port != 0 ? port : free(s, ip);
        if (chosen == 0 || conflicts(s, ip, chosen)) return -Linux.EADDRINUSE;
        s.local = new Address.Inet(ip, chosen);
        s.bound = s.local;
        bound.computeIfAbsent(chosen, p -> new ArrayList<>(1)).add(s);
        return 0;
    }

    /// {@return a port that conflicts with no other; 0: there is none}
    private int free(Socket s, InetAddress ip) {
        for (var i = FIRST; i <= LAST; i++) {
            var port = next;
            next = next == LAST ? FIRST : next + 1;
            if (!conflicts(s, ip, port)) return port;
        }
        return 0;
    }

    private boolean conflicts(Socket s, InetAddress ip, int port) {
        for (var other : at(port))
            if (other != s && other.bound instanceof Address.Inet(var otherIp, _) && conflict(s, ip, other, otherIp)) return true;
        forgetEndings();
        var here = held.get(port);
        if (here == null) return false;
        for (var other : here.entrySet())
            if (other.getKey() != s && conflict(s, ip, other.getKey(), other.getValue().ip)) return true;
        return false;
    }

    private static boolean conflict(Socket s, InetAddress ip, Socket other, InetAddress otherIp) {
        if (!overlap(s, ip, other, otherIp) || (s.reusesPort() && other.reusesPort())) return false;
        var listening = other instanceof Tcp tcp && tcp.isListening();
        return !s.reusesAddress() || !other.reusesAddress() || listening;
    }

    private static boolean overlap(Socket a, InetAddress ipOfA, Socket b, InetAddress ipOfB) {
        if (ipOfA.equals(ipOfB)) return true;
        return takes(a, ipOfA, ipOfB) || takes(b, ipOfB, ipOfA);
    }

    /// {@return whether a socket that is bound to an address gets what is for another}
    private static boolean takes(Socket s, InetAddress at, InetAddress ip) {
        if (at.equals(ip)) return true;
        if (!at.isAnyLocalAddress()) return false;
        return at instanceof Inet4Address ? ip instanceof Inet4Address : !s.isV6Only() || !(ip instanceof Inet4Address);
    }

    int listen(Tcp s) {
        if (!(s.local instanceof Address.Inet(var ip, var port))) throw new AssertionError(s);
        if (port == 0) return take(s, ip, 0);
        return conflicts(s, ip, port) ? -Linux.EADDRINUSE : 0;
    }

    /// Gives a socket that is about to have a peer, or has sent to one, what it lacks: an address, a port.
    ///
    /// @param ip what it is to be bound to, if it is not
    int bindForPeer(Socket s, InetAddress ip) {
        if (!(s.local instanceof Address.Inet local)) throw new AssertionError(s);
        if (s.bound == null) {
            var taken = take(s, ip, 0);
            return taken == 0 ? 0 : s instanceof Tcp ? -Linux.EADDRNOTAVAIL : -Linux.EAGAIN;
        }
        if (local.ip().isAnyLocalAddress()) s.local = local.withIp(ip);
        return 0;
    }

    /// A connection has been accepted, which is bound to the same port as its listener.
    void accepted(Tcp s) {
        s.bound = s.local;
        hold(s, Long.MAX_VALUE);
    }

    private void hold(Socket s, long until) {
        if (!(s.local instanceof Address.Inet(var ip, var port))) throw new AssertionError(s);
        forgetEndings();
        held.computeIfAbsent(port, p -> new IdentityHashMap<>()).put(s, new Held(ip, until));
        if (until != Long.MAX_VALUE) endings.addLast(new Ending(s, port, until));
    }

    private void forgetEndings() {
        for (Ending first; (first = endings.peekFirst()) != null && first.until <= machine.world.now; endings.removeFirst())
            release(first.s, first.port, first.until);
    }

    /// @param until when it was to be released; it may have been held once more since
    private void release(Socket s, int port, long until) {
        var holders = held.get(port);
        var how = holders == null ? null : holders.get(s);
        if (holders == null || how == null || how.until != until) return;
        holders.remove(s);
        if (holders.isEmpty()) held.remove(port);
    }

    /// {@return how many connections hold a port}
    int held() {
        return held.values().stream().mapToInt(Map::size).sum();
    }

    /// The connection has ended, and this end was shut first: its port is not free for a minute, also if the socket is closed before that.
    void timeWait(Tcp s) {
        over(s);
        hold(s, machine.world.now + TIME_WAIT);
    }

    /// The socket has ended, or is no longer connected: its port is free, unless it is open and chose it, or waits in TIME_WAIT.
    void over(Socket s) {
        if ((s.hasChosenPort && !s.closed) || !(s.bound instanceof Address.Inet(_, var port))) return;
        s.bound = null;
        var here = bound.get(port);
        if (here != null && here.remove(s) && here.isEmpty()) bound.remove(port);
        release(s, port, Long.MAX_VALUE);
    }

    /// {@return whether another connection from the port of `s` has these two addresses} One in TIME_WAIT makes room for it, as on Linux.
    boolean isConnected(Tcp s, InetAddress ip, Address.Inet peer) {
        if (!(s.local instanceof Address.Inet local)) throw new AssertionError(s);
        var holders = held.get(local.port());
        return Stream.concat(at(local.port()).stream(), holders == null ? Stream.empty() : holders.keySet().stream())
                .anyMatch(other -> other != s && other instanceof Tcp tcp && !tcp.isApart()
                        && local.withIp(ip).equals(other.local) && peer.equals(other.peer));
    }

    /// A SYN has arrived.
    void synArrived(Tcp client, Address.Inet to) {
        Tcp best = null;
        for (var s : at(to.port())) {
            if (!(s instanceof Tcp tcp) || !tcp.isListening() || !(s.local instanceof Address.Inet(var ip, _))) continue;
            if (!takes(s, ip, to.ip())) continue;
            // one that is bound to this very address is preferred; those that share the port (SO_REUSEPORT) take turns by chance
            if (best == null || score(tcp) > score(best)
                    || (score(tcp) == score(best) && machine.world.pick(2) == 1)) best = tcp;
        }
        if (best != null) best.synArrived(client, to);
        else if (to.equals(client.local) && client.machine == machine) client.meetsItself();
        else machine.world.in(machine.wires.delay(machine, client.machine),
                () -> machine.wires.passOnce(machine, client.machine, client::refused));
    }

    private static int score(Socket s) {
        return s.local instanceof Address.Inet(var ip, _) && !ip.isAnyLocalAddress() ? 1 : 0;
    }

    /// {@return the UDP socket that a datagram is for; null: there is none}
    @Nullable Udp receiver(Address.Inet to, Address.Inet from) {
        Udp best = null;
        var bestScore = -1;
        for (var s : at(to.port())) {
            if (!(s instanceof Udp udp) || !(s.local instanceof Address.Inet(var ip, _)) || !takes(s, ip, to.ip())) continue;
            if (s.peer != null && !s.peer.equals(from)) continue;
            var score = score(s) + (s.peer == null ? 0 : 2);
            // of those that share the port the last one; with SO_REUSEPORT the same for the same sender
            var later = score == bestScore && (!s.reusesPort() || Math.floorMod(from.port() * 31 + s.number, 2) == 0);
            if (score <= bestScore && !later) continue;
            best = udp;
            bestScore = score;
        }
        return best;
    }
}
