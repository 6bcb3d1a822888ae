package trale.internal.linux;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;

/// An epoll instance and the buffer its events arrive in (epoll(7)).
///
/// One thread waits and reads the events; any thread may add and delete.
public final class Epoll extends Fd {
    public static final int IN = 0x1;
    public static final int PRI = 0x2;
    public static final int OUT = 0x4;
    public static final int ERR = 0x8;
    public static final int HUP = 0x10;
    public static final int RDHUP = 0x2000;
    public static final int ET = 1 << 31;

    private static final int CTL_ADD = 1;
    private static final int CTL_DEL = 2;

    /// `struct epoll_event { uint32_t events; uint64_t data; }` is packed on x86-64, and there only.
    private static final boolean PACKED = System.getProperty("os.arch", "").equals("amd64");
    private static final int EVENT_SIZE = PACKED ? 12 : 16;
    private static final int DATA_OFFSET = PACKED ? 4 : 8;

    private static final MemorySegment CREATE = Libc.function("epoll_create1");
    private static final MemorySegment CTL = Libc.function("epoll_ctl");
    private static final MemorySegment WAIT = Libc.function("epoll_wait");

    private final int capacity;
    private final ByteBuffer events;
    private final long memory; // the address of `events`

    /// @param capacity how many events one wait can bring
    public Epoll(int capacity) throws IOException {
        var buffer = Libc.allocate(capacity * EVENT_SIZE); // before the descriptor, which would be lost if there were no memory
        this.capacity = capacity;
        events = buffer;
        memory = MemorySegment.ofBuffer(buffer).address();
        super("epoll_create1", Libc.callTwice(CREATE, CLOEXEC, 0, 0, 0));
    }

    /// Watches `watched` for `interest`; `data` comes back with each of its events.
    public int add(int watched, int interest, long data) {
        var s = Scratch.get();
        s.struct.putInt(0, interest).putLong(DATA_OFFSET, data);
        return Libc.callTwice(CTL, fd, CTL_ADD, watched, s.memory.address());
    }

    public int delete(int watched) {
        return callInAnyCase(CTL, fd, CTL_DEL, watched, 0);
    }

    /// epoll_wait(2).
    ///
    /// @param timeoutMillis 0 does not wait, −1 waits without end
    /// @return how many events there are, or −errno
    public int await(int timeoutMillis) {
        try {
            var kernel = KernelThread.answering();
            var n = Scratch.callInAnyCase(kernel, WAIT, fd, memory, capacity, timeoutMillis);
            // Repeated with errno, it does not wait: a signal (EINTR) has ended the wait.
            return n >= 0 || kernel != null ? n : Libc.call(WAIT, fd, memory, capacity, 0, 0);
        } finally {
            Reference.reachabilityFence(this); // which keeps `events`
        }
    }

    /// {@return what happened: IN, PRI, OUT, ERR, HUP, RDHUP}
    /// @param i which event of the last [#await(int)]
    public int events(int i) {
        return events.getInt(i * EVENT_SIZE);
    }

    /// {@return to whom, as given to [#add(int, int, long)]}
    /// @param i which event of the last [#await(int)]
    public long data(int i) {
        return events.getLong(i * EVENT_SIZE + DATA_OFFSET);
    }
}
