package trale.test;

import static java.util.Map.entry;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import trale.internal.linux.Kernel;

/// A kernel that passes calls on, but for those that a plan fails: each only as Linux may, and with what follows from it.
///
/// ```
///  short, EAGAIN      the rest, or all, comes in a moment: epoll is asked again, and reports it as a new edge
///  ECONNRESET, EPIPE, ETIMEDOUT
///                     of a stream's recvfrom or sendto: the connection is over, both ends are told, and every later call says so
///  close = EINTR      it is closed nevertheless
///  all others         nothing has happened
/// ```
final class FaultyKernel implements Kernel {
    /// Not an errno: some of the bytes are moved, as if no more were there.
    static final int SHORT = 1 << 12;

    private static final int ADD = 1;
    private static final int MOD = 3;
    private static final int[] NONE = {};
    private static final int[] DESCRIPTOR = {Linux.EMFILE, Linux.ENFILE, Linux.ENOMEM};
    private static final int[] STREAM_RECEIVE = {Linux.EINTR, Linux.EAGAIN, Linux.ECONNRESET, SHORT};
    private static final int[] STREAM_SEND = {Linux.EINTR, Linux.EAGAIN, Linux.ECONNRESET, Linux.EPIPE, SHORT};

    /// What else may fail: recv(2), send(2) and so on say with what.
    private static final Map<String, int[]> POSSIBLE = Map.ofEntries(
            entry("socket", new int[] {Linux.EMFILE, Linux.ENFILE, Linux.ENOBUFS, Linux.ENOMEM}),
            entry("accept4",
                    new int[] {Linux.EINTR, Linux.EAGAIN, Linux.ECONNABORTED, Linux.EMFILE, Linux.ENFILE, Linux.ENOBUFS, Linux.ENOMEM}),
            entry("bind", new int[] {Linux.EADDRINUSE, Linux.ENOMEM}),
            entry("listen", new int[] {Linux.EADDRINUSE}),
            entry("connect", new int[] {Linux.EADDRNOTAVAIL, Linux.ENOBUFS}),
            entry("getsockname", new int[] {Linux.ENOBUFS}),
            entry("setsockopt", new int[] {Linux.ENOMEM}),
            entry("recvfrom", new int[] {Linux.EINTR, Linux.EAGAIN, Linux.ENOMEM}),
            entry("sendto", new int[] {Linux.EINTR, Linux.EAGAIN, Linux.ENOBUFS, Linux.ENOMEM}),
            entry("epoll_create1", DESCRIPTOR),
            entry("eventfd", DESCRIPTOR),
            entry("timerfd_create", DESCRIPTOR),
            entry("epoll_ctl", new int[] {Linux.ENOMEM, Linux.ENOSPC}),
            entry("epoll_wait", new int[] {Linux.EINTR}),
            entry("close", new int[] {Linux.EINTR}));

    /// Which calls fail.
    interface Plan {
        /// {@return one of `possible`, or 0: it does not fail}
        /// @param possible none: Linux does not let it fail
        int fault(String call, int[] possible);
    }

    /// Ends a connection of which a call says that it is over.
    interface Ending {
        void end(int fd);
    }

    private final Kernel kernel;
    private final Plan plan;
    private final Ending ending;
    private final ByteBuffer event = ByteBuffer.allocateDirect(EpollFile.EVENT_SIZE).order(ByteOrder.nativeOrder());
    private final Map<Integer, Open> descriptors = new HashMap<>(); // guarded by this

    /// A connection ends by shutdown(2) of both directions: this end is woken, and the other reads the end of the stream.
    ///
    /// @param kernel answers what does not fail
    FaultyKernel(Kernel kernel, Plan plan) {
        this(kernel, plan, fd -> kernel.call("shutdown", fd, 2, 0, 0, 0, 0));
    }

    /// @param kernel answers what does not fail
    FaultyKernel(Kernel kernel, Plan plan, Ending ending) {
        this.kernel = kernel;
        this.plan = plan;
        this.ending = ending;
    }

    /// What is known of a descriptor: how epoll watches it, and whether its connection is over.
    private static final class Open {
        final boolean isStream;
        int epoll = -1;
        int interest;
        long data;
        boolean broken;
        boolean shut; // for writing: every send fails with EPIPE, and no other way

        Open(boolean isStream) {
            this.isStream = isStream;
        }
    }

