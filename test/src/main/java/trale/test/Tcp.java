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
///
///  send ──▶ unsent ──as far as the window goes──▶ on its way ──▶ other.arrived ──▶ receive
///           └────────── unacknowledged: fills the send buffer ──────────┘
///                       └── window: what the other's buffer has no room for yet ────────┘
/// ```
final class Tcp extends Stream<Tcp> {
    private enum State { CLOSED, LISTENING, CONNECTING, CONNECTED }

    /// What the application has done about a connection; a second connect(2) depends on it.
    private enum Asked { NOT, BEGUN, TOLD, SPOILT }

    private static final long RETRIES = 924_600_000_000L; // ns; net.ipv4.tcp_retries2
    private static final int MAX_BACKLOG = 4096; // net.core.somaxconn

    private State state = State.CLOSED;

    private @Nullable Tcp other; // where what is sent arrives
    private @Nullable Syn syn; // that is not answered yet
    private Asked asked = Asked.NOT;
    private long lastArrival; // of what was sent: nothing overtakes

    private final Bytes unsent = new Bytes();
    private int unacknowledged;
    private int window;
    private boolean wantsSpace;

    private boolean finSent;
    private boolean shutFirst; // its FIN was sent before the other end's had come
    private boolean finAcknowledged;
    private boolean finReceived;

    private int onItsWay; // pieces of bytes, and the FIN
    private World.@Nullable Event giveUp; // of what is not acknowledged
    private World.@Nullable Event lastQuestion; // of SO_KEEPALIVE
    private boolean gone; // this end has given the connection up, without telling the other
    private final int born; // after so many crashes of the machine

    Tcp(Machine machine, int family) {
        super(machine, family, 16_384, 131_072);
        born = machine.crashes;
    }

    /// {@return whether nothing is known here of this connection any more} A socket that was closed before a crash has no descriptor, but
    /// the crash ends it, too.
    private boolean isGone() {
        return gone || machine.crashes != born;
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
        var bound = machine.tcp.bindForPeer(this, source(ip));
        if (bound < 0) return bound;
        peer = new Address.Inet(ip, to.port());
        state = State.CONNECTING;
        asked = Asked.BEGUN;
        syn = new Syn(this, (Address.Inet) peer);
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
        if (waiting.size() > backlog || client.other != null) return;
        var accepted = new Tcp(machine, family);
        accepted.inherit(this);
        accepted.local = to;
        accepted.peer = client.local;
        accepted.asked = Asked.TOLD;
        machine.tcp.accepted(accepted);
        accepted.establish(client);
        client.other = accepted;
        waiting.addLast(accepted);
        accepted.transmit(client.machine, client::established);
        wake(IN | PRI);
    }

    private void establish(Tcp other) {
        this.other = other;
        window = other.receiveBuffer();
        state = State.CONNECTED;
    }

    private void established() {
        var to = other;
        if (to != null && closed) transmit(to.machine, to::resetArrived);
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
        var n = Math.min(bytes.remaining(), sendBuffer() - unacknowledged);
        if (n < bytes.remaining()) wantsSpace = true;
        if (n <= 0) return bytes.hasRemaining() ? -Linux.EAGAIN : 0;
        var taken = new byte[n];
        bytes.get(taken);
        unsent.add(taken);
        unacknowledged += n;
        push();
        return n;
    }

    /// Sends what the window has room for, and, behind it all, that it was all.
    private void push() {
        var to = other;
        if (to == null || state != State.CONNECTED || isGone()) return;
        while (!unsent.isEmpty() && window > 0) {
            var piece = unsent.take(window);
            window -= piece.length;
            transmitUntilGivenUp(to.machine, piece.length, () -> to.arrived(piece));
        }
        if (!unsent.isEmpty()) loseTouch(); // if so, no piece on its way would notice
        if (!unsent.isEmpty() || !sendShut || finSent) return;
        finSent = true;
        shutFirst = !finReceived;
        transmitUntilGivenUp(to.machine, 0, to::finArrived);
    }

    private void transmit(Machine to, Runnable arrival) {
        machine.world.at(arrival(to, 0), this, () -> machine.wires.pass(machine, to, arrival));
    }

    /// Transmits what is to be acknowledged; if it is not for a long time the connection is over.
    private void transmitUntilGivenUp(Machine to, int bytes, Runnable arrival) {
        var sent = (Runnable) () -> {
            onItsWay--;
            if (isGone()) return;
            stopCounting();
            arrival.run();
        };
        onItsWay++;
        machine.world.at(arrival(to, bytes), this, () -> {
            if (!machine.wires.pass(machine, to, sent)) loseTouch();
        });
    }

    /// Counts the time after which the connection is given up, if nothing passes between its ends now. One event for all that is repeated
    /// meanwhile: events that repeated themselves would hide that nothing else can happen any more.
    void loseTouch() {
        var to = other;
        if (to == null || state != State.CONNECTED || isGone() || !machine.wires.isBlocked(machine, to.machine)) return;
        if (isOutstanding()) {
            if (lastQuestion != null) lastQuestion.cancel(); // there is none while anything is to be acknowledged
            lastQuestion = null;
            if (giveUp == null) giveUp = machine.world.in(userTimeout() == 0 ? RETRIES : userTimeout(), this::timedOut);
        } else if (keepsAlive() && lastQuestion == null) {
            lastQuestion = machine.world.in(longestSilence(), this::timedOut);
        }
    }

