package trale.test;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// A Unix stream socket (unix(7)). All happens at once: both ends are in one machine.
final class Unix extends Stream<Unix> {
    private boolean listening;

    private @Nullable Unix other;
    private int unread; // of what was sent

    Unix(Machine machine) {
        super(machine, Linux.AF_UNIX, 212_992, 212_992);
    }

    @Override
    boolean isConnected() {
        return other != null;
    }

    /// {@return what the other end is called by now}
    @Nullable Address peerName() {
        return other == null ? null : other.local;
    }

    @Override
    int bind(@Nullable Address address) {
        if (!(address instanceof Address.Local name)) return -Linux.EINVAL;
        if (isBound()) return name.name().isEmpty() ? 0 : -Linux.EINVAL;
        if (name.name().isEmpty()) name = machine.freeName();
        if (machine.names.putIfAbsent(name.name(), this) != null) return -Linux.EADDRINUSE;
        local = name;
        return 0;
    }

    @Override
    int listen(int backlog) {
        if (!isBound() || other != null) return -Linux.EINVAL;
        listening = true;
        this.backlog = backlog;
        return 0;
    }

    @Override
    int connect(@Nullable Address address) {
        if (!(address instanceof Address.Local name) || name.name().isEmpty()) return -Linux.EINVAL;
        var listener = machine.names.get(name.name());
        if (listener == null) return name.isAbstract() || machine.stale.contains(name.name()) ? -Linux.ECONNREFUSED : -Linux.ENOENT;
        if (!listener.listening) return -Linux.ECONNREFUSED;
        if (listener.waiting.size() > listener.backlog) return -Linux.EAGAIN;
        if (other != null) return -Linux.EISCONN;
        if (listening) return -Linux.EINVAL;
        var accepted = new Unix(machine);
        accepted.local = listener.local;
        accepted.peer = local;
        accepted.other = this;
        other = accepted;
        peer = listener.local;
        listener.waiting.addLast(accepted);
        listener.wake(IN | PRI);
        return 0;
    }

    @Override
    int shutdownOutput() {
        sendShut = true;
        wake(ANY);
        var to = other;
        if (to == null) return 0;
        to.receiveShut = true;
        to.wake(ANY);
        return 0;
    }

    @Override
    int send(ByteBuffer bytes, @Nullable Address to) {
        var end = other;
        if (to != null) return end == null ? -Linux.EOPNOTSUPP : -Linux.EISCONN;
        if (end == null) return -Linux.ENOTCONN;
        if (sendShut) return -Linux.EPIPE;
        if (!bytes.hasRemaining()) return 0;
        var n = Math.min(bytes.remaining(), sendBuffer() - unread);
        if (n <= 0) return -Linux.EAGAIN;
        var taken = new byte[n];
        bytes.get(taken);
        unread += n;
        end.received.add(taken);
        end.wake(IN | PRI);
        return n;
    }

    @Override
    int receive(ByteBuffer to, boolean trueLength) {
        var from = other;
        if (from == null) return -Linux.EINVAL;
        if (received.isEmpty()) return error != 0 ? takeError() : receiveShut ? 0 : -Linux.EAGAIN;
        var before = received.size();
        var used = received.moveTo(to);
        from.unread -= before - received.size();
        if (used > 0 && from.hasSpace()) from.wake(OUT);
        return before - received.size();
    }

    private boolean hasSpace() {
        return 4L * unread <= sendBuffer();
    }

    @Override
    void close() {
        super.close();
        if (isBound() && machine.names.remove(((Address.Local) local).name(), this)) machine.forget((Address.Local) local);
        for (var accepted : waiting) accepted.hangUp(true);
        hangUp(!received.isEmpty());
    }

    @Override
    void breakOff() {
        if (other == null) return;
        hangUp(true);
        sendShut = true;
        receiveShut = true;
        wake(ANY);
    }

    private void hangUp(boolean lost) {
        var end = other;
        if (end == null) return;
        end.sendShut = true;
        end.receiveShut = true;
        if (lost) end.error = Linux.ECONNRESET;
        end.wake(ANY);
    }

    @Override
    boolean isListening() {
        return listening;
    }

    @Override
    boolean isApart() {
        return other == null;
    }

    @Override
    boolean isWritable() {
        return hasSpace();
    }
}
