package trale.test;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import trale.internal.linux.Kernel;

/// One of two kernels that are given the same calls. What it answers is told in words that both have: sockets have numbers of
/// the test's own, and ports are named in the order in which they are first seen.
final class Side implements AutoCloseable {
    static final int TCP4 = 0;
    static final int TCP6 = 1;
    static final int UDP4 = 2;
    static final int UDP6 = 3;
    static final int UNIX = 4;

    private static final int NONBLOCK_CLOEXEC = 0x80800;
    private static final int INTEREST = 0x1 | 0x2 | 0x4 | 0x2000 | 1 << 31;

    private final Kernel kernel;
    private final int patience;
    private final ByteBuffer memory = ByteBuffer.allocateDirect(1 << 17).order(ByteOrder.nativeOrder());
    private final long address = MemorySegment.ofBuffer(memory).address();
    private static final int LENGTH = 1 << 16;
    private static final int DATA = LENGTH + 8;

    private final Map<Integer, Integer> descriptors = new TreeMap<>();
    private final Map<Integer, Integer> kinds = new HashMap<>();
    private final Map<Integer, String> ports = new HashMap<>();
    private final Set<Integer> shut = new TreeSet<>();
    private final Map<Long, Integer> last = new TreeMap<>();
    private final int epoll;
    private int sent;

    /// @param patience how many milliseconds it waits for events that may be on their way
    Side(Kernel kernel, int patience) {
        this.kernel = kernel;
        this.patience = patience;
        epoll = kernel.call("epoll_create1", 0x80000, 0, 0, 0, 0, 0);
        if (epoll < 0) throw new AssertionError("epoll_create1: " + epoll);
    }

    private long fd(int socket) {
        return descriptors.getOrDefault(socket, -1);
    }

    private boolean isUdp(int socket) {
        var kind = kinds.getOrDefault(socket, TCP4);
        return kind == UDP4 || kind == UDP6;
    }

    private int family(int socket) {
        return switch (kinds.getOrDefault(socket, TCP4)) {
            case TCP4, UDP4 -> 2;
            case TCP6, UDP6 -> 10;
            default -> 1;
        };
    }

    private int call(String function, long... args) {
        var a = Arrays.copyOf(args, 6);
        return kernel.call(function, a[0], a[1], a[2], a[3], a[4], a[5]);
    }

    private static String told(int result) {
        return result >= 0 ? Integer.toString(result) : "-" + -result;
    }

    String open(int socket, int kind) {
        kinds.put(socket, kind);
        var type = kind == UDP4 || kind == UDP6 ? 2 : 1;
        var told = opened(socket, call("socket", family(socket), type | NONBLOCK_CLOEXEC, 0));
        if (kind == TCP4 || kind == TCP6) setOption(socket, 6, 1, 1); // else Nagle's algorithm decides when bytes arrive
        return told;
    }

    private String opened(int socket, int fd) {
        if (fd < 0) return told(fd);
        descriptors.put(socket, fd);
        return "open";
    }

    String close(int socket) {
        var result = call("close", fd(socket));
        descriptors.remove(socket);
        return told(result);
    }

    /// Writes an address: of the loopback, or any.
    private int inet(int socket, boolean any, boolean mapped, int port) {
        for (var i = 0; i < 28; i++) memory.put(i, (byte) 0);
        var family = family(socket);
        memory.putShort(0, (short) family).put(2, (byte) (port >> 8)).put(3, (byte) port);
        if (any) return family == 2 ? 16 : 28;
        if (family == 2) {
            memory.put(4, new byte[] {127, 0, 0, 1});
            return 16;
        }
        if (mapped) memory.putShort(18, (short) -1).put(20, new byte[] {127, 0, 0, 1});
        else memory.put(23, (byte) 1);
        return 28;
    }

    private int unix(String name) {
        memory.putShort(0, (short) 1);
        if (name.isEmpty()) return 2;
        memory.put(2, (byte) 0).put(3, name.getBytes());
        return 3 + name.length();
    }

    /// {@return the port of a socket; 0: it has none}
    private int port(int socket) {
        memory.putInt(LENGTH, 128);
        if (call("getsockname", fd(socket), address, address + LENGTH) < 0) return 0;
        return (memory.get(2) & 0xff) << 8 | (memory.get(3) & 0xff);
    }

