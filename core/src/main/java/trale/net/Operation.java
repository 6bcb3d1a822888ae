package trale.net;

import java.io.IOException;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;
import trale.Context;
import trale.Future;
import trale.Poll;
import trale.Waker;
import trale.internal.linux.Errno;
import trale.internal.linux.Sockets;
import trale.reactor.Slot;

/// A system call that may have to wait: the leaf future of every socket.
///
/// ```
///   slot.poll ──true──▶ call ──≥ 0──▶ result ──▶ Ready, or (more to do) slot.poll again
///       ▲   │             ├── EAGAIN ──▶ slot.poll again: now it waits
///       │ false           └── error ───▶ failed
///       │   ▼
///       └ Pending         every 64 calls that did not have to wait: wake myself, Pending
/// ```
///
/// It is the one object that an operation costs: 24 bytes, a buffer's included. Dropping it gives up waiting; what was
/// not yet reported as moved has not been moved.
abstract class Operation<T> implements Future<T> {
    static final Poll<Void> DONE = Poll.ready(null);

    /// Keeps the socket reachable while it is used.
    final Endpoint endpoint;

    /// Who waits, since the last poll said Pending.
    private @Nullable Waker waker;

    Operation(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    /// {@return READER or WRITER}
    abstract int direction();

    /// Makes the system call: ≥ 0 or −errno.
    abstract int call(int fd) throws IOException;

    /// {@return the end, or null: call again}
    /// @param n what the call answered, ≥ 0
    abstract @Nullable Poll<T> result(int n) throws IOException;

    /// Whether another call is worth its while at once. A stream that moved less than it was asked for says no.
    boolean more(int n) {
        return true;
    }

    /// {@return Pending, having arranged a wake, or null: call again}
    /// @param n −errno, but not EAGAIN
    @Nullable Poll<T> failed(int n, Context cx) throws IOException {
        throw Sockets.exception(name(), n, address());
    }

    /// For error messages.
    abstract String name();

    @Nullable SocketAddress address() {
        return endpoint.remote;
    }

    boolean hasWaited() {
        return waker != null;
    }

    private Slot slot() {
        var source = endpoint.descriptor.source;
        return direction() == Descriptor.READER ? source.read() : source.write();
    }

    @Override
    public Poll<T> poll(Context cx) throws Exception {
        var descriptor = endpoint.descriptor;
        descriptor.enter(this);
        var waits = false;
        try {
            var p = advance(descriptor, cx);
            waits = p instanceof Poll.Pending;
            if (waits) waker = cx.waker();
            return p;
        } finally {
            descriptor.leave(this, waits);
        }
    }

    private Poll<T> advance(Descriptor descriptor, Context cx) throws IOException {
        var slot = slot();
        for (;;) {
            if (descriptor.isGreedy()) {
                cx.waker().wake();
                return Poll.pending();
            }
            if (!slot.poll(cx)) {
                descriptor.waits();
                return Poll.pending();
            }
            var n = tell(slot, descriptor.fd);
            if (n == -Errno.EAGAIN || n == -Errno.EINTR) continue;
            var p = n >= 0 ? result(n) : failed(n, cx);
            if (p != null) return p;
        }
    }

    private int tell(Slot slot, int fd) throws IOException {
        var n = 0;
        try {
            n = call(fd);
        } finally {
            if (n != -Errno.EAGAIN) slot.done(more(n)); // also when an address could not be encoded
        }
        return n;
    }

    @Override
    public void drop() {
        if (waker == null) return;
        endpoint.descriptor.forget(this);
        slot().release(waker);
    }
}
