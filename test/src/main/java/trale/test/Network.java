package trale.test;

import java.time.Duration;

/// The network of a [Simulation]: what holds for all links, and each link. What a TCP connection sends is late at worst, also a reset; see
/// [Link].
///
/// Used by tasks of the simulation, and by the thread of the test while nothing runs.
public final class Network {
    private final Wires wires;

    Network(Wires wires) {
        this.wires = wires;
    }

    /// Sets how long what is sent from now on is on its way, each time another time between these; at first 50 to 500 µs.
    ///
    /// @return this
    /// @throws IllegalArgumentException `min` is negative, or more than `max`
    public Network latency(Duration min, Duration max) {
        require(min, max);
        wires.least = min.toNanos();
        wires.most = max.toNanos();
        return this;
    }

    static void require(Duration min, Duration max) {
        if (min.isNegative() || min.compareTo(max) > 0)
            throw new IllegalArgumentException(
                    "the latency is " + min + " to " + max + "; it is to be 0 or more, and the second no less than the first");
    }

    /// Sets how much each direction of each link carries; at first as much as is sent.
    ///
    /// @return this
    /// @throws IllegalArgumentException it is not positive
    public Network bandwidth(long bytesPerSecond) {
        if (bytesPerSecond <= 0)
            throw new IllegalArgumentException("the bandwidth is " + bytesPerSecond + " bytes a second; it is to be positive");
        wires.bytesPerSecond = bytesPerSecond;
        return this;
    }

    /// {@return the link between two hosts}
    /// @throws IllegalArgumentException they are one and the same
    public Link between(Host a, Host b) {
        if (a == b) throw new IllegalArgumentException("there is no network between " + a.name() + " and itself");
        return wires.link(a.machine, b.machine);
    }

    /// {@return a line for each open socket of each host: the host, the protocol and state, its address and its peer's}
    public String netstat() {
        var text = new StringBuilder();
        for (var machine : wires.machines())
            for (var socket : machine.sockets()) text.append(machine.name).append(' ').append(socket).append('\n');
        return text.toString();
    }
}
