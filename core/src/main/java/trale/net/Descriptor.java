package trale.net;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;
import trale.internal.linux.Fd;
import trale.internal.linux.Sockets;
import trale.reactor.Reactor;
import trale.reactor.Source;

/// A socket's file descriptor: who is in a system call on it, who waits for it, and when its number may be given back.
///
/// ```
///   holds:  open hold │ calls of the writer │ calls of the reader │ CLOSED?
///
///   call      takes a hold, refused when CLOSED ──▶ system call ──▶ gives it back
///   close()   CLOSED ──▶ Source.close: out of epoll, waiters woken ──▶ gives the open hold back
///   whoever gives the last hold back closes the number
/// ```
///
/// So no thread ever makes a call on a number that another has closed and a third has been given since; the close of a
/// socket that is not in a call at this very moment is done when `close()` returns.
///
/// It knows nothing of the socket object it belongs to, so that the Cleaner can [run][#run()] it when that object has
/// become unreachable.
final class Descriptor implements Runnable {
    static final int READER = 1;
    static final int WRITER = 1 << 8;
    private static final int OTHER = 1 << 16;
    private static final int CLOSED = 1 << 30;

    private static final System.Logger LOG = System.getLogger("trale");
    private static final boolean LEAKS = Boolean.getBoolean("trale.leaks");
    private static final VarHandle HOLDS;

    static {
        try {
            HOLDS = MethodHandles.lookup().findVarHandle(Descriptor.class, "holds", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final int fd;
    final Source source;
    private final @Nullable Throwable opened;

    /// Changed by compare-and-set or addition, by every thread that uses the socket. Sequential consistency makes the
    /// fields below, which belong to whoever is in a call, pass from one caller to the next.
    private volatile int holds = OTHER;

    /// The operation that returned Pending and may come back, for each direction; owned by the READER or WRITER hold.
    private @Nullable Operation<?> reader;
    private @Nullable Operation<?> writer;

    /// Calls since a direction last had to wait. Two threads may lose a count: it only measures greed.
    private int streak;

    /// Takes over a descriptor and registers it with the reactor of [trale.Executor#get()].
    ///
    /// @throws IOException the reactor would not have it; it is closed then
    Descriptor(int fd, String kind) throws IOException {
        this.fd = fd;
        try {
            source = Reactor.register(fd);
        } catch (Throwable t) {
            Fd.close(fd);
            throw t;
        }
        opened = LEAKS ? new Throwable(kind + " was opened here") : null;
    }

    /// Begins to poll an operation.
    ///
    /// @throws IllegalStateException another operation of this direction waits, or is in a call
    /// @throws AsynchronousCloseException closed since it waits
    void enter(Operation<?> operation) throws ClosedChannelException {
        var hold = operation.direction();
        take(hold, operation);
        var waiting = hold == READER ? reader : writer;
        if (waiting == null || waiting == operation) return;
        give(hold);
        throw busy(hold);
    }

    /// Ends what [#enter] began.
    ///
    /// @param waits whether the operation will be back
    void leave(Operation<?> operation, boolean waits) {
        set(operation.direction(), waits ? operation : null);
        give(operation.direction());
    }

    /// An operation that waits won't be back.
    void forget(Operation<?> operation) {
        if (operation == (operation.direction() == READER ? reader : writer)) set(operation.direction(), null);
    }

    private void set(int hold, @Nullable Operation<?> operation) {
        if (hold == READER) reader = operation;
        else writer = operation;
    }

    private void take(int hold, @Nullable Operation<?> operation) throws ClosedChannelException {
        for (;;) {
            var now = holds;
            if ((now & CLOSED) != 0)
                throw operation != null && operation.hasWaited() ? new AsynchronousCloseException() : new ClosedChannelException();
            if (hold != OTHER && (now & hold * 0xff) != 0) throw busy(hold);
            if (HOLDS.compareAndSet(this, now, now + hold)) return;
        }
    }

    private void give(int hold) {
        if ((int) HOLDS.getAndAdd(this, -hold) - hold == CLOSED) Fd.close(fd);
    }

    private static IllegalStateException busy(int hold) {
        return new IllegalStateException("another operation " + (hold == READER ? "reads from" : "writes to")
                + " this socket or waits to: at any time one may read and one may write; await it first");
    }

    /// A system call that never has to wait.
    int call(String name, @Nullable SocketAddress address, SystemCall call) throws IOException {
        take(OTHER, null);
        try {
            return check(call.on(fd), name, address);
        } finally {
            give(OTHER);
        }
    }

    /// {@return a result that is ≥ 0}
    static int check(int result, String call, @Nullable SocketAddress address) throws SocketException {
        if (result < 0) throw Sockets.exception(call, result, address);
        return result;
    }

    /// On a file descriptor: ≥ 0 or −errno.
    interface SystemCall {
        int on(int fd) throws IOException;
    }

    /// Whether an operation has made so many calls without waiting that the other tasks should have a turn first.
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
        for (;;) {
            var now = holds;
            if ((now & CLOSED) != 0) return false;
            if (HOLDS.compareAndSet(this, now, now | CLOSED)) break;
        }
        source.close();
        give(OTHER);
        return true;
    }

    /// By the Cleaner: nobody can close it any more.
    @Override
    public void run() {
        if (close() && opened != null)
            LOG.log(Level.WARNING, "a socket became unreachable without close(); it has been closed now", opened);
    }
}