    private String nameOf(int socket) {
        memory.putInt(LENGTH, 128);
        if (call("getsockname", fd(socket), address, address + LENGTH) < 0) return "";
        var bytes = new byte[Math.max(0, memory.getInt(LENGTH) - 3)];
        memory.get(3, bytes);
        return new String(bytes);
    }

    /// @param like the socket whose port it is to be bound to; −1: the kernel chooses one
    String bind(int socket, boolean any, int like) {
        if (family(socket) == 1) {
            var name = like < 0 || family(like) != 1 ? "" : nameOf(like);
            return told(call("bind", fd(socket), address, unix(name)));
        }
        var port = like < 0 || family(like) == 1 ? 0 : port(like);
        return told(call("bind", fd(socket), address, inet(socket, any, false, port)));
    }

    /// Binds to an address that is not this machine's.
    String bindElsewhere(int socket) {
        if (family(socket) != 2) return "";
        inet(socket, true, false, 0);
        memory.put(4, new byte[] {(byte) 203, 0, 113, 1});
        return told(call("bind", fd(socket), address, 16));
    }

    String listen(int socket, int backlog) {
        return told(call("listen", fd(socket), backlog));
    }

    /// @param to the socket whose address it is to be connected to; −1: one that no socket has
    String connect(int socket, int to, boolean any) {
        return told(call("connect", fd(socket), address, peer(socket, to, any)));
    }

    private int peer(int socket, int to, boolean any) {
        if (family(socket) == 1) return unix(to < 0 || family(to) != 1 ? "trale-nobody" : nameOf(to));
        var port = to < 0 || family(to) == 1 ? 1 : Math.max(1, port(to));
        return inet(socket, any, to >= 0 && family(to) == 2, port);
    }

    String accept(int listener, int socket) {
        memory.putInt(LENGTH, 128);
        var result = call("accept4", fd(listener), address, address + LENGTH, NONBLOCK_CLOEXEC);
        if (result < 0) return told(result);
        kinds.put(socket, kinds.getOrDefault(listener, TCP4));
        return opened(socket, result) + " from " + written(socket);
    }

    String shutdown(int socket) {
        shut.add(socket);
        return told(call("shutdown", fd(socket), 1));
    }

    String names(int socket) {
        memory.putInt(LENGTH, 128);
        var own = call("getsockname", fd(socket), address, address + LENGTH);
        var text = own < 0 ? told(own) : written(socket);
        memory.putInt(LENGTH, 128);
        var peer = call("getpeername", fd(socket), address, address + LENGTH);
        return text + " → " + (peer < 0 ? told(peer) : written(socket));
    }

    /// {@return the address that the kernel has written}
    private String written(int socket) {
        var length = memory.getInt(LENGTH);
        if (length < 2) return "nothing " + length;
        var family = memory.getShort(0);
        if (family == 1) return length == 2 ? "unnamed" : "unix " + ports.computeIfAbsent(-Arrays.hashCode(bytes(2, length - 2)) | 1 << 31,
                p -> "n" + ports.size());
        var ip = family == 2 ? bytes(4, 4) : bytes(8, 16);
        var port = (memory.get(2) & 0xff) << 8 | (memory.get(3) & 0xff);
        return Arrays.toString(ip) + ":" + (port == 0 ? "0" : ports.computeIfAbsent(isUdp(socket) ? -port : port, p -> "p" + ports.size()))
                + " " + length;
    }

    private byte[] bytes(int at, int length) {
        var bytes = new byte[length];
        memory.get(at, bytes);
        return bytes;
    }

    String send(int socket, int size) {
        fillWithBytes(size);
        return told(call("sendto", fd(socket), address + DATA, size, 0x4000, 0, 0));
    }

    String sendTo(int socket, int to, int size) {
        var length = peer(socket, to, false);
        fillWithBytes(size);
        return told(call("sendto", fd(socket), address + DATA, size, 0x4000, address, length));
    }

    /// Sends until there is no room.
    ///
    /// @return what the last call said
    String fill(int socket) {
        int n;
        do n = call("sendto", fd(socket), address + DATA, 8192, 0x4000, 0, 0);
        while (n > 0);
        return told(n);
    }

