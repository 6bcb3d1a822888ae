package trale.reactor;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import trale.Waker;
import trale.internal.linux.Libc;
import trale.internal.linux.TimerFd;
import trale.internal.probe.Probe;
import trale.internal.probe.TaskWaker;

/// A binary heap of deadlines, the earliest on top, and the one timerfd. Insert and remove are O(log n).
/// Only the array's growth allocates, and only a new earliest deadline makes a system call.
///
/// Every method that others call holds the monitor: the executor's thread, its reactor thread, and a thread that polls a sleep by hand may
/// all call. The caller calls the wakers, outside the monitor.
final class Timers {
    private static final long FOR_EVER = Long.MAX_VALUE / 2; // 146 years: the difference of two times that are within this of now does not overflow

    private final TimerFd timerFd;
    private Deadline[] heap = new Deadline[16];
    private int size;
    /// What is told of the timers, and of the reactor. Written by the executor's thread; another thread may see it a turn later.
    volatile @Nullable Probe probe;

    private int numbers; // ever put in, unsigned
    private boolean closed;

    /// The time for which the timerfd is set, or far away. While the turning thread sleeps, it is the earliest deadline or earlier.
    private long armed = Libc.nanoTime() + FOR_EVER;

    Timers(TimerFd timerFd) {
        this.timerFd = timerFd;
    }

    /// Adds a deadline. If it is in the heap already, it gets the new waker.
    ///
    /// @param arm set the timerfd if this is the earliest; otherwise the thread that turns the reactor sets it before it sleeps
    /// @throws IllegalStateException the timers are closed, or Linux refuses to set the timerfd. The deadline was not added
    /// @throws OutOfMemoryError the array could not grow. The deadline was not added
    synchronized void put(Deadline d, Waker waker, boolean arm) {
        if (closed) throw new IllegalStateException("this reactor is closed; sleep in a task of an executor that is open");
        if (d.index != Deadline.NOWHERE) {
            d.waker = waker;
            return;
        }
        if (size == heap.length) heap = Arrays.copyOf(heap, size * 2);
        if (arm && (size == 0 || d.nanoTime - heap[0].nanoTime < 0)) armAt(d.nanoTime);
        d.waker = waker;
        d.number = ++numbers;
        siftUp(size++, d);
        tell(Probe.Step.SET, d);
    }

    synchronized void remove(Deadline d) {
        if (d.index == Deadline.NOWHERE) return;
        tell(Probe.Step.DROP, d);
        removeAt(d.index);
    }

    /// Sets the timerfd to the earliest deadline, unless it goes off before that.
    ///
    /// @return false: the earliest deadline has passed, and the timerfd is not set
    synchronized boolean arm(long now) {
        if (areDue(now)) return false;
        if (size != 0) armAt(heap[0].nanoTime);
        return true;
    }

    private void armAt(long nanoTime) {
        if (armed - nanoTime <= 0) return;
        timerFd.arm(nanoTime);
        armed = nanoTime;
    }

    /// {@return whether the earliest deadline has passed}
    synchronized boolean areDue(long now) {
        if (armed - now <= 0) armed = now + FOR_EVER; // it has gone off
        return size != 0 && heap[0].nanoTime - now <= 0;
    }

    /// Removes the earliest deadline, if it has passed.
    ///
    /// @return its waker, or null
    synchronized @Nullable Waker expire(long now) {
        if (!areDue(now)) return null;
        tell(Probe.Step.FIRE, heap[0]);
        return removeAt(0);
    }

    private void tell(Probe.Step step, Deadline d) {
        var p = probe;
        if (p != null) p.timer(Integer.toUnsignedLong(d.number), step, d.nanoTime, d.waker instanceof TaskWaker w ? w.task() : null);
    }

    /// Closes the timerfd. No deadline is added any more.
    synchronized void close() {
        closed = true;
        timerFd.close();
    }

    /// Removes any deadline.
    ///
    /// @return its waker, or null if there is no deadline
    synchronized @Nullable Waker takeOne() {
        return size == 0 ? null : removeAt(size - 1);
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
        removed.waker = Deadline.NO_WAKER;
        return waker;
    }

    @SuppressWarnings("NullAway") // beyond size the array holds nulls that are never read
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
