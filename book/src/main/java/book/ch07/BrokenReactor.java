package book.ch07;

import book.linux.Epoll;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import trale.Waker;

/// Saves two system calls a wait: what it has added once stays in the set.
final class BrokenReactor extends Reactor {
    private final Set<Integer> added = new HashSet<>();

    BrokenReactor() throws IOException {}

    // region wait
    /// Wakes the task, once, when the descriptor is ready.
    @Override
    void wakeWhenReady(int fd, int interest, Waker waker) {
        waiting.put(fd, waker);
        if (added.add(fd)) epoll.add(fd, Epoll.IN | Epoll.OUT);
    }

    @Override
    int turn(int timeoutMillis) {
        turns++;
        int n = epoll.await(timeoutMillis);
        for (int i = 0; i < n; i++) {
            int fd = epoll.fd(i);
            Waker waker = waiting.remove(fd);
            if (waker != null) waker.wake();
        }
        return n;
    }
    // end
}
