package trale.test;

import java.nio.ByteBuffer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import trale.internal.linux.Kernel;

/// The system calls of one machine: which of its files a call is for, and what it reads and writes in the memory of the caller.
final class SystemCalls {
    private static final long NANOS = 1_000_000_000;
    private static final int MSG_TRUNC = 0x20;
    private static final int NO_FLAGS = 0xf;

    private final Machine machine;

    SystemCalls(Machine machine) {
        this.machine = machine;
    }

    /// {@return what the call answers; −errno if it fails}
    int call(String function, long a, long b, long c, long d, long e, long f) {
        var fd = (int) a;
        return switch (function) {
            case "socket" -> socket((int) a, (int) b);
            case "bind" -> onSocket(fd, s -> withAddress(b, c, address -> address == null ? -Linux.EINVAL : s.bind(address)));
            case "connect" -> onSocket(fd, s -> withAddress(b, c, s::connect));
            case "listen" -> onSocket(fd, s -> s.listen((int) b));
            case "accept4" -> onSocket(fd, s -> accept(s, b, c));
            case "shutdown" -> onSocket(fd, Socket::shutdownOutput);
            case "getsockname" -> onSocket(fd, s -> write(s.local, s.family, b, c));
            case "getpeername" -> onSocket(fd, s -> getPeer(s, b, c));
            case "setsockopt" -> onSocket(fd, s -> s.setOption((int) b, (int) c, Kernel.memory(d, e)));
            case "getsockopt" -> onSocket(fd, s -> getOption(s, (int) b, (int) c, d, e));
            case "sendto" -> onSocket(fd, s -> send(s, Kernel.memory(b, c), e, f));
            case "recvfrom" -> onSocket(fd, s -> receive(s, Kernel.memory(b, c), (int) d, e, f));
            case "close" -> machine.close(fd);
            case "epoll_create1" -> machine.open(new EpollFile());
            case "epoll_ctl" -> machine.file(fd) instanceof EpollFile epoll ? control(epoll, (int) b, (int) c, d) : bad(machine.file(fd));
            case "epoll_wait" -> machine.file(fd) instanceof EpollFile epoll ? await(epoll, b, (int) c, (int) d) : bad(machine.file(fd));
            case "eventfd" -> machine.open(new EventFile());
            case "eventfd_write" -> signal(fd, b);
            case "timerfd_create" -> machine.open(new TimerFile(machine.world));
            case "timerfd_gettime" -> machine.file(fd) instanceof TimerFile t ? t.get(Kernel.memory(b, 32)) : bad(machine.file(fd));
            case "timerfd_settime" -> machine.file(fd) instanceof TimerFile t ? t.set(Kernel.memory(c, 32)) : bad(machine.file(fd));
            case "clock_gettime" -> time(Kernel.memory(b, 16));
            default -> throw new UnsupportedOperationException("the simulated Linux has no " + function);
        };
    }

    /// {@return why a call is not for this file}
    private static int bad(@Nullable File file) {
        return file == null ? -Linux.EBADF : -Linux.EINVAL;
    }

    // Sockets.

    private int socket(int family, int type) {
        return switch (type & NO_FLAGS) {
            case Linux.STREAM -> machine.open(family == Linux.AF_UNIX ? new Unix(machine) : new Tcp(machine, family));
            case Linux.DATAGRAM -> machine.open(new Udp(machine, family));
            default -> -Linux.EINVAL;
        };
    }

    private int onSocket(int fd, Function<Socket, Integer> call) {
        var file = machine.file(fd);
        return file instanceof Socket s ? call.apply(s) : file == null ? noSocket(fd) : -Linux.ENOTSOCK;
    }

    /// @throws IllegalStateException the number is another kernel's: Linux would say EBADF, and the mistake is elsewhere
    private int noSocket(int fd) {
        if (fd < 0 || Descriptors.machineOf(fd) == machine.number) return -Linux.EBADF; // closed
        if (Descriptors.isSimulated(fd))
            throw new IllegalStateException(Descriptors.shown("fd " + fd) + " is a socket of host " + owner(fd).name
                    + ", and a task of host " + machine.name + " uses it; a socket is used by the tasks of its own host");
        throw new IllegalStateException("fd " + fd + " is a socket that was made outside of the simulation, and a task of host "
                + machine.name + " uses it; bind or connect it in a task of a host, or in the body of run");
    }

    private Machine owner(int fd) {
        return machine.wires.machines().get(Descriptors.machineOf(fd));
    }

    private static int withAddress(long address, long length, Function<@Nullable Address, Integer> call) {
        return call.apply(Address.read(Kernel.memory(address, length)));
    }

    private static int write(Address address, int family, long to, long length) {
        if (to == 0) return 0;
        Kernel.memory(length, Integer.BYTES).putInt(0, address.write(family, Kernel.memory(to, 128)));
        return 0;
    }

    private int accept(Socket listener, long to, long length) {
        var fd = listener.accept();
        if (fd >= 0 && machine.file(fd) instanceof Socket s && s.peer != null) write(s.peer, s.family, to, length);
        return fd;
    }

    private static int getPeer(Socket s, long to, long length) {
        var peer = s instanceof Unix unix ? unix.peerName() : s.peer;
        return s.isConnected() && peer != null ? write(peer, s.family, to, length) : -Linux.ENOTCONN;
    }

    private static int getOption(Socket s, int level, int name, long value, long length) {
        var room = Kernel.memory(length, Integer.BYTES);
        var n = s.getOption(level, name, Kernel.memory(value, room.getInt(0)));
        if (n < 0) return n;
        room.putInt(0, n);
        return 0;
    }

    private static int send(Socket s, ByteBuffer bytes, long to, long length) {
        return to == 0 ? s.send(bytes, null) : withAddress(to, length, address -> s.send(bytes, address));
    }

    private int receive(Socket s, ByteBuffer to, int flags, long address, long length) {
        machine.from = null;
        var n = s.receive(to, (flags & MSG_TRUNC) != 0);
        var from = machine.from;
        if (n >= 0 && address != 0) {
            if (from == null) Kernel.memory(length, Integer.BYTES).putInt(0, 0);
            else write(from, s.family, address, length);
        }
        return n;
    }

    // Waiting, and the clock.

    private int control(EpollFile epoll, int operation, int fd, long event) {
        var file = machine.file(fd);
        return file == null ? -Linux.EBADF
                : epoll.control(operation, fd, file, Kernel.memory(event, event == 0 ? 0 : EpollFile.EVENT_SIZE));
    }

    private int await(EpollFile epoll, long events, int atMost, int timeoutMillis) {
        var memory = Kernel.memory(events, (long) atMost * EpollFile.EVENT_SIZE);
        var n = epoll.report(memory, atMost);
        // any thread may look what there is; to wait takes one that can be let wait
        return n > 0 || timeoutMillis == 0 ? n : machine.processor(Thread.currentThread()).await(epoll, memory, atMost, timeoutMillis);
    }

    /// Tasks of different machines may wake each other: that is no network, but the test's own doing.
    private int signal(int fd, long n) {
        var file = owner(fd).file(fd);
        if (!(file instanceof EventFile event)) return bad(file);
        event.add(n);
        return 0;
    }

    private int time(ByteBuffer to) {
        to.putLong(0, machine.world.now / NANOS).putLong(8, machine.world.now % NANOS);
        return 0;
    }
}
