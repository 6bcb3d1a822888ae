package trale.reactor;

import org.jspecify.annotations.Nullable;
import trale.internal.Log;
import trale.internal.linux.Epoll;
import trale.internal.probe.Probe;

/// A file descriptor that a [Reactor] watches: one [Slot] per direction. Epoll reports each change once, which is called edge-triggered (ET
/// below).
///
/// The caller still owns the descriptor, and closes it. The descriptor must be non-blocking. Call [#close()] before you close the
/// descriptor. In the other order a duplicate of the descriptor (dup(2)) would still bring events, and [#close()] could end the watch of
/// another file that has got the same number. Any thread may call the methods.
///
/// <!-- run: int fd = eventfd(42); static final int EAGAIN = 11; -->
/// ```java
/// try (var source = Reactor.register(fd)) {
///     Future<Long> counted = cx -> {
///         while (source.read().poll(cx)) {
///             long n = eventfdRead(fd); // a system call
///             if (n == -EAGAIN) continue; // the slot is polled again, and keeps the waker
///             source.read().done(n < 0);
///             return Poll.ready(n);
///         }
///         return Poll.pending();
///     };
///     IO.println(Executor.blockOn(counted)); // 42
/// }
/// ```
public final class Source implements AutoCloseable {
    private static final int READ_END = Epoll.RDHUP | Epoll.HUP | Epoll.ERR | Epoll.PRI;
    private static final int WRITE_END = Epoll.HUP | Epoll.ERR;
    private static final String UNKNOWN = Log.loaded("a waker");
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

    /// IN says that there is something to read, OUT that there is room to write. HUP (hang-up) and ERR (error) concern both directions.
    /// RDHUP (the peer sends no more) says that the end follows what is in the buffer. PRI says that a peer sends urgent data (tcp(7)). A
    /// read stops at the urgent byte, so from then on a short read does not mean "empty".
    void event(int events, @Nullable Probe probe) {
        if ((events & (Epoll.IN | READ_END)) != 0) {
            if (probe != null) tell(probe, events, read);
            read.event((events & READ_END) != 0);
        }
        if ((events & (Epoll.OUT | WRITE_END)) != 0) {
            if (probe != null) tell(probe, events, write);
            write.event((events & WRITE_END) != 0);
        }
    }

    private void tell(Probe probe, int events, Slot slot) {
        var before = UNKNOWN;
        try {
            before = slot.toString();
        } catch (OutOfMemoryError | LinkageError e) {
            // No memory for "task 5". The event is not lost: Linux reports it once.
        }
        probe.ready(fd, events, slot == read, before, before.startsWith("closed") ? before : "READY");
    }

    /// Ends the watch. A task that waits on a slot is woken and gets AsynchronousCloseException. Later polls of a slot throw
    /// ClosedChannelException. Any thread may call this, any number of times.
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
