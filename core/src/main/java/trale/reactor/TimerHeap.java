package trale.reactor;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import trale.Waker;

/// A binary heap of deadlines, the earliest on top: insert and remove in O(log n), no allocation but the array's growth.
///
/// Every method holds the heap's monitor: with a reactor thread, or with sleeps polled by hand, several threads use it.
/// Wakers are called by the caller, outside the monitor.
final class TimerHeap {
    private Deadline[] heap = new Deadline[16];
    private int size;

    /// Puts the deadline in, or gives one that is in another waker.
    ///
    /// @return whether the earliest deadline has changed
    synchronized boolean put(Deadline d, Waker waker) {
        d.waker = waker;
        if (d.index != Deadline.NOWHERE) return false;
        if (size == heap.length) heap = Arrays.copyOf(heap, size * 2);
        siftUp(size++, d);
        return d.index == 0;
    }

    synchronized void remove(Deadline d) {
        if (d.index != Deadline.NOWHERE) removeAt(d.index);
    }

    /// {@return the earliest deadline, or null}
    synchronized @Nullable Deadline first() {
        return size == 0 ? null : heap[0];
    }

    /// Takes out the earliest deadline if it has passed.
    ///
    /// @return whom to wake, or null
    synchronized @Nullable Waker expire(long now) {
        return size != 0 && heap[0].nanoTime - now <= 0 ? removeAt(0) : null;
    }

    /// Takes out any deadline, passed or not.
    synchronized @Nullable Waker take() {
        return size == 0 ? null : removeAt(size - 1);
    }

    private @Nullable Waker removeAt(int i) {
        var removed = heap[i];
        var last = heap[--size];
        clear(size);
        if (last != removed) {
            siftDown(i, last);
            if (heap[i] == last) siftUp(i, last);
        }
        var waker = removed.waker;
        removed.index = Deadline.NOWHERE;
        removed.waker = null;
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
