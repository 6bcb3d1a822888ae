package trale.reactor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import trale.Waker;
import trale.internal.linux.Libc;
import trale.internal.linux.TimerFd;

/// The deadlines that somebody waits for, in a binary heap with the earliest on top, and the one timerfd that is set to it:
/// insert and remove in O(log n), no allocation but the array's growth, no system call but when the top changes.
///
/// Every method holds the monitor: with a reactor thread, or with sleeps polled by hand, several threads use it. Wakers are
/// called by the caller, outside the monitor.
final class Timers {
    private static final long FOR_EVER = Long.MAX_VALUE / 2; // 146 years, the most that System.nanoTime() can compare

    private final TimerFd timerFd;
    private Deadline[] heap = new Deadline[16];
    private int size;
    private boolean closed;

    /// When the timerfd goes off: at the earliest deadline, or before it.
    private long armed = Libc.nanoTime() + FOR_EVER;

    Timers(TimerFd timerFd) {
        this.timerFd = timerFd;
    }

    /// Puts the deadline in, or gives one that is in another waker.
    ///
    /// @param arm set the timerfd if this is the earliest; without it whoever turns does, before the thread sleeps
    /// @throws IllegalStateException closed; the timerfd's number may be another's by now
    synchronized void put(Deadline d, Waker waker, boolean arm) {
        if (closed) throw new IllegalStateException("this reactor is closed; sleep in a task of an executor that is open");
        d.waker = waker;
        if (d.index != Deadline.NOWHERE) return;
        if (size == heap.length) heap = Arrays.copyOf(heap, size * 2);
        siftUp(size++, d);
        if (arm && d.index == 0) arm();
    }

    synchronized void remove(Deadline d) {
        if (d.index != Deadline.NOWHERE) removeAt(d.index);
    }

    /// Sets the timerfd to the earliest deadline unless it goes off before that anyway.
    synchronized void arm() {
        if (size == 0 || armed - heap[0].nanoTime <= 0) return;
        armed = heap[0].nanoTime;
        timerFd.arm(armed);
    }

    /// Takes out the earliest deadline if it has passed.
    ///
    /// @return whom to wake, or null
    synchronized @Nullable Waker expire(long now) {
        if (armed - now <= 0) armed = now + FOR_EVER;
        return size != 0 && heap[0].nanoTime - now <= 0 ? removeAt(0) : null;
    }

    /// Closes the timerfd.
    ///
    /// @return who still waits
    synchronized List<Waker> close() {
        closed = true;
        timerFd.close();
        var waiting = new ArrayList<Waker>();
        while (size != 0) waiting.add(removeAt(size - 1));
        return waiting;
    }

    private Waker removeAt(int i) {
        var removed = heap[i];
        var last = heap[--size];
        clear(size);
        if (last != removed) {
            siftDown(i, last);
            if (heap[i] == last) siftUp(i, last);
        }
        var waker = removed.waker;
        removed.index = Deadline.NOWHERE;
        removed.waker = Deadline.NOBODY;
        return waker;
    }

    @SuppressWarnings("NullAway") // beyond size the array holds nulls that nobody reads
    private void clear(int i) {
        heap[i] = null;
    }

    private void siftUp(int i, Deadline d) {
        while (i > 0) {
            var parent = (i - 1) >>> 1;
            if (heap[parent].nanoTime - d.nanoTime <= 0) break;
            set(i, heap[parent]);
            i = parent;
        }
        set(i, d);
    }

    private void siftDown(int i, Deadline d) {
        for (int child; (child = 2 * i + 1) < size; i = child) {
            if (child + 1 < size && heap[child + 1].nanoTime - heap[child].nanoTime < 0) child++;
            if (d.nanoTime - heap[child].nanoTime <= 0) break;
            set(i, heap[child]);
        }
        set(i, d);
    }

    private void set(int i, Deadline d) {
        heap[i] = d;
        d.index = i;
    }
}
