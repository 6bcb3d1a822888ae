package trale.reactor;

import trale.internal.linux.Epoll;

/// A file descriptor that a [Reactor] watches: one [Slot] per direction.
///
/// The caller keeps the descriptor. It must be non-blocking. Call [#close()] first and close the descriptor after it; otherwise events
/// of a duplicate, or of another file that got the same number, would still arrive.
public final class Source implements AutoCloseable {
    private static final int READ = Epoll.IN | Epoll.RDHUP;
    private static final int READ_END = Epoll.RDHUP | Epoll.HUP | Epoll.ERR | Epoll.PRI;
    private static final int WRITE_END = Epoll.HUP | Epoll.ERR;
    static final int INTEREST = Epoll.IN | Epoll.PRI | Epoll.OUT | Epoll.RDHUP | Epoll.ET;

    final int fd;
    final long key;
    private final Reactor reactor;
    private final Slot read = new Slot();
    private final Slot write = new Slot();

    Source(Reactor reactor, int fd, long key) {
        this.reactor = reactor;
        this.fd = fd;
        this.key = key;
    }

    /// {@return the slot for readable data, or for a connection to accept}
    public Slot read() {
        return read;
    }

    /// {@return the slot for room to write, or for a connection that was begun}
    public Slot write() {
        return write;
    }

    /// HUP and ERR concern both directions. RDHUP says that the end follows what is in the buffer.
    /// PRI says that a peer sends urgent data (tcp(7)). A read stops short before it, so from then on a short read does not mean "empty".
    void event(int events) {
        if ((events & (READ | READ_END)) != 0) read.event((events & READ_END) != 0);
        if ((events & (Epoll.OUT | WRITE_END)) != 0) write.event((events & WRITE_END) != 0);
    }

    /// Ends the watch. A task that waits on a slot is woken and gets AsynchronousCloseException. From any thread, any number
    /// of times.
    @Override
    public void close() {
        try { // waking the tasks comes first: it needs no memory
            read.close();
            write.close();
        } finally {
            reactor.deregister(this);
        }
    }
}
