package trale.net;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;
import trale.internal.linux.Fd;
import trale.reactor.Slot;
import trale.reactor.Source;

/// A socket's file descriptor: who uses it, and when its number may be given back. Each direction has one user at a time:
///
/// ```
///             enter                 leave
///   FREE ──────────────▶ CALLING ──────────────▶ CLAIMED      one operation owns the direction: it waits,
///     ▲                     ▲        enter          │         or looks at what its call has answered
///     │                     └───────────────────────┤
///     └─────────────────────── end, drop ───────────┘
/// ```
///
/// `close()` sets `closed`, ends the watch, which wakes who waits, lets the calls that are in progress return, and closes
/// the number. So nobody makes a call on a number that has been closed, and perhaps opened by a stranger, a moment ago;
/// and when the `close()` that did it returns, the number, and the port, are free. Another one waits for nobody: it may be
/// called by a waker that the first one wakes, or by a thread that this waker waits for.
///
/// It does not know the socket it belongs to, so the Cleaner can [run][#run()] it when that has become unreachable.
final class Descriptor implements Runnable {
    static final int READER = 0;
    static final int WRITER = 1;

    private static final int FREE = 0;
    private static final int CLAIMED = 1;
    private static final int CALLING = 2;

    private static final boolean REPORT_LEAKS = Boolean.getBoolean("trale.leaks");

    final int fd;
    private final Source source;
    private final @Nullable Throwable opened = REPORT_LEAKS ? new Throwable("it was opened here") : null;

    /// What READER and WRITER do: FREE, CLAIMED or CALLING. Only the owner of the claim changes one that is not FREE.
    ///
    /// An operation writes CALLING, *then* reads `closed`; close writes `closed`, *then* reads this. Both are sequentially
    /// consistent, so either the operation makes no call, or close waits for its end. The way back needs no more than
    /// release: close looks until it sees it.
    private final AtomicIntegerArray users = new AtomicIntegerArray(2);

    /// From false to true, by whoever closes.
    private final AtomicBoolean closed = new AtomicBoolean();

    /// Calls since one had to wait. The reader and the writer may lose a count: it only measures greed.
    private int streak;

    Descriptor(int fd, Source source) {
        this.fd = fd;
        this.source = source;
    }

    Slot slot(int direction) {
        return direction == READER ? source.read() : source.write();
    }

    /// Begins a system call.
    ///
    /// @param claimed the operation owns the direction already
    /// @return the number to make it on; [#leave(int)] follows, at once and in any case
    int enter(int direction, boolean claimed) throws ClosedChannelException {
        if (!users.compareAndSet(direction, claimed ? CLAIMED : FREE, CALLING)) {
            if (closed.get()) throw new ClosedChannelException();
            throw new IllegalStateException("another operation " + (direction == READER ? "reads from" : "writes to")
                    + " this socket, or waits to: one may read and one may write at a time; await it first");
        }
        if (!closed.get()) return fd;
        users.setRelease(direction, claimed ? CLAIMED : FREE);
        throw claimed ? new AsynchronousCloseException() : new ClosedChannelException();
    }

    /// The call has returned; the operation still owns the direction.
    void leave(int direction) {
        users.setRelease(direction, CLAIMED);
    }

    /// The operation has ended.
    void free(int direction) {
        users.setRelease(direction, FREE);
    }

    /// A system call that never has to wait.
    synchronized <T> T call(SystemCall<T> call) throws IOException {
        if (closed.get()) throw new ClosedChannelException();
        return call.on(fd);
    }

    interface SystemCall<T> {
        T on(int fd) throws IOException;
    }

    /// {@return whether so many calls were made without waiting that other tasks should have a turn}
    boolean isGreedy() {
        if (++streak <= 64) return false;
        streak = 0;
        return true;
    }

    void waits() {
        streak = 0;
    }

    /// {@return whether it was open}
    @SuppressWarnings("ThreadPriorityCheck") // who is in a call may need this thread's core to return
    boolean close() {
        if (!closed.compareAndSet(false, true)) return false;
        source.close();
        // They do not block, and run none but our own code, so this is over at once.
        while (users.get(READER) == CALLING || users.get(WRITER) == CALLING) Thread.yield();
        synchronized (this) {
            Fd.close(fd);
        }
        return true;
    }

    /// By the Cleaner. After a close there is nothing left to do.
    @Override
    public void run() {
        if (close() && opened != null)
            System.getLogger("trale").log(Level.WARNING, "a socket became unreachable, but nobody had closed it", opened);
    }
}
