package trale.internal.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

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

    private static final MethodHandle CREATE = Libc.function("epoll_create1", JAVA_INT, JAVA_INT);
    private static final MethodHandle CTL =
            Libc.function("epoll_ctl", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
    private static final MethodHandle WAIT =
            Libc.function("epoll_wait", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);

    private final int capacity;
    private final MemorySegment events;

    /// @param capacity how many events one wait can bring
    public Epoll(int capacity) throws IOException {
        super("epoll_create1", Libc.call(s -> (int) CREATE.invokeExact(s.errno, CLOEXEC)));
        this.capacity = capacity;
        this.events = Arena.ofAuto().allocate((long) capacity * EVENT_SIZE, 8);
    }

    /// Watches `watched` for `interest`; `data` comes back with each of its events.
    public int add(int watched, int interest, long data) {
        var event = Scratch.get().struct;
        event.set(JAVA_INT_UNALIGNED, 0, interest);
        event.set(JAVA_LONG_UNALIGNED, DATA_OFFSET, data);
        return control(CTL_ADD, watched, event);
    }

    public int delete(int watched) {
        return control(CTL_DEL, watched, MemorySegment.NULL);
    }

    private int control(int operation, int watched, MemorySegment event) {
        return Libc.call(s -> (int) CTL.invokeExact(s.errno, fd, operation, watched, event));
    }

    /// epoll_wait(2).
    ///
    /// @param timeoutMillis 0 does not wait, −1 waits without end
    /// @return how many events there are, or −errno
    public int await(int timeoutMillis) {
        var s = Scratch.get();
        try { // not Libc.call: its lambda would be an object a turn
            return s.result((int) WAIT.invokeExact(s.errno, fd, events, capacity, timeoutMillis));
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    /// {@return what happened: IN, PRI, OUT, ERR, HUP, RDHUP}
    /// @param i which event of the last [#await(int)]
    public int events(int i) {
        return events.get(JAVA_INT_UNALIGNED, (long) i * EVENT_SIZE);
    }

    /// {@return to whom, as given to [#add(int, int, long)]}
    /// @param i which event of the last [#await(int)]
    public long data(int i) {
        return events.get(JAVA_LONG_UNALIGNED, (long) i * EVENT_SIZE + DATA_OFFSET);
    }
}
