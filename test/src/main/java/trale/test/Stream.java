package trale.test;

import java.util.ArrayDeque;

/// What sockets of connections have in common, TCP's and Unix ones: a queue of those that wait to be accepted, or bytes that have come and
/// two directions that end, each for itself.
abstract class Stream<S extends Stream<S>> extends Socket {
    final ArrayDeque<S> waiting = new ArrayDeque<>(0); // of a listener: accept(2) has not taken them yet
    int backlog;

    final Bytes received = new Bytes();
    boolean sendShut; // shut down, or over
    boolean receiveShut; // the other end has shut down, or it is over

    Stream(Machine machine, int family, int sendBuffer, int receiveBuffer) {
        super(machine, family, sendBuffer, receiveBuffer);
    }

    abstract boolean isListening();

    /// {@return whether there is no connection, and none begins}
    abstract boolean isApart();

    /// {@return whether a send would take anything, or fail}
    abstract boolean isWritable();

    @Override
    final int accept() {
        if (!isListening()) return -Linux.EINVAL;
        var next = waiting.peekFirst();
        if (next == null) return -Linux.EAGAIN;
        var fd = machine.open(next);
        if (fd >= 0) waiting.removeFirst();
        return fd;
    }

    @Override
    final int ready() {
        if (isListening()) return waiting.isEmpty() ? 0 : IN;
        var ready = isApart() || (receiveShut && sendShut) ? HUP : 0;
        if (receiveShut) ready |= IN | RDHUP;
        if (!received.isEmpty()) ready |= IN;
        if (isWritable()) ready |= OUT;
        return error == 0 ? ready : ready | ERR;
    }
}
