package trale.net;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import trale.Context;
import trale.Future;
import trale.Poll;
import trale.Waker;
import trale.internal.linux.Errno;
import trale.internal.linux.Sockets;
import trale.reactor.Slot;

/// A system call that may have to wait: the leaf future of every socket, and the one small object an operation costs.
///
/// ```
///   slot.poll ──true──▶ call ──EAGAIN──▶ slot.poll again: now it waits
///       ▲   │             └──≥ 0, error ──▶ result ──▶ Ready, throw, or (more to do) slot.poll again
///       │ false
///       │   ▼
///       └ Pending         after 64 calls that did not wait: wake myself, Pending
/// ```
///
/// Cancelled while it waits it has done nothing since its last call: readiness, unlike completion, has nothing to undo.
abstract class Operation<T> implements Future<T> {
    static final Poll<Void> DONE = Poll.ready(null);

    final Endpoint endpoint; // also keeps the socket from being cleaned while it is in use
    final int claim;
    private final String name;

    /// Who waits, once a poll has said Pending; the claim is then this operation's until its end.
    private @Nullable Waker waker;

    /// @param claim Descriptor.READER or WRITER
    /// @param name  of the call, for error messages
    Operation(Endpoint endpoint, int claim, String name) {
        this.endpoint = endpoint;
        this.claim = claim;
        this.name = name;
    }

    /// Makes the system call: ≥ 0 or −errno.
    abstract int call(int fd) throws IOException;

    /// {@return the end, or null: call again}
    /// @param n what the call answered, but neither EAGAIN nor EINTR
    abstract @Nullable Poll<T> result(int n) throws IOException;

    /// {@return whether another call is worth its while at once}
    /// @param n what the call answered
    boolean more(int n) {
        return true;
    }

    /// {@return what is not an error}
    int checked(int n) throws IOException {
        return Sockets.check(n, name, endpoint.remote);
    }

    @Override
    public Poll<T> poll(Context cx) throws Exception {
        var descriptor = endpoint.descriptor;
        descriptor.enter(claim, waker != null);
        var keeps = 0;
        try {
            var p = advance(descriptor, cx);
            if (p == null) keeps = claim;
            return p == null ? Poll.pending() : p;
        } finally {
            waker = keeps == 0 ? null : cx.waker();
            descriptor.leave(claim - keeps);
        }
    }

    /// {@return the end, or null: a wake is arranged}
    private @Nullable Poll<T> advance(Descriptor descriptor, Context cx) throws IOException {
        var slot = slot();
        for (;;) {
            if (descriptor.isGreedy()) {
                cx.waker().wake();
                return null;
            }
            if (!slot.poll(cx)) {
                descriptor.waits();
                return null;
            }
            var n = call(slot, descriptor.fd);
            if (n == -Errno.EAGAIN || n == -Errno.EINTR) continue;
            var p = result(n);
            if (p != null) return p;
        }
    }

    private int call(Slot slot, int fd) throws IOException {
        var n = 0;
        try {
            n = call(fd);
        } finally {
            if (n != -Errno.EAGAIN) slot.done(more(n)); // also if it threw: then no call was made at all
        }
        return n;
    }

    private Slot slot() {
        var source = endpoint.descriptor.source;
        return claim == Descriptor.READER ? source.read() : source.write();
    }

    @Override
    public void drop() {
        if (waker == null) return;
        slot().release(waker);
        endpoint.descriptor.forget(claim);
        waker = null;
    }
}
