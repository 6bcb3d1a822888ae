package book.ch09;

import book.linux.Linux;
import java.io.IOException;
import java.util.Arrays;

/// All sleeps that wait, in a heap: the earliest is at the top. One timerfd is set to it.
class Timers {
    final int fd = Linux.timerFd();
    private Sleep[] heap = new Sleep[16];
    private int size;

    Timers() throws IOException {}

    /// {@return nanoseconds of the clock that the deadlines are of}
    long now() {
        return System.nanoTime();
    }

    // region arm
    /// Before the thread sleeps: the timerfd is to ring at the earliest deadline.
    final void arm() {
        if (size > 0) Linux.setTimer(fd, nanosUntil(heap[0].deadline));
    }
    // end

    // region nanos
    long nanosUntil(long deadline) {
        return Math.max(1, deadline - now()); // 0 would switch the timerfd off
    }
    // end

    // region expire
    /// After the thread has slept: wakes all whose time has come.
    final void expire() {
        long now = now();
        while (size > 0 && heap[0].isOver(now)) {
            Sleep earliest = heap[0];
            remove(earliest);
            earliest.waker.wake();
        }
    }
    // end

    // region heap
    final void put(Sleep sleep) {
        if (sleep.index >= 0) return;
        if (size == heap.length) heap = Arrays.copyOf(heap, 2 * size);
        up(size++, sleep);
    }

    final void remove(Sleep sleep) {
        int i = sleep.index;
        if (i < 0) return;
        sleep.index = -1;
        Sleep last = heap[--size];
        heap[size] = null;
        if (last == sleep) return;
        down(i, last);
        if (heap[i] == last) up(i, last);
    }

    /// The sleep goes up from place i while its parent is later.
    private void up(int i, Sleep sleep) {
        for (; i > 0 && heap[(i - 1) / 2].deadline - sleep.deadline > 0; i = (i - 1) / 2) set(i, heap[(i - 1) / 2]);
        set(i, sleep);
    }

    /// It goes down while one of its two children is earlier: the earlier one goes up instead.
    private void down(int i, Sleep sleep) {
        for (int child; (child = 2 * i + 1) < size; i = child) {
            if (child + 1 < size && heap[child + 1].deadline - heap[child].deadline < 0) child++;
            if (heap[child].deadline - sleep.deadline >= 0) break;
            set(i, heap[child]);
        }
        set(i, sleep);
    }

    private void set(int i, Sleep sleep) {
        heap[i] = sleep;
        sleep.index = i;
    }
    // end
}
