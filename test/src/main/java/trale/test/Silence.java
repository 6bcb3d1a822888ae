package trale.test;

import org.jspecify.annotations.Nullable;

/// How long one end of a TCP connection waits for the other, which does not answer (tcp(7)). While anything is to be acknowledged, that is
/// TCP_USER_TIMEOUT, or as long as TCP repeats it. Else SO_KEEPALIVE says it. TCP_USER_TIMEOUT also says how long this end waits for room.
///
/// ```
///                     something is to be acknowledged    nothing is, SO_KEEPALIVE
///  nothing passes     giveUp: ETIMEDOUT                  lastQuestion: ETIMEDOUT
///  the other is gone  a reset, at once                   answer: a reset
///  no room            noRoom: ETIMEDOUT
/// ```
///
/// One event stands for all that is repeated meanwhile: events that repeated themselves would hide that nothing else can happen any more.
final class Silence {
    private static final long RETRIES = 924_600_000_000L; // ns; net.ipv4.tcp_retries2

    private final Tcp end;
    private World.@Nullable Event giveUp;
    private long unacknowledgedSince; // if there is giveUp
    private World.@Nullable Event lastQuestion; // there is none while anything is to be acknowledged
    private World.@Nullable Event answer; // of a machine that has forgotten the connection
    private World.@Nullable Event noRoom;
    private long noRoomSince = -1; // −1: there is room

    Silence(Tcp end) {
        this.end = end;
    }

    /// It begins, if nothing passes between the ends now. If it has begun before, it goes on.
    void begin() {
        var to = peer();
        if (to == null || !isBlocked(to)) return;
        cancel(answer);
        answer = null;
        if (end.outgoing.isOutstanding()) {
            cancel(lastQuestion);
            lastQuestion = null;
            if (giveUp == null) unacknowledgedSince = end.machine.world.now;
            giveUp = endAt(giveUp, unacknowledgedSince + (end.userTimeout() == 0 ? RETRIES : end.userTimeout()));
        } else if (end.keepsAlive() && lastQuestion == null) {
            lastQuestion = end.machine.world.in(end.longestSilence(), end::timedOut);
        }
    }

    /// The other end can be reached again, if nothing else is in the way. One that has forgotten the connection answers what this end
    /// repeats: bytes, or a question.
    void end() {
        var to = peer();
        if (to == null || isBlocked(to)) return;
        if (!to.isGone()) {
            stop();
            return;
        }
        cancel(lastQuestion);
        lastQuestion = null;
        if (end.outgoing.isOnItsWay()) return; // the answer comes when it has arrived
        if (end.outgoing.isOutstanding()) {
            to.outgoing.transmit(end.machine, this::resetIfOutstanding);
        } else if (end.keepsAlive() && answer == null) {
            answer = end.machine.world.in(end.idle(), () -> end.resetBy(to));
        }
    }

    /// An acknowledgement that was on its way has come before the reset. If it was of all, nothing has been repeated, and nothing answered.
    private void resetIfOutstanding() {
        if (end.outgoing.isOutstanding()) end.resetArrived();
    }

    /// All that was to be acknowledged is. The other end may be out of reach again, or gone.
    void acknowledged() {
        if (giveUp == null) return;
        stop();
        begin();
        end();
    }

    /// An option that says how long it lasts has another value.
    void limitsChanged() {
        cancel(lastQuestion);
        cancel(answer);
        lastQuestion = null;
        answer = null;
        begin();
        end();
        if (noRoomSince >= 0) noRoom();
    }

    /// The other end has answered.
    void stop() {
        cancel(giveUp);
        cancel(lastQuestion);
        cancel(answer);
        giveUp = null;
        lastQuestion = null;
        answer = null;
    }

    /// The other end has no room for what is to be sent. No piece on its way would notice that the other end is silent, too.
    void noRoom() {
        begin();
        if (noRoomSince < 0) noRoomSince = end.machine.world.now;
        if (end.userTimeout() > 0) {
            noRoom = endAt(noRoom, noRoomSince + end.userTimeout());
        } else {
            cancel(noRoom);
            noRoom = null;
        }
    }

    /// There is room again.
    void room() {
        cancel(noRoom);
        noRoom = null;
        noRoomSince = -1;
    }

    /// The connection is over.
    void over() {
        stop();
        room();
    }

    /// {@return the other end of a connection that is known here; null: there is none}
    private @Nullable Tcp peer() {
        return end.isConnected() && !end.isGone() ? end.other() : null;
    }

    private boolean isBlocked(Tcp to) {
        return end.machine.wires.isBlocked(end.machine, to.machine);
    }

    /// @param before the event that does so at another time, or at this one; null: there is none
    private World.Event endAt(World.@Nullable Event before, long time) {
        if (before != null && before.time == time) return before;
        cancel(before);
        return end.machine.world.at(time, end::timedOut);
    }

    private static void cancel(World.@Nullable Event event) {
        if (event != null) event.cancel();
    }
}
