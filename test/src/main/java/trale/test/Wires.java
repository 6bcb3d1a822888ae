package trale.test;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What lies between machines: which there are, and how long something is on its way.
final class Wires {
    private final World world;
    private final List<Machine> machines = new ArrayList<>();
    private final Map<InetAddress, Machine> addresses = new LinkedHashMap<>();

    /// In nanoseconds, one way: between two machines at least and at most, and within one.
    long least = 50_000;
    long most = 500_000;
    long within = 5_000;

    Wires(World world) {
        this.world = world;
    }

    /// {@return how many machines there were before}
    int add(Machine machine) {
        machines.add(machine);
        world.machines.add(machine);
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

    /// {@return who has this address, as seen from a machine; null: nobody}
    @Nullable Machine at(InetAddress address, Machine from) {
        return address.isLoopbackAddress() || Address.isAny(address) ? from : addresses.get(address);
    }

    /// {@return whether there may be a machine with this address: all have one of 10.0.0.0/8 and of fd00::/8}
    static boolean isNear(InetAddress ip) {
        return ip.getAddress()[0] == (ip.getAddress().length == 4 ? 10 : (byte) 0xfd);
    }

    /// Sends a datagram.
    void send(Udp socket, byte[] bytes, Address.Inet from, Address.Inet to) {
        var there = at(to.ip(), socket.machine);
        if (there == null) return;
        world.in(delay(socket.machine, there), () -> {
            var receiver = there.udp.receiver(to, from);
            if (receiver != null) receiver.arrived(bytes, from);
            else world.in(delay(there, socket.machine), () -> socket.unreachable(to));
        });
    }

    long delay(Machine from, Machine to) {
        if (from == to) return within;
        return least == most ? least : world.random.nextLong(least, most + 1);
    }
}
