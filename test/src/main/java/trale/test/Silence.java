package trale.test;

import org.jspecify.annotations.Nullable;

/// How long one end of a TCP connection waits for the other, which does not answer (tcp(7)): TCP_USER_TIMEOUT, or as long as TCP repeats what
/// is not acknowledged; if nothing is to be acknowledged, as SO_KEEPALIVE says.
///
/// One event stands for all that is repeated meanwhile: events that repeated themselves would hide that nothing else can happen any more.
final class Silence {
    private static final long RETRIES = 924_600_000_000L; // ns; net.ipv4.tcp_retries2

    private final Tcp end;
    private World.@Nullable Event giveUp; // of what is not acknowledged
    private World.@Nullable Event lastQuestion; // of SO_KEEPALIVE; there is none while anything is to be acknowledged

    Silence(Tcp end) {
        this.end = end;
    }

    /// It begins, if nothing passes between the ends now, and has not begun before.
    void begin() {
        var to = end.other();
        if (to == null || !end.isConnected() || end.isGone() || !isBlocked(to)) return;
        if (end.outgoing.isOutstanding()) {
            if (lastQuestion != null) lastQuestion.cancel();
            lastQuestion = null;
            if (giveUp == null) giveUp = end.machine.world.in(end.userTimeout() == 0 ? RETRIES : end.userTimeout(), end::timedOut);
        } else if (end.keepsAlive() && lastQuestion == null) {
            lastQuestion = end.machine.world.in(end.longestSilence(), end::timedOut);
        }
    }

    /// The other end can be reached again, if nothing else is in the way. One that has forgotten the connection answers what this end
    /// repeats: bytes, or a question.
    void end() {
        var to = end.other();
        if (to == null || isBlocked(to)) return;
        if (!to.isGone()) {
            stop();
        } else if (end.outgoing.isOnItsWay()) {
            return; // the answer comes when it has arrived
        } else if (end.outgoing.isOutstanding()) {
            end.resetBy(to);
        } else if (lastQuestion != null) {
            lastQuestion.cancel();
            lastQuestion = end.machine.world.in(end.idle(), () -> end.resetBy(to));
        }
    }

    /// All that was to be acknowledged is. The other end may be out of reach again.
    void acknowledged() {
        if (giveUp == null) return;
        stop();
        begin();
    }

    /// The other end has answered, or the connection is over.
    void stop() {
        if (giveUp != null) giveUp.cancel();
        if (lastQuestion != null) lastQuestion.cancel();
        giveUp = null;
        lastQuestion = null;
    }

    private boolean isBlocked(Tcp to) {
        return end.machine.wires.isBlocked(end.machine, to.machine);
    }
}