    /// The other end can be reached again. One that has forgotten the connection answers what this end repeats: bytes, or a question.
    void regainTouch() {
        var to = other;
        if (to == null || machine.wires.isBlocked(machine, to.machine)) return;
        if (!to.isGone()) {
            stopCounting();
        } else if (onItsWay > 0) {
            return; // the answer comes when it has arrived
        } else if (isOutstanding()) {
            to.transmit(machine, this::resetArrived);
        } else if (lastQuestion != null) {
            lastQuestion.cancel();
            lastQuestion = machine.world.in(idle(), () -> to.transmit(machine, this::resetArrived));
        }
    }

    private void stopCounting() {
        if (giveUp != null) giveUp.cancel();
        if (lastQuestion != null) lastQuestion.cancel();
        giveUp = null;
        lastQuestion = null;
    }

    /// {@return whether the other end has not acknowledged all that this one has sent, or would send}
    private boolean isOutstanding() {
        return unacknowledged > 0 || (finSent && !finAcknowledged);
    }

    /// {@return when what is sent now arrives: behind all that was sent before}
    long arrival(Machine to, int bytes) {
        lastArrival = Math.max(lastArrival, machine.wires.arrival(machine, to, bytes));
        return lastArrival;
    }

    private void timedOut() {
        if (isGone()) return;
        gone = true;
        if (state == State.CONNECTED) end(Linux.ETIMEDOUT);
    }

    private void acknowledged(int n) {
        if (state != State.CONNECTED) return;
        unacknowledged -= n;
        allAcknowledged();
        if (!wantsSpace || !hasSpace()) return;
        wantsSpace = false;
        wake(OUT);
    }

    /// Gives up the counting, if that is so. The other end may still be out of reach.
    private void allAcknowledged() {
        if (giveUp == null || isOutstanding()) return;
        stopCounting();
        loseTouch();
    }

    /// Linux calls a socket writable again when a third of its buffer is free.
    private boolean hasSpace() {
        return 3L * unacknowledged <= 2L * sendBuffer();
    }

    private void opened(int n) {
        window += n;
        push();
    }

    @Override
    int shutdownOutput() {
        if (state == State.LISTENING) return 0;
        var connected = state == State.CONNECTED;
        if (asked == Asked.BEGUN) asked = connected ? Asked.TOLD : Asked.SPOILT;
        sendShut = true;
        push();
        wake(ANY);
        return connected ? 0 : -Linux.ENOTCONN;
    }

    private void finAcknowledged() {
        finAcknowledged = true;
        allAcknowledged();
        if (finReceived) shut();
        wake(ANY);
    }

    // Receiving.

    /// Answers what has arrived by a reset, if nothing is known here of the connection.
    ///
    /// @return whether that is so
    private boolean isRefused(Tcp from) {
        if (!isGone()) return false;
        transmit(from.machine, from::resetArrived);
        return true;
    }

    private void arrived(byte[] piece) {
        var from = other;
        if (from == null || isRefused(from) || state != State.CONNECTED) return;
        if (closed) {
            reset();
            return;
        }
        received.add(piece);
        transmit(from.machine, () -> from.acknowledged(piece.length));
        wake(IN | PRI);
    }

    private void finArrived() {
        var from = other;
        if (from == null || isRefused(from) || state != State.CONNECTED) return;
        finReceived = true;
        receiveShut = true;
        transmit(from.machine, from::finAcknowledged);
        if (finAcknowledged) shut();
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
        if (from == null || state != State.CONNECTED) return n;
        if (from.unsent.isEmpty()) from.window += n; // nothing waits for that to be told
        else transmit(from.machine, () -> from.opened(n));
        return n;
    }

    // The end.

    @Override
    void vanish() {
        super.vanish();
        for (var accepted : waiting) accepted.vanish();
        waiting.clear();
        endSyn();
        stopCounting();
        state = State.CLOSED;
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
        if (to != null && state != State.CLOSED) transmit(to.machine, to::resetArrived);
        over();
    }

    private void resetArrived() {
        if (state == State.CLOSED) return;
        var onlyReceiving = state == State.CONNECTED && finReceived && !sendShut;
        end(state == State.CONNECTING ? Linux.ECONNREFUSED : onlyReceiving ? Linux.EPIPE : Linux.ECONNRESET);
    }

    /// Both ends are shut.
    private void shut() {
        if (shutFirst && state == State.CONNECTED && !isGone()) machine.tcp.timeWait(this);
        over();
    }

    void end(int error) {
        this.error = error;
        over();
        wake(ANY);
    }

    private void over() {
        endSyn();
        stopCounting();
        state = State.CLOSED;
        sendShut = true;
        receiveShut = true;
        unsent.clear();
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
                    push();
                }
            }
            case CONNECTING, CLOSED -> over();
        }
    }

    @Override
    public String toString() {
        return super.toString() + " " + state
                + (state == State.CONNECTED ? ", received " + received.size() + ", unacknowledged " + unacknowledged : "");
    }

    @Override
    boolean isApart() {
        return state == State.CLOSED;
    }

    @Override
    boolean isWritable() {
        if (state == State.CONNECTING) return false;
        if (sendShut || hasSpace()) return true;
        wantsSpace = true;
        return false;
    }
}
