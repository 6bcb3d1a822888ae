package trale.reactor;

import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import trale.Context;
import trale.Waker;
import trale.internal.probe.TaskWaker;

/// One direction, reading or writing, of a registered descriptor (a [Source]). It knows whether a system call is worth making. If it is
/// not, the slot keeps the waker of the task that waits.
///
/// ```
///   READY ── poll: true, make the call ──▶ NOTHING ── poll: false ──▶ waker of the task
///     ▲                                     │   ▲                      │   │
///     ├─────── event, or done(true) ────────┘   └────── release ───────┘   │
///     └─────── event: wake it ─────────────────────────────────────────────┘
///                                              close: CLOSED from everywhere, for ever
/// ```
///
/// How a leaf future uses it (EAGAIN is Linux's answer "nothing there, try later"):
///
/// ```
/// while (slot.poll(cx)) {
///     int n = read(fd, buffer);                 // must not block
///     if (n == -EAGAIN) continue;               // polls the slot again: it keeps the waker, unless an event came meanwhile
///     slot.done(n < 0 || n == asked);           // it failed, or got all that was asked for: there may be more
///     if (n < 0) throw new IOException("errno " + -n);
///     return Poll.ready(n);
/// }
/// return Poll.pending();
/// ```
///
/// No wake-up is lost. The slot is NOTHING *before* the system call is made, so an event during or after the call turns it to READY. The
/// next poll finds READY and answers true. If the event comes inside that poll, the poll's compare-and-set fails, and the poll looks again.
///
/// One exception: the wake itself throws. After a StackOverflowError `turnInto` puts the waker back and throws the error, and the caller of
/// `event` or `close` may call again. Other exceptions are logged.
///
/// A *short read* of a stream gets less than was asked for, so the kernel's buffer is empty. The slot stays NOTHING, and the next poll
/// keeps the waker at once. This saves a call that would answer EAGAIN.
///
/// One task at a time uses a slot. The reactor and `close` may use it from other threads.
public final class Slot {
    private static final Object NOTHING = "nothing";
    private static final Object READY = "READY";
    private static final Object CLOSED = "closed";
    private static final Object CLOSED_WHILE_WAITING = "closed while a task waited";
    private static final AtomicReferenceFieldUpdater<Slot, Object> STATE =
            AtomicReferenceFieldUpdater.newUpdater(Slot.class, Object.class, "state");

    /// NOTHING, READY, CLOSED, CLOSED_WHILE_WAITING or the [Waker] of the task that waits.
    ///
    /// The task writes READY → NOTHING before its call. After the call `done` may write READY; the next poll may write the task's waker,
    /// and `release` takes that out. The reactor writes READY, and close writes CLOSED or CLOSED_WHILE_WAITING. All of these are
    /// compare-and-sets, sequentially consistent. Only the task turns CLOSED_WHILE_WAITING into CLOSED, by a volatile write. If a wake
    /// finds the stack full, `turnInto` writes the waker back. The task's NOTHING is ordered before its system call. So either the data is
    /// there when the call is made, and the call gets it, or the event comes after the NOTHING and turns it into READY.
    private volatile Object state = READY; // not known yet, so the first call is worth making

    /// Linux has reported the end, or urgent data. From then on the slot turns READY also after a short read or write. The reactor writes
    /// `ended` before the state becomes READY, and the task reads it after its call.
    private volatile boolean ended;

    Slot() {}

    /// Asks whether the system call is worth making. By the task that uses the slot.
    ///
    /// @param cx has the waker that the slot keeps if the answer is false
    /// @return true: make the call now, then say [#done(boolean)], or poll again if it answered EAGAIN;
    ///         false: return Pending, the waker is kept and will be woken
    /// @throws ClosedChannelException the source is closed; [AsynchronousCloseException] if that happened while waiting
    public boolean poll(Context cx) throws ClosedChannelException {
        for (;;) {
            var s = state;
            if (s == CLOSED) throw new ClosedChannelException();
            if (s == CLOSED_WHILE_WAITING) {
                state = CLOSED;
                throw new AsynchronousCloseException();
            }
            if (s == READY) {
                if (STATE.compareAndSet(this, READY, NOTHING)) return true;
            } else if (STATE.compareAndSet(this, s, cx.waker())) {
                return false;
            }
        }
    }

    /// Says that the call was made and did not answer EAGAIN. By the task that uses the slot.
    ///
    /// @param more another call is worth making at once: the call failed, or a stream moved all that was asked for, or this is not a
    ///      stream. One datagram, or one accepted connection, does not tell whether another is there
    public void done(boolean more) {
        if (more || ended) STATE.compareAndSet(this, NOTHING, READY);
    }

    /// Gives up waiting. An event that came meanwhile is kept for the next task. By the task that uses the slot, in a
    /// future's `drop`.
    ///
    /// @param waker that was given to the poll that answered false
    public void release(Waker waker) {
        STATE.compareAndSet(this, waker, NOTHING);
    }

    /// {@return what it holds, for people}
    @Override
    public String toString() {
        var s = state;
        return s instanceof TaskWaker w ? "task " + w.task().number() : s instanceof Waker ? "a waker" : s.toString();
    }

    /// Notes that a call is worth making, and wakes the task that waits. The reactor calls this for each event. Another thread may call it
    /// for something that Linux does not report.
    ///
    /// @param end from now on a short read or write tells nothing
    public void event(boolean end) {
        if (end) ended = true;
        turnInto(READY, READY);
    }

    void close() {
        turnInto(CLOSED, CLOSED_WHILE_WAITING);
    }

    /// Writes `next`; or, if a task waits, `nextIfAwaited`, and wakes the task. A closed slot stays closed. The wake may find the stack
    /// full, if a deep body closes or shuts down a socket. Then the state is put back, and the caller may call again. If another thread
    /// changes the slot at this moment, its change may be lost.
    private void turnInto(Object next, Object nextIfAwaited) {
        for (;;) {
            var s = state;
            if (s == next || s == CLOSED || s == CLOSED_WHILE_WAITING) return;
            var waker = s instanceof Waker w ? w : null;
            if (!STATE.compareAndSet(this, s, waker == null ? next : nextIfAwaited)) continue;
            try {
                if (waker != null) Reactor.wake(waker);
            } catch (StackOverflowError e) {
                if (state == nextIfAwaited) state = s; // no compareAndSet: there is no stack for a call
                throw e;
            }
            return;
        }
    }
}
