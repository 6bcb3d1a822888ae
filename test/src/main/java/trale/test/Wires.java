package trale.test;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What lies between machines: which there are, and how long something is on its way.
///
/// ```
///  TCP        transmit     ──▶ arrival: behind all that was sent before ──▶ blocked? held until the link heals
///  SYN        Syn.send     ──▶ arrival ──────────────────────────────────▶ partition, or no power: lost
///  datagram   send ──▶ dropped? doubled? overtakes? ──▶ arrival ─────────▶ partition, or no power: lost
/// ```
final class Wires {
    private static final long SECOND = 1_000_000_000;

    private final World world;
    private final List<Machine> machines = new ArrayList<>();
    private final Map<InetAddress, Machine> addresses = new LinkedHashMap<>();
    private final Map<Pair, Link> links = new HashMap<>(); // only ever looked up

    private record Pair(Machine one, Machine other) {}

    /// In nanoseconds, one way: between two machines at least and at most, and within one.
    long least = 50_000;
    long most = 500_000;
    long within = 5_000;

    /// Of each direction of each link; 0: so much that it takes no time.
    long bytesPerSecond;

    Wires(World world) {
        this.world = world;
    }

    /// {@return how many machines there were before}
    int add(Machine machine) {
        machines.add(machine);
        return machines.size() - 1;
    }

    void add(InetAddress address, Machine machine) {
        addresses.put(address, machine);
    }

    @Nullable Machine named(String name) {
        for (var machine : machines) if (machine.name.equals(name)) return machine;
        return null;
    }

    List<Machine> machines() {
        return machines;
    }

    /// {@return the machine with this address, as seen from another; null: there is none}
    @Nullable Machine at(InetAddress address, Machine from) {
        return address.isLoopbackAddress() || address.isAnyLocalAddress() ? from : addresses.get(address);
    }

    /// {@return whether there may be a machine with this address: all have one of 10.0.0.0/8 and of fd00::/8}
    static boolean isNear(InetAddress ip) {
        return ip.getAddress()[0] == (ip.getAddress().length == 4 ? 10 : (byte) 0xfd);
    }

    /// {@return the link between two machines, or of one to itself, which never fails}
    Link link(Machine one, Machine other) {
        var isInOrder = one.number <= other.number;
        return links.computeIfAbsent(isInOrder ? new Pair(one, other) : new Pair(other, one), pair -> new Link(pair.one, pair.other));
    }

    /// {@return when what is sent now arrives}
    long arrival(Machine from, Machine to, int bytes) {
        var way = link(from, to).way(from);
        if (bytesPerSecond > 0 && from != to) way.busyUntil = Math.max(way.busyUntil, world.now) + bytes * SECOND / bytesPerSecond;
        return Math.max(way.busyUntil, world.now) + delay(from, to);
    }

    long delay(Machine from, Machine to) {
        if (from == to) return within;
        var link = link(from, to);
        return link.most < 0 ? world.between(least, most) : world.between(link.least, link.most);
    }

    /// {@return whether nothing from one machine arrives at another now}
    boolean isBlocked(Machine from, Machine to) {
        return to.isCrashed || link(from, to).state != Link.State.OPEN;
    }

    /// {@return whether what is on its way is lost}
    boolean loses(Machine from, Machine to) {
        return link(from, to).state == Link.State.PARTITIONED || to.isCrashed;
    }

    /// Lets something arrive that its sender repeats until it does: at once, or when nothing is in its way.
    ///
    /// @return false: it is held
    boolean pass(Machine from, Machine to, Runnable arrival) {
        var link = link(from, to);
        if (!to.isCrashed && link.state == Link.State.OPEN) {
            arrival.run();
            return true;
        }
        (to.isCrashed ? to.held : link.held).add(() -> pass(from, to, arrival));
        return false;
    }

    /// Lets something arrive, unless it is lost.
    void passOnce(Machine from, Machine to, Runnable arrival) {
        if (!loses(from, to)) pass(from, to, arrival);
    }

    /// Sends a datagram.
    void send(Udp socket, byte[] bytes, Address.Inet from, Address.Inet to) {
        var here = socket.machine;
        var there = at(to.ip(), here);
        if (there == null) return;
        var link = link(here, there);
        if (world.chance(link.drop)) {
            tell(here, there, "dropped");
            return;
        }
        var copies = 1;
        if (world.chance(link.duplicate)) {
            copies = 2;
            tell(here, there, "doubled");
        }
        for (; copies > 0; copies--) {
            var time = arrival(here, there, bytes.length);
            var way = link.way(here);
            var isOvertaken = world.chance(link.reorder);
            if (isOvertaken) tell(here, there, "late, and may be overtaken");
            if (isOvertaken) time += world.between(1, 2 * Math.max(1, delay(here, there)));
            else time = way.lastDatagram = Math.max(way.lastDatagram, time);
            world.at(time, isOvertaken ? null : way, () -> {
                if (loses(here, there)) tell(here, there, "lost");
                else pass(here, there, () -> arrived(socket, there, bytes, from, to));
            });
        }
    }

    private void tell(Machine from, Machine to, String what) {
        world.tell(from.name + " → " + to.name + " a datagram is " + what);
    }

    private void arrived(Udp socket, Machine there, byte[] bytes, Address.Inet from, Address.Inet to) {
        var receiver = there.udp.receiver(to, from);
        if (receiver != null) receiver.arrived(bytes, from);
        else world.in(delay(there, socket.machine), () -> passOnce(there, socket.machine, () -> socket.unreachable(to)));
    }
}
