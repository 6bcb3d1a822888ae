package trale.net;

import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;
import trale.internal.Log;
import trale.internal.linux.Fd;
import trale.internal.linux.Kernel;
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
/// If the stack ends inside an operation, it ends the operation, and leaves UNSURE: free, but the slot may say NOTHING although the call
/// was not made. So the next operation makes it in any case.
///
/// `close()` marks it closed, wakes the waiting tasks, ends the watch, lets the calls in progress return, and gives the number back. So no
/// system call is made on a number that the kernel may already have given to another file. When this `close()` returns, the number and
/// the port are free. A second `close()` at the same time does not wait: a waker that the first one wakes may call it.
///
/// Closing needs no memory. If the stack is too short for it, `close()` throws the error. The next `close()`, or the Cleaner, does the
/// rest.
///
/// It has no reference to its socket, so the Cleaner can [run][#run()] it when the socket has become unreachable.
final class Descriptor implements Runnable {
    static final byte READER = 0; // a byte, as every operation has one: with four it would take eight more
    static final byte WRITER = 1;

    private static final int FREE = 0;
    private static final int CLAIMED = 1;
    static final int CALLING = 2;
    static final int UNSURE = 3;

    private static final boolean REPORT_LEAKS = Boolean.getBoolean("trale.leaks");

    final int fd;
    private final @Nullable Kernel kernel = Kernel.current(); // which has opened it; the thread that closes it may have another
    private final Source source;
    private final @Nullable Throwable opened = REPORT_LEAKS ? new Throwable("it was opened here") : null;

    private static final AtomicIntegerFieldUpdater<Descriptor> READING = AtomicIntegerFieldUpdater.newUpdater(Descriptor.class, "reading");
    private static final AtomicIntegerFieldUpdater<Descriptor> WRITING = AtomicIntegerFieldUpdater.newUpdater(Descriptor.class, "writing");
    private static final AtomicIntegerFieldUpdater<Descriptor> LIFE = AtomicIntegerFieldUpdater.newUpdater(Descriptor.class, "life");

    /// The states of the two directions: FREE, CLAIMED, CALLING or UNSURE. Only the owner of a claim changes a state that is CLAIMED or
    /// CALLING.
    ///
    /// An operation writes CALLING, *then* reads `life`. `close` writes `life`, *then* reads this. Both are sequentially consistent, so
    /// the operation makes no call, or `close` waits for the end of the call. At the end of a call a release write is enough: `close`
    /// reads until it sees it.
    volatile int reading = FREE;
    volatile int writing = FREE;

    private static final int OPEN = 0;
    private static final int CLOSING = 1;
    private static final int UNFINISHED = 2;
    private static final int CLOSED = 3;

    /// OPEN until a close takes it to CLOSING. That thread takes it to CLOSED, or to UNFINISHED if a step failed. The next close takes
    /// UNFINISHED to CLOSING again. Operations are refused in every state but OPEN.
    private volatile int life = OPEN;

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
        return life != OPEN;
    }

    /// {@return the exception for a closed slot} If the socket is still open, its executor was closed.
    ClosedChannelException closed(ClosedChannelException e) {
        return isClosed() ? e : new ExecutorClosedException();
    }

    Slot slot(byte direction) {
        return direction == READER ? source.read() : source.write();
    }

    private static AtomicIntegerFieldUpdater<Descriptor> users(byte direction) {
        return direction == READER ? READING : WRITING;
    }

    /// Begins a system call. If it fails, the direction is as it was.
    ///
    /// @param claimed the operation owns the direction already
    /// @return the number to make it on; [#leave(byte)] follows at once, or the operation ends
    int enter(byte direction, boolean claimed) throws ClosedChannelException {
        var users = users(direction);
        if (!users.compareAndSet(this, claimed ? CLAIMED : FREE, CALLING)) {
            if (users.get(this) == UNSURE) slot(direction).done(true);
            if (!users.compareAndSet(this, UNSURE, CALLING)) throw refused(direction);
        }
        if (life == OPEN) return fd; // no call since CALLING
        if (direction == READER) reading = claimed ? CLAIMED : FREE;
        else writing = claimed ? CLAIMED : FREE;
        throw claimed ? new AsynchronousCloseException() : new ClosedChannelException();
    }

    private IllegalStateException refused(byte direction) throws ClosedChannelException {
        requireOpen();
        return new IllegalStateException("another operation " + (direction == READER ? "reads from" : "writes to")
                + " this socket, or waits to: one may read and one may write at a time; await it first");
    }

    /// The call has returned; the operation still owns the direction.
    void leave(byte direction) {
        users(direction).lazySet(this, CLAIMED);
    }

    /// The operation has ended.
    void free(byte direction) {
        users(direction).lazySet(this, FREE);
    }

    void requireOpen() throws ClosedChannelException {
        if (isClosed()) throw new ClosedChannelException();
    }

    /// A system call that never has to wait.
    synchronized <T extends @Nullable Object> T call(SystemCall<T> call) throws IOException {
        requireOpen();
        return call.on(fd);
    }

    interface SystemCall<T extends @Nullable Object> {
        T on(int fd) throws IOException;
    }

    /// {@return whether this call closed it}
    boolean close() {
        return close(kernel);
    }

    private boolean close(@Nullable Kernel by) {
        if (!LIFE.compareAndSet(this, OPEN, CLOSING) && !LIFE.compareAndSet(this, UNFINISHED, CLOSING)) return false;
        var reached = UNFINISHED;
        try {
            try {
                source.close();
            } catch (StackOverflowError e) {
                throw e; // the stack is too short for the next steps too
            } catch (Throwable t) {
                reached = release(by);
                throw t;
            }
            reached = release(by);
        } finally {
            life = reached;
        }
        return true;
    }

    @SuppressWarnings("ThreadPriorityCheck") // the thread that makes the call may need this thread's core to return
    private int release(@Nullable Kernel by) {
        // The calls do not block and run no foreign code, so this wait is short.
        while (reading == CALLING || writing == CALLING) Thread.yield();
        synchronized (this) {
            Fd.close(fd, by);
        }
        return CLOSED;
    }

    /// By the Cleaner. After a close it does nothing. A simulated kernel, which decides the order of all events, is not told: when the
    /// Cleaner comes is no event of its.
    @Override
    public void run() {
        if (close(null) && opened != null) Log.warn("a socket became unreachable, but it had not been closed", opened);
    }
}
