/// Takes the waker out, and calls it.

import java.util.HashMap;
import java.util.Map;
import trale.Waker;

final class WakerTable {
    private final Map<Integer, Waker> waiting = new HashMap<>();

    void wakeWhenReady(int fd, Waker waker) {
        waiting.put(fd, waker);
    }

    /// The kernel says that something has come.
    void ready(int fd) {
        Waker waker = waiting.remove(fd);
        if (waker != null) waker.wake();
    }

    /// The descriptor is about to be closed.
    void close(int fd) {
        ready(fd);
    }
}
