package trale.test;

import org.jspecify.annotations.Nullable;

/// A socket's attempt to connect: a SYN, and another one when that is not answered in time (tcp(7)).
final class Syn {
    private static final long SECOND = 1_000_000_000;
    private static final int RETRIES = 6; // net.ipv4.tcp_syn_retries: the last one is given up after 127 s
    private static final int UNTIL_UNREACHABLE = 2; // of them, if no machine answers ARP

    private final Tcp client;
    private final Address.Inet to;
    private World.@Nullable Event retry;

    Syn(Tcp client, Address.Inet to) {
        this.client = client;
        this.to = to;
    }

    /// @param attempt 0 for the first
    void send(int attempt) {
        if (attempt > RETRIES) {
            client.end(Linux.ETIMEDOUT);
            return;
        }
        var machine = client.machine;
        var there = machine.wires.at(to.ip(), machine);
        if ((there == null || there.isCrashed) && attempt == UNTIL_UNREACHABLE) {
            client.end(Linux.EHOSTUNREACH);
            return;
        }
        if (there != null) {
            var syn = (Runnable) () -> machine.wires.passOnce(machine, there, () -> there.tcp.synArrived(client, to));
            machine.world.at(client.outgoing.arrival(there, 0), syn);
        }
        retry = machine.world.in(SECOND << attempt, () -> send(attempt + 1));
    }

    /// It is answered, or given up.
    void end() {
        if (retry != null) retry.cancel();
    }
}