    /// Receives until nothing is left, also of what comes meanwhile, and until `other` is writable again.
    ///
    /// @return what the last call said
    String drain(int socket, int other) {
        var seen = new TreeSet<String>();
        for (var writable = false; !writable; ) {
            while (call("recvfrom", fd(socket), address + DATA, 8192, 0, 0, 0) > 0) continue;
            for (int n; (n = call("epoll_wait", epoll, address, 100, patience)) > 0; ) {
                for (var i = 0; i < n; i++) {
                    var events = memory.getInt(i * EpollFile.EVENT_SIZE);
                    var of = memory.getLong(i * EpollFile.EVENT_SIZE + EpollFile.DATA_OFFSET);
                    if (of == other) writable |= (events & File.OUT) != 0;
                    else if ((events & File.IN) != 0) seen.add("IN");
                }
            }
        }
        return told(call("recvfrom", fd(socket), address + DATA, 1, 0, 0, 0)) + seen;
    }

    String eventFd(int socket) {
        return opened(socket, call("eventfd", 0, NONBLOCK_CLOEXEC));
    }

    String signal(int socket) {
        return told(call("eventfd_write", fd(socket), 1));
    }

    String timerFd(int socket) {
        return opened(socket, call("timerfd_create", 1, NONBLOCK_CLOEXEC));
    }

    String setTimer(int socket, long seconds, long nanos) {
        memory.putLong(0, 0).putLong(8, 0).putLong(16, seconds).putLong(24, nanos);
        return told(call("timerfd_settime", fd(socket), 1, address));
    }

    private void fillWithBytes(int size) {
        for (var i = 0; i < size; i++) memory.put(DATA + i, (byte) sent++);
    }

    String receive(int socket, int size) {
        var datagram = isUdp(socket);
        memory.putInt(LENGTH, 128);
        var n = datagram ? call("recvfrom", fd(socket), address + DATA, size, 0x20, address, address + LENGTH)
                : call("recvfrom", fd(socket), address + DATA, size, 0, 0, 0);
        if (n <= 0) return told(n);
        return n + " " + Arrays.hashCode(bytes(DATA, Math.min(n, size))) + (datagram ? " from " + written(socket) : "");
    }

    /// {@return the value, but of a buffer's size only whether there was one}
    String option(int socket, int level, int name) {
        memory.putInt(LENGTH, 8);
        var result = call("getsockopt", fd(socket), level, name, address, address + LENGTH);
        return result < 0 ? told(result) : memory.getInt(LENGTH) + " " + memory.getInt(0);
    }

    String setOption(int socket, int level, int name, int value) {
        memory.putInt(0, value);
        return told(call("setsockopt", fd(socket), level, name, address, 4));
    }

    String watch(int socket, boolean on) {
        var dataOffset = EpollFile.DATA_OFFSET;
        memory.putInt(0, INTEREST).putLong(dataOffset, socket);
        return told(call("epoll_ctl", epoll, on ? 1 : 2, fd(socket), address));
    }

    /// {@return what epoll reports, socket by socket}
    String events() {
        var all = new TreeMap<Long, Integer>();
        for (int n; (n = call("epoll_wait", epoll, address, 100, patience)) > 0; ) {
            for (var i = 0; i < n; i++)
                all.merge(memory.getLong(i * EpollFile.EVENT_SIZE + EpollFile.DATA_OFFSET), memory.getInt(i * EpollFile.EVENT_SIZE),
                        (x, y) -> x | y);
        }
        var text = new StringBuilder();
        // The acknowledgement of a FIN is an edge, too, but one that may be late.
        all.entrySet().removeIf(e -> {
            var same = e.getValue().equals(last.put(e.getKey(), e.getValue()));
            return shut.contains(e.getKey().intValue()) && (same || e.getValue() == File.OUT);
        });
        all.forEach((socket, events) -> text.append(" #").append(socket).append(bits(events)));
        return text.toString();
    }

    private static String bits(int events) {
        var text = new StringBuilder();
        if ((events & File.IN) != 0) text.append(" IN");
        if ((events & File.PRI) != 0) text.append(" PRI");
        if ((events & File.OUT) != 0) text.append(" OUT");
        if ((events & File.RDHUP) != 0) text.append(" RDHUP");
        if ((events & File.HUP) != 0) text.append(" HUP");
        if ((events & File.ERR) != 0) text.append(" ERR");
        return text.toString();
    }

    @Override
    public void close() {
        for (var fd : descriptors.values()) call("close", fd);
        call("close", epoll);
    }
}
