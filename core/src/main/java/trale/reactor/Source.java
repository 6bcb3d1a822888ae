package trale.reactor;

import trale.internal.linux.Epoll;

/// A file descriptor that a [Reactor] watches: one [Slot] per direction.
///
/// The descriptor remains its owner's: it must be non-blocking, and be closed after [#close()], never before. Otherwise
/// events of a duplicate, or of another file that got the same number, would still arrive.
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

    /// {@return for who waits until there is something to read, or to accept}
    public Slot read() {
        return read;
    }

    /// {@return for who waits until there is room to write, or a connection}
    public Slot write() {
        return write;
    }

    /// HUP and ERR concern both directions, whatever was asked; RDHUP means that after what is in the buffer comes the end.
    /// PRI means that a peer sends urgent data (tcp(7)): a read is short before it, so no short read tells anything any more.
    void event(int events) {
        if ((events & (READ | READ_END)) != 0) read.event((events & READ_END) != 0);
        if ((events & (Epoll.OUT | WRITE_END)) != 0) write.event((events & WRITE_END) != 0);
    }

    /// Ends the watch; who waits on a slot is woken and gets AsynchronousCloseException. From any thread, any number of
    /// times.
    @Override
    public void close() {
        try { // first what wakes: that needs no memory
            read.close();
            write.close();
        } finally {
            reactor.deregister(this);
        }
    }
}
