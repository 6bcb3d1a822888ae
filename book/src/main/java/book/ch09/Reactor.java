package book.ch09;

import book.linux.Epoll;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import trale.Waker;

/// Sleeps until something happens. What can happen in this chapter is that time passes; chapter 8 has the rest.
final class Reactor {
    final Timers timers;
    private final Epoll epoll = new Epoll();
    private final Map<Integer, Waker> waiting = new HashMap<>();

    Reactor(Timers timers) throws IOException {
        this.timers = timers;
        epoll.add(timers.fd, Epoll.IN | Epoll.ET);
    }

    // region turn
    int turn(int timeoutMillis) {
        timers.arm();
        int n = epoll.await(timeoutMillis);
        for (int i = 0; i < n; i++) {
            Waker waker = waiting.remove(epoll.fd(i)); // none: it was the timerfd
            if (waker != null) waker.wake();
        }
        timers.expire();
        return n;
    }
    // end

    /// Wakes the task when this descriptor, which is no socket, has something to read.
    void wakeWhenReadable(int fd, Waker waker) {
        waiting.put(fd, waker);
        epoll.add(fd, Epoll.IN | Epoll.ET);
    }
}
