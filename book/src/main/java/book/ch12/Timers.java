package book.ch12;

import book.linux.Linux;
import java.io.IOException;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;

/// The sleeps that wait, in order, and one timerfd: chapter 9, with a tree for the heap.
final class Timers {
    private static final AtomicLong NUMBERS = new AtomicLong();

    final int fd = Linux.timerFd();
    private final long least; // nanoseconds to set the timerfd to
    private final TreeSet<Sleep> sleeps = new TreeSet<>((a, b) -> Long.signum(a.deadline != b.deadline ? a.deadline - b.deadline : a.number - b.number));

    Timers(long least) throws IOException {
        this.least = least;
    }

    static long nextNumber() {
        return NUMBERS.getAndIncrement();
    }

    void put(Sleep sleep) {
        sleeps.add(sleep);
    }

    void remove(Sleep sleep) {
        sleeps.remove(sleep);
    }

    void arm() {
        if (!sleeps.isEmpty()) Linux.setTimer(fd, Math.max(least, sleeps.first().deadline - System.nanoTime()));
    }

    void expire() {
        while (!sleeps.isEmpty() && System.nanoTime() - sleeps.first().deadline >= 0) sleeps.pollFirst().waker.wake();
    }
}
