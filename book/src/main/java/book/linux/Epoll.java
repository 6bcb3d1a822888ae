package book.linux;

import java.io.IOException;
import java.nio.ByteBuffer;

/// An epoll instance: a set of descriptors in the kernel, which says of which of them something can be done. See epoll(7).
public final class Epoll implements AutoCloseable {
    public static final int IN = 0x1; // a read finds data, or the end
    public static final int OUT = 0x4; // a write finds room
    public static final int ERR = 0x8; // always reported
    public static final int HUP = 0x10; // always reported: both directions have ended
    public static final int RDHUP = 0x2000; // the peer sends nothing more
    public static final int ET = 1 << 31; // edge-triggered: chapter 8

    private static final int ADD = 1;
    private static final int DELETE = 2;
    private static final int CAPACITY = 64;

    /// struct epoll_event has 12 bytes on x86-64, 16 elsewhere.
    private static final boolean PACKED = System.getProperty("os.arch").equals("amd64");
    private static final int SIZE = PACKED ? 12 : 16;
    private static final int DATA = PACKED ? 4 : 8;

    private final int fd = Linux.epollCreate();
    private final ByteBuffer event = Linux.allocate(SIZE);
    private final ByteBuffer events = Linux.allocate(CAPACITY * SIZE);

    public Epoll() throws IOException {}

    /// Adds a descriptor to the set.
    public int add(int watched, int interest) {
        event.putInt(0, interest).putLong(DATA, watched);
        return Linux.epollControl(fd, ADD, watched, event);
    }

    /// Takes it out of the set.
    public int delete(int watched) {
        return Linux.epollControl(fd, DELETE, watched, event);
    }

    /// Sleeps until something can be done, but not longer than the time-out; −1 is without end.
    ///
    /// @return how many descriptors it reports, or −EINTR
    public int await(int timeoutMillis) {
        int n = Linux.epollWait(fd, events, CAPACITY, timeoutMillis);
        for (int i = 0; i < n; i++) Linux.tellReport(fd(i), events(i));
        return n;
    }

    /// {@return the descriptor of the i-th report of the last wait}
    public int fd(int i) {
        return events.getInt(i * SIZE + DATA);
    }

    /// {@return what can be done with it: IN, OUT, …}
    public int events(int i) {
        return events.getInt(i * SIZE);
    }

    @Override
    public void close() {
        Linux.close(fd);
    }
}
