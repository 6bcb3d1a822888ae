package trale.test;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import trale.internal.linux.Errno;
import trale.internal.linux.Kernel;

/// A simulated Linux: one machine's power, executors, descriptors, ports, names and addresses. [SystemCalls] work on them.
///
/// Its descriptors are numbers that no process of a real Linux has, so that a stray call on one there is EBADF.
class Machine implements Kernel {
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

    /// The ends of TCP connections that are open here, in the order in which they were established. One may wait to be accepted, and the
    /// socket of one may be closed.
    final Set<Tcp> connections = new LinkedHashSet<>();

    private int nextName;
    int nextSocket;

    final String name;
    private final List<InetAddress> addresses;
    private final Descriptors descriptors;

    /// Whom the last datagram was from; null: it was none.
    @Nullable Address from;

    private final List<Processor> processors = new CopyOnWriteArrayList<>(); // as World's

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
        faulty = new FaultyKernel(new SystemCalls(this)::call,
                (call, possible) -> fault = isSound() ? 0 : faults.fault(call, possible), this::breakOff);
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
        requireKnown(waker, "spawns or wakes a task of");
    }

    private void requireKnown(Thread thread, String does) {
        if (Kernel.current() instanceof Machine known && known.world == world) return;
        throw world.clues.refused(new IllegalStateException("thread " + thread.getName() + " " + does + " the simulated host "
                + name + ": what it does has no place in the order that the seed decides; " + Clues.INSTEAD));
    }

    /// @param does what the calling thread is about to do
    /// @throws IllegalStateException the simulation runs, and the thread is outside of it
    void requireInside(String does) {
        if (!world.isTest() && !world.isTurnOfTest()) requireKnown(Thread.currentThread(), does);
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
        connections.clear();
        for (var machine : wires.machines()) machine.forEachEnd(this, tcp -> tcp.silence.begin());
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
        for (var machine : wires.machines()) machine.forEachEnd(this, tcp -> tcp.silence.end());
        Link.release(held);
    }

    /// Calls something for this end of each connection that goes to a machine.
    void forEachEnd(Machine there, Consumer<Tcp> action) {
        for (var end : List.copyOf(connections)) if (end.goesTo(there)) action.accept(end);
    }

    /// By a thread of its own that has its turn.
    void requirePower() {
        if (isCrashed) throw new Kernel.Crash(why);
    }

    // Descriptors and names.

    @Nullable File file(int fd) {
        return descriptors.get(fd);
    }

    int open(File file) {
        return descriptors.open(file);
    }

    int close(int fd) {
        var file = descriptors.remove(fd);
        if (file == null) return -Linux.EBADF;
        file.close();
        return 0;
    }

    /// {@return how many descriptors are open}
    int open() {
        return descriptors.count();
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
}
