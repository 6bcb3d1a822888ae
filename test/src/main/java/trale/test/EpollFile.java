package trale.test;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;

/// An epoll instance (epoll(7)), level- or edge-triggered.
///
/// ```
///  file.wake ──▶ watch in the ready list, once ──▶ epoll_wait takes it out, asks file.ready: a report, or nothing
/// ```
final class EpollFile extends File {
    private static final int ADD = 1;
    private static final int DEL = 2;
    private static final int MOD = 3;
    private static final int ET = 1 << 31;

    /// `struct epoll_event` is packed on x86-64, and there only.
    private static final boolean PACKED = System.getProperty("os.arch", "").equals("amd64");
    static final int EVENT_SIZE = PACKED ? 12 : 16;
    static final int DATA_OFFSET = PACKED ? 4 : 8;

    private final Map<Integer, Watch> watches = new LinkedHashMap<>();
    private final ArrayDeque<Watch> readyList = new ArrayDeque<>();

    /// One descriptor that is watched.
    final class Watch {
        private final int fd;
        private final File file;
        private int interest;
        private long data;
        private boolean listed;

        private Watch(int fd, File file) {
            this.fd = fd;
            this.file = file;
        }

        void wake(int events) {
            if (listed || (events != ANY && (events & interest) == 0)) return;
            listed = true;
            readyList.addLast(this);
            EpollFile.this.wake(IN);
        }

        void end() {
            file.unwatched(this);
            watches.remove(fd);
            readyList.remove(this);
        }
    }

    /// @param event `struct epoll_event`
    int control(int operation, int fd, File file, ByteBuffer event) {
        var watch = watches.get(fd);
        if (file == this) return -Linux.EINVAL;
        if (operation == DEL) {
            if (watch == null) return -Linux.ENOENT;
            watch.end();
            return 0;
        }
        if (operation == ADD) {
            if (watch != null) return -Linux.EEXIST;
            watch = new Watch(fd, file);
            watches.put(fd, watch);
            file.watched(watch);
        } else if (operation != MOD) {
            return -Linux.EINVAL;
        } else if (watch == null) {
            return -Linux.ENOENT;
        }
        watch.interest = event.getInt(0) | ERR | HUP;
        watch.data = event.getLong(DATA_OFFSET);
        if ((file.ready() & watch.interest) != 0) watch.wake(ANY);
        return 0;
    }

    /// {@return how many events were written}
    int report(ByteBuffer events, int atMost) {
        var reported = 0;
        for (var left = readyList.size(); left > 0 && reported < atMost; left--) {
            var watch = readyList.removeFirst();
            watch.listed = false;
            var ready = watch.file.ready() & watch.interest;
            if (ready == 0) continue;
            events.putInt(reported * EVENT_SIZE, ready).putLong(reported * EVENT_SIZE + DATA_OFFSET, watch.data);
            reported++;
            if ((watch.interest & ET) == 0) watch.wake(ANY);
        }
        return reported;
    }

    @Override
    int ready() {
        return readyList.stream().anyMatch(watch -> (watch.file.ready() & watch.interest) != 0) ? IN : 0;
    }

    @Override
    void close() {
        super.close();
        for (var watch : watches.values()) watch.file.unwatched(watch);
        watches.clear();
    }
}
