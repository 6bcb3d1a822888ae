package trale.net;

import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;
import trale.internal.Log;
import trale.internal.linux.Fd;
import trale.reactor.Reactor;
import trale.reactor.Slot;
import trale.reactor.Source;

/// A socket's file descriptor. It says which operation uses it, and when its number may be given back. One operation at a time uses each
/// direction:
///
/// ```
///             enter                 leave
///   FREE ──────────────▶ CALLING ──────────────▶ CLAIMED      one operation owns the direction: it waits,
///     ▲                     ▲        enter          │         or looks at the result of its call
///     │                     └───────────────────────┤
///     └─────────────────────── end, drop ───────────┘
/// ```
///
/// `close()` marks it closed, wakes the waiting tasks, ends the watch, lets the calls in progress return, and gives the number back. So no
/// system call is made on a number that the kernel may already have given to another file. When this `close()` returns, the number and
/// the port are free. A second `close()` at the same time does not wait: a waker that the first one wakes may call it.
///
/// Closing needs no memory. If the stack is too short for it, `close()` throws the error. The next `close()`, or the Cleaner, does the rest.
///
/// It has no reference to its socket, so the Cleaner can [run][#run()] it when the socket has become unreachable.
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

    /// The states of the two directions: FREE, CLAIMED or CALLING. Only the owner of a claim changes a state that is not FREE.
    ///
    /// An operation writes CALLING, *then* reads `life`. `close` writes `life`, *then* reads this. Both are sequentially consistent, so
    /// the operation makes no call, or `close` waits for the end of the call. At the end of a call a release write is enough: `close`
    /// reads until it sees it.
    private final AtomicIntegerArray users = new AtomicIntegerArray(2);

    private static final int OPEN = 0;
    private static final int CLOSING = 1;
    private static final int UNFINISHED = 2;
    private static final int CLOSED = 3;

    /// OPEN until a close takes it to CLOSING. That thread takes it to CLOSED, or to UNFINISHED if a step failed. The next close takes
    /// UNFINISHED to CLOSING again. Operations are refused in every state but OPEN.
    private final AtomicInteger life = new AtomicInteger(OPEN);

    /// Registers the descriptor with the reactor of the current executor. From then on this object closes it. If the registration fails,
    /// the caller still has to.
    Descriptor(int fd) throws IOException {
        this.fd = fd;
        try {
            source = Reactor.register(fd); // last, so that nothing can fail after it
        } catch (ClosedChannelException e) {
            throw new ExecutorClosedException();
        }
    }

    private boolean isClosed() {
        return life.get() != OPEN;
    }

    /// {@return the exception for a closed slot} If the socket is still open, its executor was closed.
    ClosedChannelException closed(ClosedChannelException e) {
        return isClosed() ? e : new ExecutorClosedException();
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
            if (isClosed()) throw new ClosedChannelException();
            throw new IllegalStateException("another operation " + (direction == READER ? "reads from" : "writes to")
                    + " this socket, or waits to: one may read and one may write at a time; await it first");
        }
        if (!isClosed()) return fd;
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
    synchronized <T extends @Nullable Object> T call(SystemCall<T> call) throws IOException {
        if (isClosed()) throw new ClosedChannelException();
        return call.on(fd);
    }

    interface SystemCall<T extends @Nullable Object> {
        T on(int fd) throws IOException;
    }

    /// {@return whether this call closed it}
    boolean close() {
        if (!life.compareAndSet(OPEN, CLOSING) && !life.compareAndSet(UNFINISHED, CLOSING)) return false;
        var reached = UNFINISHED;
        try {
            try {
                source.close();
            } catch (StackOverflowError e) {
                throw e; // the stack is too short for the next steps too
            } catch (Throwable t) {
                reached = release();
                throw t;
            }
            reached = release();
        } finally {
            life.set(reached);
        }
        return true;
    }

    @SuppressWarnings("ThreadPriorityCheck") // the thread that makes the call may need this thread's core to return
    private int release() {
        // The calls do not block and run no foreign code, so this wait is short.
        while (users.get(READER) == CALLING || users.get(WRITER) == CALLING) Thread.yield();
        synchronized (this) {
            Fd.close(fd);
        }
        return CLOSED;
    }

    /// By the Cleaner. After a close it does nothing.
    @Override
    public void run() {
        if (close() && opened != null) Log.warn("a socket became unreachable, but it had not been closed", opened);
    }
}
