package trale.test;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import trale.internal.linux.Errno;
import trale.internal.linux.Kernel;

/// A simulated Linux: one machine's descriptors, ports, names and addresses, and the system calls.
///
/// Its descriptors are numbers that no process of a real Linux has, so that a stray call on one there is EBADF.
class Machine implements Kernel {
    private static final long NANOS = 1_000_000_000;
    private static final int MSG_TRUNC = 0x20;
    private static final int NO_FLAGS = 0xf;
    private static final InetAddress[] LOCALHOST =
            {Address.loopback(Address.any(Linux.AF_INET)), Address.loopback(Address.any(Linux.AF_INET6))};
    private static final long POLL = 100; // ns
    private static final long FOR_EVER = Long.MAX_VALUE / 2; // ns

    final World world;
    final Wires wires;
    final Ports tcp = new Ports(this, Ports.FIRST);
    final Ports udp = new Ports(this, Ports.FIRST + 10_000);

    /// Of Unix sockets, and the paths of those that are closed. Only ever looked up.
    final Map<String, Unix> names = new HashMap<>();

    final Set<String> stale = new HashSet<>();
    private int nextName;
    int nextSocket;

    final String name;
    private final List<InetAddress> addresses;
    private final Descriptors descriptors;

    /// Whom the last datagram was from; null: it was none.
    @Nullable Address from;

    private final List<Processor> processors = new ArrayList<>(1);

    /// Has lost its power, and has not been started again.
    boolean isCrashed;

    int crashes; // so far
    private String why; // it has no power

    /// What is to arrive when it has been started again.
    final List<Runnable> held = new ArrayList<>(0);

    private final Faults faults;
    private final FaultyKernel faulty; // also while nothing fails, as it keeps in mind what is open
    private int fault; // that the plan has put into this call; 0: none
    final int number;

    /// @param addresses that others reach it by
    Machine(String name, World world, Wires wires, Faults faults, List<InetAddress> addresses) {
        this.name = name;
        why = "host " + name + " has crashed";
        this.world = world;
        this.wires = wires;
        this.addresses = addresses;
        this.faults = faults;
        faulty = new FaultyKernel(this::answer, (call, possible) -> fault = isSound() ? 0 : faults.fault(call, possible), this::breakOff);
        number = wires.add(this);
        descriptors = new Descriptors(number);
        for (var address : addresses) wires.add(address, this);
    }

    @Override
    public long nanoTime() {
        world.enter(this);
        return world.now;
    }

    @Override
    public int pick(int runnable) {
        if (world.isOver) throw new Kernel.Crash("the run took too long");
        world.enter(this);
        processor(Thread.currentThread()).poll();
        world.now += POLL; // so that a task that never waits meets its time-out
        return world.pick(runnable);
    }

    @Override
    public void requireKnown(Thread waker) {
        if (Kernel.current() instanceof Machine known && known.world == world) return;
        throw world.clues.refused(new IllegalStateException("thread " + waker.getName() + " spawns or wakes a task of the simulated host "
                + name + ": what it does has no place in the order that the seed decides; " + Clues.INSTEAD));
    }

