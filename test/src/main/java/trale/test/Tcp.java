package trale.test;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// A TCP socket (tcp(7)), as an application sees one: an ordered pipe of bytes in each direction, not segments.
///
/// ```
///            listen ──▶ LISTENING
///  CLOSED ──┤                          SYN arrives at a listener that has room
///     ▲      connect ──▶ CONNECTING ───────────────────────────────────────────▶ CONNECTED
///     │                     │ refused, timed out                                   │
///     └─────────────────────┴────────────────────── reset, or both ends shut ◀─────┘
/// ```
///
/// What it sends is in [Outgoing], how long it waits for an end that does not answer in [Silence].
final class Tcp extends Stream<Tcp> {
    private enum State { CLOSED, LISTENING, CONNECTING, CONNECTED }

    /// What the application has done about a connection; a second connect(2) depends on it.
    private enum Asked { NOT, BEGUN, TOLD, SPOILT }

    private static final int MAX_BACKLOG = 4096; // net.core.somaxconn

    private State state = State.CLOSED;

    private @Nullable Tcp other; // where what is sent arrives
    private @Nullable Syn syn; // that is not answered yet
    private Asked asked = Asked.NOT;

    final Outgoing outgoing = new Outgoing(this);
    final Silence silence = new Silence(this);
    private boolean finReceived;

    private boolean gone; // this end has given the connection up, without telling the other
    private final int born; // after so many crashes of the machine

    Tcp(Machine machine, int family) {
        super(machine, family, 16_384, 131_072);
        born = machine.crashes;
    }

    /// {@return whether nothing is known here of this connection any more} A socket that was closed before a crash has no descriptor, but
    /// the crash ends it, too.
    boolean isGone() {
        return gone || machine.crashes != born;
    }

    /// {@return the end that what is sent arrives at; null: there has been no connection}
    @Nullable Tcp other() {
        return other;
    }

    @Override
    boolean isConnected() {
        return state == State.CONNECTED;
    }

    @Override
    int bind(@Nullable Address address) {
        return machine.tcp.bind(this, address);
    }

    @Override
    int listen(int backlog) {
        if (asked != Asked.NOT || (state != State.CLOSED && state != State.LISTENING)) return -Linux.EINVAL;
        var bound = state == State.LISTENING ? 0 : machine.tcp.listen(this);
        if (bound < 0) return bound;
        this.backlog = Math.min(Integer.compareUnsigned(backlog, MAX_BACKLOG) > 0 ? MAX_BACKLOG : backlog, MAX_BACKLOG);
        state = State.LISTENING;
        return 0;
    }

    @Override
    boolean isListening() {
        return state == State.LISTENING;
    }

    // Connecting.

    @Override
    int connect(@Nullable Address address) {
        return switch (asked) {
            case BEGUN -> state == State.CONNECTING ? -Linux.EALREADY : outcome();
            case TOLD -> -Linux.EISCONN;
            case SPOILT -> -Linux.EINVAL;
            case NOT -> state == State.LISTENING ? -Linux.EISCONN : begin(address);
        };
    }

    private int begin(@Nullable Address address) {
        if (!(address instanceof Address.Inet to)) return -Linux.EAFNOSUPPORT;
        var ip = machine.destination(to.ip());
        var unreachable = Address.isBroadcast(ip) ? -Linux.ENETUNREACH : reaches(ip);
        if (unreachable != 0) return unreachable;
        var there = new Address.Inet(ip, to.port());
        if (machine.tcp.isConnected(this, source(ip), there)) return -Linux.EADDRNOTAVAIL;
        var bound = machine.tcp.bindForPeer(this, source(ip));
        if (bound < 0) return bound;
        peer = there;
        state = State.CONNECTING;
        asked = Asked.BEGUN;
        syn = new Syn(this, there);
        syn.send(0);
        return -Linux.EINPROGRESS;
    }

    /// A second connect(2) tells what has become of the first, and makes a socket that failed as good as new.
    private int outcome() {
        asked = state == State.CONNECTED ? Asked.TOLD : Asked.NOT;
        if (state == State.CONNECTED) return 0;
        var e = takeError();
        sendShut = false;
        receiveShut = false;
        finReceived = false;
        received.clear();
        local = bound != null ? bound : new Address.Inet(Address.any(family), 0);
        wake(ANY);
        return e == 0 ? -Linux.ECONNABORTED : e;
    }

    /// A SYN of `client` has arrived at this listener; one that finds no room is not answered.
    void synArrived(Tcp client, Address.Inet to) {
        var before = client.other; // it has answered an earlier SYN
        if (waiting.size() > backlog || (before != null && (client.state != State.CONNECTING || !before.isGone()))) return;
        var accepted = new Tcp(machine, family);
        accepted.inherit(this);
        accepted.local = to;
        accepted.peer = client.local;
        accepted.asked = Asked.TOLD;
        machine.tcp.accepted(accepted);
        accepted.establish(client);
        client.other = accepted;
        waiting.addLast(accepted);
        accepted.outgoing.transmit(client.machine, client::established);
        wake(IN | PRI);
    }

    private void establish(Tcp other) {
        this.other = other;
        outgoing.establish(other.receiveBuffer());
        state = State.CONNECTED;
        machine.connections.add(this);
    }

    private void established() {
        var to = other;
        if (to != null && closed) outgoing.transmit(to.machine, to::resetArrived);
        if (state != State.CONNECTING || to == null) return;
        endSyn();
        establish(to);
        wake(ANY);
    }

    /// A socket that connects to its own address sends its SYN to itself, and is what it is connected with (tcp(7)).
    void meetsItself() {
        other = this;
        established();
    }

