package trale.test;

import java.nio.ByteBuffer;

/// What one end of a TCP connection sends: bytes, and behind them all that it was all, the FIN.
///
/// ```
///  send ──▶ unsent ──as far as the window goes──▶ on its way ──▶ other.arrived ──▶ receive
///           └────────── unacknowledged: fills the send buffer ──────────┘
///                       └── window: what the other's buffer has no room for yet ────────┘
/// ```
final class Outgoing {
    private final Tcp end;

    private final Bytes unsent = new Bytes();
    private int unacknowledged;
    private int window;
    private boolean wantsSpace;

    private boolean finSent;
    private boolean finFirst; // it was sent before the other end's had come
    private boolean finAcknowledged;

    private int onItsWay; // pieces of bytes, and the FIN
    private long lastArrival; // of what was sent: nothing overtakes

    Outgoing(Tcp end) {
        this.end = end;
    }

    void establish(int window) {
        this.window = window;
    }

    /// Takes as much as there is room for.
    ///
    /// @return how many bytes, or −EAGAIN
    int take(ByteBuffer bytes) {
        var n = Math.min(bytes.remaining(), end.sendBuffer() - unacknowledged);
        if (n < bytes.remaining()) wantsSpace = true;
        if (n <= 0) return bytes.hasRemaining() ? -Linux.EAGAIN : 0;
        var taken = new byte[n];
        bytes.get(taken);
        unsent.add(taken);
        unacknowledged += n;
        push();
        return n;
    }

    /// Sends what the window has room for, and, behind it all, the FIN.
    void push() {
        var to = end.other();
        if (to == null || !end.isConnected() || end.isGone()) return;
        while (!unsent.isEmpty() && window > 0) {
            var piece = unsent.take(window);
            window -= piece.length;
            transmitUntilGivenUp(to.machine, piece.length, () -> to.arrived(piece));
        }
        if (!unsent.isEmpty()) end.silence.noRoom();
        if (!unsent.isEmpty() || !end.sendShut || finSent) return;
        finSent = true;
        finFirst = !end.hasReceivedFin();
        transmitUntilGivenUp(to.machine, 0, to::finArrived);
    }

    /// Nothing more is sent.
    void clear() {
        unsent.clear();
    }

    /// Transmits what is not acknowledged: an answer. One that is lost is repeated, unless its machine has crashed.
    void transmit(Machine to, Runnable arrival) {
        var machine = end.machine;
        var crashes = machine.crashes;
        var repeated = (Runnable) () -> {
            if (machine.crashes == crashes) arrival.run();
        };
        machine.world.at(arrival(to, 0), end,
                () -> machine.wires.pass(machine, to, machine.wires.loses(machine, to) ? repeated : arrival));
    }

    /// Transmits what is to be acknowledged; if it is not for a long time the connection is over.
    private void transmitUntilGivenUp(Machine to, int bytes, Runnable arrival) {
        var machine = end.machine;
        var sent = (Runnable) () -> {
            onItsWay--;
            if (end.isGone()) return;
            end.silence.stop();
            arrival.run();
        };
        onItsWay++;
        machine.world.at(arrival(to, bytes), end, () -> {
            if (!machine.wires.pass(machine, to, sent)) end.silence.begin();
        });
    }

    /// {@return when what is sent now arrives: behind all that was sent before}
    long arrival(Machine to, int bytes) {
        lastArrival = Math.max(lastArrival, end.machine.wires.arrival(end.machine, to, bytes));
        return lastArrival;
    }

    boolean isOnItsWay() {
        return onItsWay > 0;
    }

    // What the other end says.

    /// {@return whether that makes a socket writable that was not}
    boolean acknowledged(int n) {
        unacknowledged -= n;
        if (!isOutstanding()) end.silence.acknowledged();
        if (!wantsSpace || !hasSpace()) return false;
        wantsSpace = false;
        return true;
    }

    void finAcknowledged() {
        finAcknowledged = true;
        if (!isOutstanding()) end.silence.acknowledged();
    }

    /// {@return whether the other end has not acknowledged all that this one has sent, or would send}
    boolean isOutstanding() {
        return unacknowledged > 0 || (finSent && !finAcknowledged);
    }

    boolean isFinAcknowledged() {
        return finAcknowledged;
    }

    /// {@return whether this end was shut first: it is the one that comes to TIME_WAIT}
    boolean isFinFirst() {
        return finFirst;
    }

    /// The application of the other end has taken so many bytes. The end says so by a message if that matters here: if bytes wait for room,
    /// or there was none when this end gave the connection up.
    void taken(int n, Tcp other) {
        var wasGivenUp = end.isGone() && !end.machine.isCrashed;
        if (unsent.isEmpty() && !(wasGivenUp && window == 0)) window += n;
        else other.outgoing.transmit(end.machine, () -> opened(n, other));
    }

    private void opened(int n, Tcp other) {
        if (end.isRefused(other)) return;
        window += n;
        end.silence.room();
        push();
    }

    // Room for more.

    boolean isWritable() {
        if (hasSpace()) return true;
        wantsSpace = true;
        return false;
    }

    /// Linux calls a socket writable again when a third of its buffer is free.
    private boolean hasSpace() {
        return 3L * unacknowledged <= 2L * end.sendBuffer();
    }

    @Override
    public String toString() {
        return "unacknowledged " + unacknowledged;
    }
}