    @Override
    public long nanoTime() {
        return kernel.nanoTime();
    }

    @Override
    public int call(String function, long a, long b, long c, long d, long e, long f) {
        var open = descriptor((int) a);
        if (open != null && open.broken && function.equals("recvfrom")) return 0;
        if (open != null && open.broken && function.equals("sendto")) return -Linux.EPIPE;
        var possible = possible(function, open, b, d);
        var fault = dissolves(function, b, c) ? 0 : plan.fault(function, possible);
        return switch (fault) {
            case 0 -> pass(function, a, b, c, d, e, f);
            case SHORT -> again(open, (int) a, pass(function, a, b, Math.max(1, c / 2), d, e, f));
            case Linux.EAGAIN -> again(open, (int) a, -Linux.EAGAIN);
            default -> {
                if (open != null && isEnd(function, open, fault)) yield broken(open, (int) a, -fault);
                if (function.equals("close")) pass(function, a, b, c, d, e, f);
                yield -fault;
            }
        };
    }

    /// {@return whether a call takes the peer of a datagram socket away} That does not fail, and trale does it in each bind to port 0.
    private static boolean dissolves(String function, long address, long length) {
        return function.equals("connect") && Address.read(Kernel.memory(address, length)) == null;
    }

    /// {@return whether a call that fails so says that its connection is over}
    private static boolean isEnd(String function, Open open, int fault) {
        return open.isStream && (function.equals("recvfrom") || function.equals("sendto"))
                && (fault == Linux.ECONNRESET || fault == Linux.EPIPE || fault == Linux.ETIMEDOUT);
    }

    private static int[] possible(String function, @Nullable Open open, long b, long timeout) {
        var isStream = open != null && open.isStream;
        if (isStream && function.equals("recvfrom")) return STREAM_RECEIVE;
        if (open != null && open.shut && function.equals("sendto")) return NONE;
        if (isStream && function.equals("sendto")) return STREAM_SEND;
        if (function.equals("epoll_ctl") && b != ADD) return NONE;
        if (function.equals("epoll_wait") && timeout == 0) return NONE; // it does not wait
        return POSSIBLE.getOrDefault(function, NONE);
    }

    private synchronized @Nullable Open descriptor(int fd) {
        return descriptors.get(fd);
    }

    /// Passes a call on, and keeps in mind what it has changed.
    private int pass(String function, long a, long b, long c, long d, long e, long f) {
        if (function.equals("close")) forget((int) a);
        var result = kernel.call(function, a, b, c, d, e, f);
        if (result < 0) return result;
        switch (function) {
            case "socket" -> opened(result, (b & 0xf) == Linux.STREAM);
            case "accept4" -> opened(result, true);
            case "epoll_ctl" -> watched((int) a, (int) b, (int) c, d);
            case "shutdown" -> shut((int) a);
            default -> {}
        }
        return result;
    }

    private synchronized void opened(int fd, boolean isStream) {
        descriptors.put(fd, new Open(isStream));
    }

    private synchronized void shut(int fd) {
        var open = descriptors.get(fd);
        if (open != null) open.shut = true;
    }

    private synchronized void forget(int fd) {
        descriptors.remove(fd);
    }

    /// All descriptors are gone, and none was closed.
    synchronized void forgetAll() {
        descriptors.clear();
    }

    private synchronized void watched(int epoll, int operation, int fd, long event) {
        var open = descriptors.get(fd);
        if (open == null) return;
        open.epoll = operation == ADD ? epoll : -1;
        if (operation != ADD) return;
        var given = Kernel.memory(event, EpollFile.EVENT_SIZE);
        open.interest = given.getInt(0);
        open.data = given.getLong(EpollFile.DATA_OFFSET);
    }

    /// What is left is reported as a new edge, as it would be if it had come after the call.
    private synchronized int again(@Nullable Open open, int fd, int result) {
        if (open == null || open.epoll < 0) return result;
        event.putInt(0, open.interest).putLong(EpollFile.DATA_OFFSET, open.data);
        kernel.call("epoll_ctl", open.epoll, MOD, fd, MemorySegment.ofBuffer(event).address(), 0, 0);
        return result;
    }

    private int broken(Open open, int fd, int result) {
        open.broken = true;
        ending.end(fd);
        return result;
    }
}