    void refused() {
        if (state == State.CONNECTING) end(Linux.ECONNREFUSED);
    }

    private void endSyn() {
        if (syn != null) syn.end();
        syn = null;
    }

    // Sending.

    @Override
    int send(ByteBuffer bytes, @Nullable Address to) {
        if (state == State.CONNECTING) return -Linux.EAGAIN;
        if (error != 0) return takeError();
        if (sendShut || state != State.CONNECTED) return -Linux.EPIPE;
        return outgoing.take(bytes);
    }

    private void acknowledged(int n) {
        if (state == State.CONNECTED && outgoing.acknowledged(n)) wake(OUT);
    }

    @Override
    int shutdownOutput() {
        if (state == State.LISTENING) return 0;
        var connected = state == State.CONNECTED;
        if (asked == Asked.BEGUN) asked = connected ? Asked.TOLD : Asked.SPOILT;
        sendShut = true;
        outgoing.push();
        wake(ANY);
        return connected ? 0 : -Linux.ENOTCONN;
    }

    private void finAcknowledged() {
        outgoing.finAcknowledged();
        if (finReceived) shut();
        wake(ANY);
    }

    // Receiving.

    boolean hasReceivedFin() {
        return finReceived;
    }

    /// Answers what has arrived by a reset, if nothing is known here of the connection.
    ///
    /// @return whether that is so
    boolean isRefused(Tcp from) {
        if (!isGone()) return false;
        from.resetBy(this);
        return true;
    }

    void arrived(byte[] piece) {
        var from = other;
        if (from == null || isRefused(from) || state != State.CONNECTED) return;
        if (closed) {
            reset();
            return;
        }
        received.add(piece);
        outgoing.transmit(from.machine, () -> from.acknowledged(piece.length));
        wake(IN | PRI);
    }

    void finArrived() {
        var from = other;
        if (from == null || isRefused(from) || state != State.CONNECTED) return;
        finReceived = true;
        receiveShut = true;
        outgoing.transmit(from.machine, from::finAcknowledged);
        if (outgoing.isFinAcknowledged()) shut();
        wake(ANY);
    }

    @Override
    int receive(ByteBuffer to, boolean trueLength) {
        if (!received.isEmpty()) return taken(to);
        if (finReceived) return 0;
        if (error != 0) return takeError();
        if (receiveShut) return 0;
        return state == State.CLOSED || state == State.LISTENING ? -Linux.ENOTCONN : -Linux.EAGAIN;
    }

    private int taken(ByteBuffer to) {
        var before = received.size();
        received.moveTo(to);
        var n = before - received.size();
        var from = other;
        if (from != null && state == State.CONNECTED) from.outgoing.taken(n, this);
        return n;
    }

    // The end.

    @Override
    void vanish() {
        super.vanish();
        for (var accepted : waiting) accepted.vanish();
        waiting.clear();
        endSyn();
        silence.over();
        outgoing.clear();
        state = State.CLOSED;
    }

    @Override
    void limitsChanged() {
        silence.limitsChanged();
    }

    boolean goesTo(Machine there) {
        var to = other;
        return to != null && to.machine == there && state == State.CONNECTED;
    }

    /// Something between both ends tells each that the other has reset the connection.
    void resetBoth() {
        var to = other;
        resetArrived();
        if (to != null) to.resetArrived();
    }

    @Override
    void breakOff() {
        error = 0; // told
        if (state != State.CONNECTED) return;
        reset();
        wake(ANY);
    }

    /// Tells the other end that nothing of what is on its way will be read.
    private void reset() {
        var to = other;
        if (to != null && state != State.CLOSED) to.resetBy(this);
        over();
    }

    /// The other end resets the connection: a message says so.
    void resetBy(Tcp other) {
        other.outgoing.transmit(machine, this::resetArrived);
    }

    void resetArrived() {
        if (state == State.CLOSED) return;
        var onlyReceiving = state == State.CONNECTED && finReceived && !sendShut;
        end(state == State.CONNECTING ? Linux.ECONNREFUSED : onlyReceiving ? Linux.EPIPE : Linux.ECONNRESET);
    }

    /// Both ends are shut.
    private void shut() {
        if (outgoing.isFinFirst() && state == State.CONNECTED && !isGone()) machine.tcp.timeWait(this);
        over();
    }

    /// The other end has not answered for too long.
    void timedOut() {
        if (isGone()) return;
        gone = true;
        if (state == State.CONNECTED) end(Linux.ETIMEDOUT);
    }

    void end(int error) {
        this.error = error;
        over();
        wake(ANY);
    }

    private void over() {
        endSyn();
        silence.over();
        machine.connections.remove(this);
        state = State.CLOSED;
        sendShut = true;
        receiveShut = true;
        outgoing.clear();
        machine.tcp.over(this);
    }

    @Override
    void close() {
        super.close();
        switch (state) {
            case LISTENING -> {
                machine.tcp.over(this);
                for (var accepted : waiting) accepted.reset();
                state = State.CLOSED;
            }
            case CONNECTED -> {
                if (!received.isEmpty() || resetsAtClose()) {
                    reset();
                } else {
                    sendShut = true;
                    outgoing.push();
                }
            }
            case CONNECTING, CLOSED -> over();
        }
    }

    @Override
    public String toString() {
        return super.toString() + " " + state
                + (state == State.CONNECTED ? ", received " + received.size() + ", " + outgoing : "");
    }

    @Override
    boolean isApart() {
        return state == State.CLOSED;
    }

    @Override
    boolean isWritable() {
        return state != State.CONNECTING && (sendShut || outgoing.isWritable());
    }
}
