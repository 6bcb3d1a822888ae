package trale.test;

import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// A UDP socket (udp(7)).
final class Udp extends Socket {
    private static final int MAX_IPV4 = 65_507;
    private static final int MAX_IPV6 = 65_527;
    private static final int OVERHEAD = 768; // of a datagram in the receive buffer

    private record Datagram(ByteBuffer bytes, Address from) {}

    private final ArrayDeque<Datagram> received = new ArrayDeque<>(0);
    private int fill;
    private boolean shut;

    Udp(Machine machine, int family) {
        super(machine, family, 212_992, 212_992);
    }

    @Override
    boolean isConnected() {
        return peer != null;
    }

    @Override
    int bind(@Nullable Address address) {
        return machine.udp.bind(this, address);
    }

    @Override
    int listen(int backlog) {
        return -Linux.EOPNOTSUPP;
    }

    @Override
    int accept() {
        return -Linux.EOPNOTSUPP;
    }

    @Override
    int connect(@Nullable Address address) {
        if (address == null) return disconnect();
        if (!(address instanceof Address.Inet(var to, var port))) return -Linux.EAFNOSUPPORT;
        var ip = machine.destination(to);
        var unreachable = reaches(ip);
        if (unreachable != 0) return unreachable;
        var ownIp = bound instanceof Address.Inet(var b, _) && !b.isAnyLocalAddress() ? b : machine.sourceFor(ip);
        var taken = machine.udp.bindForPeer(this, ownIp);
        if (taken < 0) return taken;
        peer = new Address.Inet(ip, port);
        return 0;
    }

    private int disconnect() {
        peer = null;
        machine.udp.over(this);
        local = bound != null ? bound : new Address.Inet(Address.any(family), 0);
        return 0;
    }

    @Override
    int shutdownOutput() {
        shut = true;
        wake(ANY);
        return peer == null ? -Linux.ENOTCONN : 0;
    }

    @Override
    int send(ByteBuffer bytes, @Nullable Address given) {
        if (!isBound()) {
            var taken = machine.udp.bindForPeer(this, Address.any(family));
            if (taken < 0) return taken;
        }
        if (bytes.remaining() > 0xffff) return -Linux.EMSGSIZE;
        var address = given != null ? given : peer;
        if (address == null) return -Linux.EDESTADDRREQ;
        if (!(address instanceof Address.Inet(var ip, var port))) return -Linux.EAFNOSUPPORT;
        var to = new Address.Inet(machine.destination(ip), port);
        var unreachable = reaches(to.ip());
        if (unreachable != 0) return unreachable;
        if (port == 0) return -Linux.EINVAL;
        if (Address.isBroadcast(to.ip()) && !mayBroadcast()) return -Linux.EACCES;
        if (bytes.remaining() > (to.ip() instanceof Inet4Address ? MAX_IPV4 : MAX_IPV6)) return -Linux.EMSGSIZE;
        if (error != 0) return takeError();
        if (shut) return -Linux.EPIPE;
        var datagram = new byte[bytes.remaining()];
        bytes.get(datagram);
        if (!(local instanceof Address.Inet own)) throw new AssertionError(this);
        machine.wires.send(this, datagram, own.withIp(source(to.ip())), to);
        wake(OUT);
        return datagram.length;
    }

    void arrived(byte[] bytes, Address.Inet from) {
        if (closed || fill + bytes.length + OVERHEAD > receiveBuffer()) return;
        fill += bytes.length + OVERHEAD;
        received.addLast(new Datagram(ByteBuffer.wrap(bytes), from));
        wake(IN | PRI);
    }

    /// The answer to a datagram whose port is closed. Only a connected socket is told.
    void unreachable(Address.Inet to) {
        if (closed || !to.equals(peer)) return;
        error = Linux.ECONNREFUSED;
        wake(ERR);
    }

    @Override
    int receive(ByteBuffer to, boolean trueLength) {
        if (error != 0) return takeError();
        var next = received.pollFirst();
        if (next == null) return -Linux.EAGAIN;
        var length = next.bytes.remaining();
        fill -= length + OVERHEAD;
        machine.from = next.from;
        var n = Math.min(length, to.remaining());
        to.put(next.bytes.limit(n));
        return trueLength ? length : n;
    }

    @Override
    void close() {
        super.close();
        machine.udp.over(this);
    }

    @Override
    int ready() {
        return OUT | (received.isEmpty() ? 0 : IN) | (error == 0 ? 0 : ERR);
    }
}
