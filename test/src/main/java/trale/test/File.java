package trale.test;

import java.util.ArrayList;
import java.util.List;

/// What a descriptor stands for: its readiness, and the epolls that are told when that changes.
abstract class File {
    static final int IN = 0x1;
    static final int PRI = 0x2;
    static final int OUT = 0x4;
    static final int ERR = 0x8;
    static final int HUP = 0x10;
    static final int RDHUP = 0x2000;

    /// Wakes an epoll whatever it is interested in.
    static final int ANY = 0;

    private final List<EpollFile.Watch> watches = new ArrayList<>(1);

    /// {@return what it is ready for now}
    abstract int ready();

    /// Something has happened, which may concern `events`. As in Linux this is what makes an edge, not that readiness
    /// changed: a second datagram is a second edge, and an epoll asks for all that is [#ready()] when it reports.
    final void wake(int events) {
        for (var watch : watches) watch.wake(events);
    }

    final void watched(EpollFile.Watch watch) {
        watches.add(watch);
    }

    final void unwatched(EpollFile.Watch watch) {
        watches.remove(watch);
    }

    /// The last descriptor is closed.
    void close() {
        for (var watch : List.copyOf(watches)) watch.end();
    }
}
