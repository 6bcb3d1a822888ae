package trale.net;

import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;
import trale.Context;
import trale.Future;
import trale.Poll;
import trale.Snapshot;
import trale.Waker;
import trale.internal.Explanation;
import trale.internal.Owned;
import trale.internal.linux.Errno;

/// A system call that may have to wait: the leaf future of every socket, and the one small object an operation costs.
///
/// ```
///   atOnce? ──▶ slot.poll ──true──▶ call ──EAGAIN──▶ slot.poll again: now it waits
///                 ▲   │               └──▶ result ──▶ Ready, throw, or (more to do) slot.poll again
///                 │ false
///                 │   ▼
///                 └ Pending           after 8 calls: wake myself, Pending
/// ```
///
/// An operation that is cancelled while it waits has moved nothing since its last call. Readiness has nothing to undo; completion would.
/// One thread at a time polls an operation.
abstract class Operation<T> extends Owned implements Future<T> {
    /// The most calls of one poll. Each may move 64 KiB, which takes about 15 µs.
    private static final int MAX_CALLS = 8;

    static final Poll<Void> DONE = Poll.ready(null);
    private static final Waker OVER = () -> {};

    final Endpoint<?> endpoint;
    final byte direction;

    /// The waker of the latest poll, which the slot may hold. Null until the direction is claimed; OVER at the end.
    private @Nullable Waker waker;

    /// @param direction Descriptor.READER or WRITER
    Operation(Endpoint<?> endpoint, byte direction) {
        this.endpoint = endpoint;
        this.direction = direction;
    }

    /// {@return the outcome, if no call is needed; else null}
    @Nullable Poll<T> atOnce() throws IOException {
        return null;
    }

    /// Makes the system call: ≥ 0 or −errno.
    abstract int call(int fd) throws IOException;

    /// {@return the outcome, or null to make the call again}
    /// @param n what the call answered: ≥ 0 or −errno, but neither EAGAIN nor EINTR
    abstract @Nullable Poll<T> result(int n) throws IOException;

    /// {@return whether another call is worth making at once}
    /// @param n what the call answered
    boolean more(int n) {
        return true;
    }

    @Override
    public final Poll<T> poll(Context cx) throws Exception {
        if (waker == OVER)
            throw new IllegalStateException("polled after its end: an operation of a socket has one value; await it once");
        try {
            var waits = false;
            var p = atOnce();
            for (var calls = 0; p == null; calls++) {
                var n = calls < MAX_CALLS ? attempt(cx) : giveWay(cx);
                waits = n == -Errno.EAGAIN;
                p = waits ? Poll.pending() : result(n);
            }
            if (!waits) finish();
            return p;
        } catch (Throwable t) { // no call: if the stack has ended, the direction must be free all the same
            var descriptor = endpoint.descriptor;
            if (waker != null && direction == Descriptor.READER) descriptor.reading = Descriptor.UNSURE;
            if (waker != null && direction == Descriptor.WRITER) descriptor.writing = Descriptor.UNSURE;
            waker = OVER;
            throw t;
        }
    }

    /// {@return −EAGAIN: other tasks have their turn, then this goes on}
    private static int giveWay(Context cx) {
        cx.waker().wake();
        return -Errno.EAGAIN;
    }

    /// {@return what the call answered, or −EAGAIN: a wake is arranged}
    private int attempt(Context cx) throws IOException {
        var descriptor = endpoint.descriptor;
        var now = cx.waker();
        var fd = descriptor.enter(direction, waker != null);
        waker = now; // no call since enter: the direction is claimed
        try {
            var slot = descriptor.slot(direction);
            while (slot.poll(cx)) {
                var n = 0;
                try {
                    n = call(fd);
                } finally {
                    if (n != -Errno.EAGAIN) slot.done(more(n)); // also if it threw: then the call was not made
                }
                if (n != -Errno.EAGAIN && n != -Errno.EINTR) return n;
            }
            return -Errno.EAGAIN;
        } catch (ClosedChannelException e) {
            throw descriptor.closed(e);
        } finally {
            descriptor.leave(direction);
            Reference.reachabilityFence(endpoint); // until now the Cleaner must not close it
        }
    }

    private void finish() {
        if (waker != null) endpoint.descriptor.free(direction);
        waker = OVER;
    }

    @Override
    protected final void explain(Explanation to) {
        to.waitsFor(new Snapshot.Ready(endpoint.descriptor.fd, direction == Descriptor.READER, endpoint.toString()));
    }

    @Override
    public String toString() {
        return (direction == Descriptor.READER ? "reading from " : "writing to ") + endpoint;
    }

    @Override
    public void drop() {
        if (waker == OVER) return;
        if (waker != null) endpoint.descriptor.slot(direction).release(waker);
        finish();
    }
}
