package trale.net;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import trale.internal.linux.Fd;
import trale.reactor.Reactor;
import trale.reactor.Source;

/// A socket's file descriptor: which operations there are on it, and when its number may be given back.
///
/// ```
///   holds:   CLOSED? │ system calls in progress, and 1 while it is open │ WRITER? │ READER?
///
///   an operation   enter: refused if CLOSED or claimed ──▶ system call ──▶ leave; if it waits it keeps its claim
///   close()        CLOSED ──▶ out of epoll, waiters woken ──▶ leave
///   whoever leaves last after CLOSED closes the number
/// ```
///
/// So no thread makes a call on a number that has been closed, and perhaps opened by a stranger, a moment ago. Unless a
/// call is in progress just then, the number is closed when `close()` returns.
///
/// It does not know the socket it belongs to, so the Cleaner can [run][#run()] it when that has become unreachable.
final class Descriptor implements Runnable {
    static final int READER = 1;
    static final int WRITER = 2;
    private static final int CALL = 4;
    private static final int CLOSED = 1 << 30;

    private static final boolean REPORT_LEAKS = Boolean.getBoolean("trale.leaks");

    final int fd;
    final Source source;
    private final @Nullable Throwable opened = REPORT_LEAKS ? new Throwable("it was opened here") : null;

    /// Changed by every thread that uses the socket, sequentially consistent: an operation enters before CLOSED is set,
    /// and close then leaves the number to it, or after, and is refused.
    private final AtomicInteger holds = new AtomicInteger(CALL);

    /// Calls since one had to wait. The reader and the writer may lose a count: it only measures greed.
    private int streak;

    /// Takes over a descriptor and registers it with the reactor of [trale.Executor#get()].
    ///
    /// @throws IOException the reactor won't have it; it is closed then
    Descriptor(int fd) throws IOException {
        this.fd = fd;
        try {
            source = Reactor.register(fd);
        } catch (Throwable t) {
            Fd.close(fd);
            throw t;
        }
    }

    /// @param claim  READER, WRITER, or 0 for a call that concerns neither
    /// @param waited the operation has the claim already
    void enter(int claim, boolean waited) throws ClosedChannelException {
        for (;;) {
            var now = holds.get();
            if ((now & CLOSED) != 0) throw waited ? new AsynchronousCloseException() : new ClosedChannelException();
            if ((now & claim) != 0 && !waited)
                throw new IllegalStateException("another operation " + (claim == READER ? "reads from" : "writes to")
                        + " this socket, or waits to: one may read and one may write at a time; await it first");
            if (holds.compareAndSet(now, (now | claim) + CALL)) return;
        }
    }

    /// @param claim what the operation gives back: all it entered with, or 0 if it waits
    void leave(int claim) {
        if (holds.addAndGet(-CALL - claim) / CALL == CLOSED / CALL) Fd.close(fd);
    }

    /// An operation that waits gives up.
    void forget(int claim) {
        holds.addAndGet(-claim);
    }

    /// A system call that never has to wait.
    <T> T call(SystemCall<T> call) throws IOException {
        enter(0, false);
        try {
            return call.on(fd);
        } finally {
            leave(0);
        }
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
    boolean close() {
        if ((holds.getAndUpdate(now -> now | CLOSED) & CLOSED) != 0) return false;
        source.close();
        leave(0);
        return true;
    }

    /// By the Cleaner. After a close there is nothing left to do.
    @Override
    public void run() {
        if (close() && opened != null)
            System.getLogger("trale").log(Level.WARNING, "a socket became unreachable, but nobody had closed it", opened);
    }
}
