package trale.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/// The network between two hosts of a [Simulation], and what is wrong with it.
///
/// A connection (TCP) keeps the order of its bytes and loses none, as an application sees it: what can't pass is late, and an end whose
/// bytes are not acknowledged within 15 minutes is told ETIMEDOUT. A reset is late, too: Linux sends it once, so on a real network a peer
/// that only reads may never be told that the other end was closed. Datagrams are lost.
///
/// ```java
/// try (var simulation = new Simulation(1)) {
///     var link = simulation.network().between(simulation.host("client"), simulation.host("server"));
///     simulation.run(() -> {
///         link.partition();
///         await(Timer.sleep(Duration.ofSeconds(10)));
///         link.close(); // heals
///     });
/// }
/// ```
///
/// Used by tasks of the simulation, and by the thread of the test while nothing runs.
public final class Link implements AutoCloseable {
    enum State { OPEN, STALLED, PARTITIONED }

    /// One direction.
    static final class Way {
        long busyUntil; // with what was sent before
        long lastDatagram;
    }

    private final Machine one;
    private final Machine other;
    private final Way there = new Way();
    private final Way back = new Way();

    State state = State.OPEN;

    /// What is to arrive when it heals, in that order.
    final List<Runnable> held = new ArrayList<>(0);

    long least = -1; // as the network's
    long most = -1;
    double drop;
    double duplicate;
    double reorder;

    Link(Machine one, Machine other) {
        this.one = one;
        this.other = other;
    }

    Way way(Machine from) {
        return from == one ? there : back;
    }

    /// Sets how long what is sent from now on is on its way, each time another time, as [Network#latency] does for all links.
    ///
    /// @return this
    /// @throws IllegalArgumentException `min` is negative, or more than `max`
    public Link latency(Duration min, Duration max) {
        Network.require(min, max);
        least = min.toNanos();
        most = max.toNanos();
        return this;
    }

    /// Loses datagrams with this probability.
    ///
    /// @return this
    /// @throws IllegalArgumentException it is not one
    public Link drop(double probability) {
        drop = Faults.require(probability);
        return this;
    }

    /// Lets datagrams arrive twice with this probability.
    ///
    /// @return this
    /// @throws IllegalArgumentException it is not one
    public Link duplicate(double probability) {
        duplicate = Faults.require(probability);
        return this;
    }

    /// Lets datagrams be overtaken by later ones with this probability; else they arrive in order.
    ///
    /// @return this
    /// @throws IllegalArgumentException it is not one
    public Link reorder(double probability) {
        reorder = Faults.require(probability);
        return this;
    }

    /// Holds all that is on its way, in both directions, until [#close()]: nothing is lost.
    ///
    /// @return this
    public Link stall() {
        tell("stalled");
        state = State.STALLED;
        forEachEnd(tcp -> tcp.silence.begin());
        return this;
    }

    /// Resets the connections that there are: both ends are told ECONNRESET.
    ///
    /// @return this
    public Link reset() {
        tell("connections reset");
        forEachEnd(Tcp::resetBoth);
        return this;
    }

    private void tell(String what) {
        one.world.tell(one.name + " – " + other.name + " " + what);
    }

    private void forEachEnd(Consumer<Tcp> action) {
        one.forEachEnd(other, action);
        other.forEachEnd(one, action);
    }

    /// Lets nothing pass until [#close()]: datagrams and attempts to connect are lost. What connections have sent is late, also resets.
    /// What a host has sent is lost if it crashes meanwhile, because it does not send it again.
    ///
    /// @return this
    public Link partition() {
        tell("partitioned");
        state = State.PARTITIONED;
        forEachEnd(tcp -> tcp.silence.begin());
        return this;
    }

    /// Heals: it is as at the beginning, and what was held arrives.
    @Override
    public void close() {
        least = -1;
        most = -1;
        drop = 0;
        duplicate = 0;
        reorder = 0;
        tell("healed");
        state = State.OPEN;
        forEachEnd(tcp -> tcp.silence.end());
        release(held);
    }

    static void release(List<Runnable> held) {
        var all = new ArrayList<>(held);
        held.clear();
        all.forEach(Runnable::run);
    }

    @Override
    public String toString() {
        return one.name + " – " + other.name + ", " + state.name().toLowerCase(Locale.ROOT);
    }
}
