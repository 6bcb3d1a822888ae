package trale.reactor;

import trale.Waker;

/// A time at which a waker is to be woken: an entry in a reactor's timer heap.
///
/// It is made once for a time, and belongs to one reactor at a time. See [Reactor#schedule(Deadline, Waker)].
public final class Deadline {
    static final int NOWHERE = -1;

    final long nanoTime;

    /// Where in the heap, and whom to wake. Guarded by the [TimerHeap].
    int index = NOWHERE;

    @org.jspecify.annotations.Nullable Waker waker;

    /// A deadline that waits nowhere yet.
    ///
    /// @param nanoTime a time of [System#nanoTime()], within 2⁶² ns (146 years) of now
    public Deadline(long nanoTime) {
        this.nanoTime = nanoTime;
    }

    /// {@return whether it has come}
    public boolean hasPassed() {
        return nanoTime - System.nanoTime() <= 0;
    }
}