    @Override
    public boolean hasOneThread() {
        return true;
    }

    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        var known = wires.named(host);
        if (known != null) return known.addresses.toArray(new InetAddress[0]);
        if (host.equalsIgnoreCase("localhost")) return LOCALHOST.clone();
        if (host.matches("[0-9.]+|.*:.*")) return InetAddress.getAllByName(host); // no look-up
        throw new UnknownHostException(host + ": no host of the simulation has this name");
    }

    @Override
    public int call(String function, long a, long b, long c, long d, long e, long f) {
        if (world.isOver && !world.isTest()) return over(function);
        world.enter(this);
        world.catchUp();
        fault = 0;
        var result = faulty.call(function, a, b, c, d, e, f);
        var line = world.trace.line();
        line.append(world.now).append(' ').append(name).append(' ').append(function).append(' ').append(descriptors.shown(a)).append(" = ");
        if (result < 0) line.append(Errno.name(-result));
        else line.append(descriptors.shown(result));
        if (fault != 0) line.append(", a fault");
        world.trace.end();
        return result;
    }

    /// {@return whether no call fails now}
    private boolean isSound() {
        return faults.isNone() || processors.isEmpty() || isCrashed;
    }

    /// A call has told the program that its connection is over.
    private void breakOff(int fd) {
        if (file(fd) instanceof Socket s) s.breakOff();
    }

    /// The run has taken too long: what its threads do is no part of it.
    private static int over(String function) {
        if (function.equals("close")) return 0;
        throw new Kernel.Crash("the run took too long");
    }

    // Its executors.

    @Override
    public void started(Thread thread, Supplier<?> tasks) {
        var processor = new Processor(this, thread, tasks);
        processors.add(processor);
        world.processors.add(processor);
    }

    @Override
    public void run(Runnable thread) {
        world.enter(this);
        try {
            thread.run();
        } finally {
            if (!world.isOver) {
                var processor = processor(Thread.currentThread());
                processors.remove(processor);
                world.leave(processor);
            }
        }
    }

    @Override
    public void failed(String task, Throwable failure, BooleanSupplier isSeen) {
        if (!world.isOver) world.clues.failed(task, failure, isSeen);
    }

    @Override
    public void awaitTask(BooleanSupplier isDone) {
        if (!world.isTest() || world.go(isDone)) return;
        throw world.deadlock("everything waits, and nothing of the simulation can happen any more");
    }

    @Override
    public boolean awaitEnd(Thread executor, long nanos) {
        if (!world.isTest()) return true;
        var end = world.now + nanos;
        var isInTime = world.go(() -> find(executor) == null || world.now >= end);
        if (!isInTime && nanos >= FOR_EVER) throw world.deadlock("an executor of host " + name + " does not end");
        return find(executor) == null;
    }

    private @Nullable Processor find(Thread thread) {
        for (var processor : processors) if (processor.thread == thread) return processor;
        return null;
    }

    /// {@return whether the thread is one of its executors'}
    boolean runs(Thread thread) {
        return find(thread) != null;
    }

    /// @throws IllegalStateException the thread is that of no executor of this machine
    Processor processor(Thread thread) {
        var processor = find(thread);
        if (processor == null) throw new IllegalStateException("thread " + thread.getName() + " is that of no executor of host " + name);
        return processor;
    }

    /// {@return what its executors do: their snapshots}
    List<Object> tasks() {
        var usual = Kernel.use(this); // what is said of a timer depends on the clock
        try {
            return processors.stream().<Object>map(processor -> processor.tasks.get()).toList();
        } finally {
            Kernel.use(usual);
        }
    }

    /// {@return those that are open, by their descriptors}
    List<Socket> sockets() {
        return descriptors.sockets();
    }

    /// Loses its power: what it had is gone, and its peers get no message.
    void crash() {
        isCrashed = true;
        crashes++;
        sockets().forEach(Socket::vanish);
        descriptors.removeSockets();
        faulty.forgetAll();
        tcp.clear();
        udp.clear();
        names.keySet().forEach(path -> forget(new Address.Local(path))); // the files are still there
        names.clear();
        for (var machine : wires.machines()) machine.forEachEnd(this, Tcp::loseTouch);
        endProcessors();
    }

    private void endProcessors() {
        for (var processor : List.copyOf(processors)) world.endCrashed(processor);
    }

    /// The simulation is over: executors that are left end where they are.
    void end() {
        isCrashed = true;
        why = "the simulation is closed";
        endProcessors();
    }

    /// Has its power again: what was on its way arrives.
    void restart() {
        isCrashed = false;
        for (var machine : wires.machines()) machine.forEachEnd(this, Tcp::regainTouch);
        Link.release(held);
    }

    /// Calls something for each open socket of a connection that goes to a machine.
    void forEachEnd(Machine there, Consumer<Tcp> action) {
        for (var socket : sockets()) if (socket instanceof Tcp tcp && tcp.goesTo(there)) action.accept(tcp);
    }

    /// By a thread of its own that has its turn.
    void requirePower() {
        if (isCrashed) throw new Kernel.Crash(why);
    }

    private int answer(String function, long a, long b, long c, long d, long e, long f) {
        var fd = (int) a;
        return switch (function) {
            case "socket" -> socket((int) a, (int) b);
            case "bind" -> onSocket(fd, s -> SocketCalls.withAddress(b, c, address -> address == null ? -Linux.EINVAL : s.bind(address)));
            case "connect" -> onSocket(fd, s -> SocketCalls.withAddress(b, c, s::connect));
            case "listen" -> onSocket(fd, s -> s.listen((int) b));
            case "accept4" -> onSocket(fd, s -> accept(s, b, c));
            case "shutdown" -> onSocket(fd, Socket::shutdownOutput);
            case "getsockname" -> onSocket(fd, s -> SocketCalls.write(s.local, s.family, b, c));
            case "getpeername" -> onSocket(fd, s -> SocketCalls.getPeer(s, b, c));
            case "setsockopt" -> onSocket(fd, s -> s.setOption((int) b, (int) c, Kernel.memory(d, e)));
            case "getsockopt" -> onSocket(fd, s -> SocketCalls.getOption(s, (int) b, (int) c, d, e));
            case "sendto" -> onSocket(fd, s -> SocketCalls.send(s, Kernel.memory(b, c), e, f));
            case "recvfrom" -> onSocket(fd, s -> receive(s, Kernel.memory(b, c), (int) d, e, f));
            case "close" -> close(fd);
            case "epoll_create1" -> open(new EpollFile());
            case "epoll_ctl" -> file(fd) instanceof EpollFile epoll ? control(epoll, (int) b, (int) c, d) : bad(fd);
            case "epoll_wait" -> file(fd) instanceof EpollFile epoll ? await(epoll, b, (int) c, (int) d) : bad(fd);
            case "eventfd" -> open(new EventFile());
            case "eventfd_write" -> signal(fd, b);
            case "timerfd_create" -> open(new TimerFile(world));
            case "timerfd_gettime" -> file(fd) instanceof TimerFile timer ? timer.get(Kernel.memory(b, 32)) : bad(fd);
            case "timerfd_settime" -> file(fd) instanceof TimerFile timer ? timer.set(Kernel.memory(c, 32)) : bad(fd);
            case "clock_gettime" -> time(Kernel.memory(b, 16));
            default -> throw new UnsupportedOperationException("the simulated Linux has no " + function);
        };
    }

    // Descriptors.

    /// Tasks of different machines may wake each other: that is no network, but the test's own doing.
    private int signal(int fd, long n) {
        var machine = wires.machines().get(Descriptors.machineOf(fd));
        if (!(machine.file(fd) instanceof EventFile event)) return machine.bad(fd);
        event.add(n);
        return 0;
    }

    @Nullable File file(int fd) {
        return descriptors.get(fd);
    }

    int open(File file) {
        return descriptors.open(file);
    }

    private int close(int fd) {
        var file = descriptors.remove(fd);
        if (file == null) return -Linux.EBADF;
        file.close();
        return 0;
    }

    /// {@return how many descriptors are open}
    int open() {
        return descriptors.count();
    }

    private int bad(int fd) {
        return file(fd) == null ? -Linux.EBADF : -Linux.EINVAL;
    }

    // Sockets.

    private int socket(int family, int type) {
        return switch (type & NO_FLAGS) {
            case Linux.STREAM -> open(family == Linux.AF_UNIX ? new Unix(this) : new Tcp(this, family));
            case Linux.DATAGRAM -> open(new Udp(this, family));
            default -> -Linux.EINVAL;
        };
    }

    private int onSocket(int fd, Function<Socket, Integer> call) {
        var file = file(fd);
        return file instanceof Socket s ? call.apply(s) : file == null ? noSocket(fd) : -Linux.ENOTSOCK;
    }

    /// @throws IllegalStateException the number is another kernel's: Linux would say EBADF, and the mistake is elsewhere
    private int noSocket(int fd) {
        if (fd < 0 || Descriptors.machineOf(fd) == number) return -Linux.EBADF; // closed
        if (Descriptors.isSimulated(fd))
            throw new IllegalStateException(Descriptors.shown("fd " + fd) + " is a socket of host "
                    + wires.machines().get(Descriptors.machineOf(fd)).name
                    + ", and a task of host " + name + " uses it; a socket is used by the tasks of its own host");
        throw new IllegalStateException("fd " + fd + " is a socket that was made outside of the simulation, and a task of host " + name
                + " uses it; bind or connect it in a task of a host, or in the body of run");
    }

    private int accept(Socket listener, long to, long length) {
        var fd = listener.accept();
        if (fd >= 0 && file(fd) instanceof Socket s && s.peer != null) SocketCalls.write(s.peer, s.family, to, length);
        return fd;
    }

    private int receive(Socket s, ByteBuffer to, int flags, long address, long length) {
        from = null;
        var n = s.receive(to, (flags & MSG_TRUNC) != 0);
        if (n >= 0 && address != 0) {
            if (from == null) Kernel.memory(length, Integer.BYTES).putInt(0, 0);
            else SocketCalls.write(from, s.family, address, length);
        }
        return n;
    }

    /// A name that the kernel chooses for a Unix socket: abstract, five hexadecimal digits.
    Address.Local freeName() {
        for (;;) {
            var name = String.format("\0%05x", ++nextName);
            if (!names.containsKey(name)) return new Address.Local(name);
        }
    }

    /// The socket of this name is closed; a path stays, but may be bound again, as if the file had been deleted.
    void forget(Address.Local name) {
        if (!name.isAbstract()) stale.add(name.name());
    }

    // Addresses.

    boolean has(InetAddress ip) {
        return ip.isLoopbackAddress() || addresses.contains(ip);
    }

    boolean hasRoute(InetAddress ip) {
        return has(ip) || Address.isBroadcast(ip) || Wires.isNear(ip);
    }

    /// {@return what is meant by an address that something is sent to: 0.0.0.0 is this machine}
    InetAddress destination(InetAddress to) {
        return to.isAnyLocalAddress() ? Address.loopback(to) : to;
    }

    /// {@return what something that is sent to `to` is from}
    InetAddress sourceFor(InetAddress to) {
        if (to.isLoopbackAddress()) return Address.loopback(to);
        if (addresses.contains(to)) return to;
        for (var own : addresses) if (own instanceof Inet4Address == to instanceof Inet4Address) return own;
        return Address.loopback(to);
    }

    // Waiting, and the clock.

    private int control(EpollFile epoll, int operation, int fd, long event) {
        var file = file(fd);
        return file == null ? -Linux.EBADF
                : epoll.control(operation, fd, file, Kernel.memory(event, event == 0 ? 0 : EpollFile.EVENT_SIZE));
    }

    private int await(EpollFile epoll, long events, int atMost, int timeoutMillis) {
        var memory = Kernel.memory(events, (long) atMost * EpollFile.EVENT_SIZE);
        var n = epoll.report(memory, atMost);
        // any thread may look what there is; to wait takes one that can be let wait
        return n > 0 || timeoutMillis == 0 ? n : processor(Thread.currentThread()).await(epoll, memory, atMost, timeoutMillis);
    }

    private int time(ByteBuffer to) {
        to.putLong(0, world.now / NANOS).putLong(8, world.now % NANOS);
        return 0;
    }
}
