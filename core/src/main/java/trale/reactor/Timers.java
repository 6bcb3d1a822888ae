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
    /// 146 years. The difference of two times that are within this of now does not overflow.
    private static final long FOR_EVER = Long.MAX_VALUE / 2;

    private final TimerFd timerFd;
    private Deadline[] heap = new Deadline[16];
    private int size;
    /// What is told of the timers, and of the reactor. Written by the executor's thread; another thread may see it a turn later.
    volatile @Nullable Probe probe;

    private int numbers; // ever put in, unsigned
    private boolean closed;

    private final long farAway = Libc.nanoTime() + FOR_EVER;

    /// The time for which the timerfd is set, or far away: it has gone off, or it is not known. While the turning thread sleeps, it is the
    /// earliest deadline or earlier.
    private long armed = farAway;

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
        settle(d, size, size + 1);
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
        armed = farAway; // if the call fails it is not known whether the timerfd was set
        timerFd.arm(nanoTime);
        armed = nanoTime;
    }

    /// {@return whether the earliest deadline has passed}
    synchronized boolean areDue(long now) {
        if (armed - now <= 0) armed = farAway; // it has gone off
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

    @SuppressWarnings("NullAway") // beyond size the array holds nulls that are never read
    private Waker removeAt(int i) {
        var removed = heap[i];
        var waker = removed.waker;
        settle(heap[size - 1], i, size - 1); // the last one takes the place; if it is the removed one, it stays where it is
        heap[size] = null; // no call from here on: the stack may end at any
        removed.index = Deadline.NOWHERE;
        removed.waker = Deadline.NO_WAKER;
        return waker;
    }

    /// Makes the heap one of `n` deadlines, of which `d` takes the place `i`, or one above or below it. All places change here, and there
    /// is no call in between: if the stack ends, it ends before the first change.
    private void settle(Deadline d, int i, int n) {
        size = n;
        while (i > 0) {
            var parent = (i - 1) >>> 1;
            if (heap[parent].nanoTime - d.nanoTime <= 0) break;
            heap[i] = heap[parent];
            heap[i].index = i;
            i = parent;
        }
        for (int child; (child = 2 * i + 1) < n; i = child) {
            if (child + 1 < n && heap[child + 1].nanoTime - heap[child].nanoTime < 0) child++;
            if (d.nanoTime - heap[child].nanoTime <= 0) break;
            heap[i] = heap[child];
            heap[i].index = i;
        }
        heap[i] = d;
        d.index = i;
    }
}
