package book.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The system calls of the chapters from 7 on. Each returns what Linux answers: 0 or more, or minus the number of the error.
///
/// A buffer is a direct ByteBuffer: its bytes lie where Linux can write them. All sockets are non-blocking and on 127.0.0.1.
public final class Linux {
    public static final int EINTR = 4;
    public static final int EAGAIN = 11; // nothing there: a call that would have to wait says so instead
    public static final int EEXIST = 17;
    public static final int EALREADY = 114;
    public static final int EINPROGRESS = 115;

    private static final int NONBLOCK = 0x800;
    private static final int CLOEXEC = 0x80000;
    private static final int AF_INET = 2;
    private static final int STREAM = 1;
    private static final int DATAGRAM = 2;

    // region call
    private static final Linker LINKER = Linker.nativeLinker();
    @SuppressWarnings("restricted")
    private static final MethodHandle CALL = LINKER.downcallHandle(
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
            Linker.Option.captureCallState("errno"));
    private static final Map<String, MemorySegment> FUNCTIONS = new ConcurrentHashMap<>();

    /// Calls a function of libc with up to six numbers. An address is a number, too.
    private static int callLinux(String name, long a, long b, long c, long d, long e, long f) {
        CALLS.merge(name, 1L, Long::sum);
        var function = FUNCTIONS.computeIfAbsent(name, n -> LINKER.defaultLookup().find(n).orElseThrow());
        var scratch = SCRATCH.get();
        try {
            int answer = (int) (long) CALL.invokeExact(function, scratch.errno, a, b, c, d, e, f);
            return answer == -1 ? -scratch.errno.get(JAVA_INT, 0) : answer;
        } catch (Throwable t) {
            throw new AssertionError(name, t);
        }
    }
    // end

    private static int call(String name, long a, long b, long c, long d, long e, long f) {
        return tell(name, a, b, c, d, callLinux(name, a, b, c, d, e, f));
    }

    /// Is told what Linux answers: for the recordings on the pages.
    public interface Observer {

        /// @param b of timerfd_settime: the nanoseconds
        void answered(String name, long a, long b, long c, long d, int answer);

        /// What epoll_wait reports of a descriptor, before anything is done with it.
        void reported(int fd, int events);
    }

    /// @param observer of the calling thread's calls, from now on; null: none
    public static void observe(Observer observer) {
        SCRATCH.get().observer = observer;
    }

    private static int tell(String name, long a, long b, long c, long d, int answer) {
        var observer = SCRATCH.get().observer;
        if (observer != null) observer.answered(name, a, b, c, d, answer);
        return answer;
    }

    static void tellReport(int fd, int events) {
        var observer = SCRATCH.get().observer;
        if (observer != null) observer.reported(fd, events);
    }

    private static final Map<String, Long> CALLS = new ConcurrentHashMap<>();
    private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

    /// Memory of a thread: for errno, and for what a call passes by address.
    private static final class Scratch {
        final MemorySegment errno = Arena.ofAuto().allocate(Linker.Option.captureStateLayout());
        final ByteBuffer struct = allocate(32);
        final long address = addressOf(struct);
        Observer observer;
    }

    private Linux() {}

    /// {@return how often each system call was made}
    public static Map<String, Long> calls() {
        return Map.copyOf(CALLS);
    }

    public static long calls(String name) {
        return CALLS.getOrDefault(name, 0L);
    }

    /// {@return the answer}
    ///
    /// @throws IOException it is an error
    public static int check(String call, int answer) throws IOException {
        if (answer < 0) throw new IOException(call + ": error " + -answer);
        return answer;
    }

