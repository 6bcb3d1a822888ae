package book.ch07;

import book.linux.Epoll;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import trale.Waker;

/// Wakes a task when a descriptor is ready.
class Reactor implements AutoCloseable {
    final Epoll epoll = new Epoll();
    final Map<Integer, Waker> waiting = new HashMap<>();
    int turns;

    Reactor() throws IOException {}

    // region wait
    /// Wakes the task, once, when the descriptor is ready for that: [Epoll#IN] or [Epoll#OUT].
    void wakeWhenReady(int fd, int interest, Waker waker) {
        if (waiting.put(fd, waker) == null) epoll.add(fd, interest);
    }

    /// Sleeps until a descriptor is ready, or until the time-out is over, and wakes the tasks.
    ///
    /// @return how many descriptors were ready
    int turn(int timeoutMillis) {
        turns++;
        int n = epoll.await(timeoutMillis);
        for (int i = 0; i < n; i++) {
            int fd = epoll.fd(i);
            epoll.delete(fd);
            waiting.remove(fd).wake();
        }
        return n;
    }
    // end

    @Override
    public void close() {
        epoll.close();
    }
}
