/// A reactor's table of wakers that does not wake the wrong task when a descriptor is closed and its number is used again.
///
/// The kernel gives the lowest free number to the next file. Here `close` forgets nothing, so the waker of the old descriptor lies in wait for the
/// new one. And the task that waited for the old one waits for ever. It must be woken, so that it finds out.

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
    }
}