    public static ByteBuffer allocate(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    private static long addressOf(ByteBuffer direct) {
        return MemorySegment.ofBuffer(direct).address(); // of its position
    }

    /// {@return a socket that listens on a free port}
    public static int listen() throws IOException {
        int fd = check("socket", call("socket", AF_INET, STREAM | NONBLOCK | CLOEXEC, 0, 0, 0, 0));
        check("bind", bind(fd, 0));
        check("listen", call("listen", fd, 1024, 0, 0, 0, 0));
        return fd;
    }

    /// {@return a datagram socket on a free port}
    public static int datagramSocket() throws IOException {
        int fd = check("socket", call("socket", AF_INET, DATAGRAM | NONBLOCK | CLOEXEC, 0, 0, 0, 0));
        check("bind", bind(fd, 0));
        return fd;
    }

    /// @param inherited programs that this one starts have it, too: usually a mistake
    public static int streamSocket(boolean inherited) throws IOException {
        return check("socket", call("socket", AF_INET, STREAM | NONBLOCK | (inherited ? 0 : CLOEXEC), 0, 0, 0, 0));
    }

    private static int bind(int fd, int port) {
        return call("bind", fd, address(port), 16, 0, 0, 0);
    }

    /// Begins to connect.
    ///
    /// @return normally −EINPROGRESS: the socket is writable once the connection has been made, or has failed
    public static int connect(int fd, int port) {
        return call("connect", fd, address(port), 16, 0, 0, 0);
    }

    /// {@return what became of connect: 0, or minus the number of the error}
    public static int connectError(int fd) {
        var s = SCRATCH.get();
        s.struct.putInt(0, 0).putInt(8, 4);
        int answer = call("getsockopt", fd, 1, 4, s.address, s.address + 8, 0);
        return answer < 0 ? answer : -s.struct.getInt(0);
    }

    private static long address(int port) {
        var s = SCRATCH.get();
        s.struct.putShort(0, (short) AF_INET).put(2, (byte) (port >> 8)).put(3, (byte) port)
                .put(4, (byte) 127).put(5, (byte) 0).put(6, (byte) 0).put(7, (byte) 1).putLong(8, 0);
        return s.address;
    }

    private static int portIn(ByteBuffer address) {
        return (address.get(2) & 0xff) << 8 | address.get(3) & 0xff;
    }

    /// {@return the port that a socket has}
    public static int port(int fd) {
        var s = SCRATCH.get();
        s.struct.putInt(16, 16);
        call("getsockname", fd, s.address, s.address + 16, 0, 0, 0);
        return portIn(s.struct);
    }

    /// {@return the socket of a client that has connected, or −EAGAIN}
    public static int accept(int fd) {
        return call("accept4", fd, 0, 0, NONBLOCK | CLOEXEC, 0, 0);
    }

    /// Reads into the buffer, whose position advances.
    ///
    /// @return how many bytes, 0 at the end of the stream, −EAGAIN if none have come yet
    public static int read(int fd, ByteBuffer buffer) {
        int n = call("read", fd, addressOf(buffer), buffer.remaining(), 0, 0, 0);
        if (n > 0) buffer.position(buffer.position() + n);
        return n;
    }

    /// Writes from the buffer, whose position advances.
    ///
    /// @return how many bytes, perhaps not all; −EAGAIN if the kernel's buffer is full
    public static int write(int fd, ByteBuffer buffer) {
        int n = call("send", fd, addressOf(buffer), buffer.remaining(), 0x4000, 0, 0); // NOSIGNAL
        if (n > 0) buffer.position(buffer.position() + n);
        return n;
    }

    /// Sends a datagram.
    public static int sendTo(int fd, ByteBuffer buffer, int port) {
        int n = call("sendto", fd, addressOf(buffer), buffer.remaining(), 0, address(port), 16);
        if (n > 0) buffer.position(buffer.position() + n);
        return n;
    }

    /// Receives a datagram.
    ///
    /// @return its length, or −EAGAIN; [#sender()] tells where it came from
    public static int receive(int fd, ByteBuffer buffer) {
        var s = SCRATCH.get();
        s.struct.putInt(16, 16);
        int n = call("recvfrom", fd, addressOf(buffer), buffer.remaining(), 0, s.address, s.address + 16);
        if (n > 0) buffer.position(buffer.position() + n);
        return n;
    }

    /// {@return the port that the thread's last datagram came from}
    public static int sender() {
        return portIn(SCRATCH.get().struct);
    }

    /// Writes 8 bytes to an eventfd: adds that number to it.
    public static int writeNumber(int fd, ByteBuffer number) {
        return call("write", fd, addressOf(number), 8, 0, 0, 0);
    }

    /// Says to the peer that nothing more will be sent.
    public static int shutdownOutput(int fd) {
        return call("shutdown", fd, 1, 0, 0, 0, 0);
    }

    public static int close(int fd) {
        return call("close", fd, 0, 0, 0, 0, 0);
    }

    /// {@return a number in the kernel: a write adds to it, a read takes it; readable while it is not 0}
    public static int eventFd() throws IOException {
        return check("eventfd", call("eventfd", 0, NONBLOCK | CLOEXEC, 0, 0, 0, 0));
    }

    /// {@return an alarm clock in the kernel: readable once it has gone off}
    public static int timerFd() throws IOException {
        return check("timerfd_create", call("timerfd_create", 1, NONBLOCK | CLOEXEC, 0, 0, 0, 0));
    }

    /// Sets it to go off after that time. After 0 it does not go off: 0 switches it off.
    public static int setTimer(int fd, long nanos) {
        var s = SCRATCH.get();
        s.struct.putLong(0, 0).putLong(8, 0).putLong(16, nanos / 1_000_000_000).putLong(24, nanos % 1_000_000_000);
        return tell("timerfd_settime", fd, nanos, 0, 0, callLinux("timerfd_settime", fd, 0, s.address, 0, 0, 0));
    }

    static int epollCreate() throws IOException {
        return check("epoll_create1", call("epoll_create1", CLOEXEC, 0, 0, 0, 0, 0));
    }

    static int epollControl(int epoll, int operation, int fd, ByteBuffer event) {
        return call("epoll_ctl", epoll, operation, fd, addressOf(event), 0, 0);
    }

    static int epollWait(int epoll, ByteBuffer events, int capacity, int timeoutMillis) {
        return call("epoll_wait", epoll, addressOf(events), capacity, timeoutMillis, 0, 0);
    }
}
