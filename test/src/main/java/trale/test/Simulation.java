package trale.test;

import java.net.InetAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionException;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import trale.Async;
import trale.Context;
import trale.Future;
import trale.JoinHandle;
import trale.Poll;
import trale.internal.Log;
import trale.internal.linux.Kernel;

/// A network program in virtual time: hosts, a network between them, and an order of events that a seed decides.
///
/// ```java
/// try (var simulation = new Simulation(42)) {
///     var server = simulation.host("server").spawn(() -> {
///         try (var listener = TcpListener.bind(new InetSocketAddress(80));
///                 var stream = await(listener.accept())) {
///             await(AsyncRead.copy(stream, stream));
///         }
///     });
///     simulation.run(() -> {
///         await(simulation.idle()); // the server listens; else the client may come first, and be refused
///         try (var stream = await(TcpStream.connect("server", 80))) {
///             await(stream.writeAll(ByteBuffer.wrap("hello".getBytes())));
///         }
///     });
///     server.join(); // throws what the server has failed with; else that is logged, and the test is green
/// }
/// ```
///
/// A poll takes 100 ns of virtual time. Apart from that, time passes only when all tasks wait. Used by the thread of the test, and by the
/// tasks of its hosts.
public final class Simulation implements AutoCloseable {
    private final long seed;
    private final @Nullable Recordings recordings;
    private final World world;
    private final Wires wires;
    private final Faults faults;
    private final Network network;
    private final RandomGenerator random;
    private final Map<String, Host> hosts = new LinkedHashMap<>();
    private final Map<String, Boolean> armed = new LinkedHashMap<>();
    private boolean isClosed;

    /// A simulation with no host yet.
    ///
    /// @param seed decides all that is open: equal seeds, equal runs
    /// @throws IllegalArgumentException the property `trale.simulation.limit` is no number from 0 to 999999, or `trale.seed` is no number
    public Simulation(long seed) {
        this(seed, null, null);
    }

    /// @param orders     decides which of several is next, instead of the seed
    /// @param recordings takes down what the hosts do
    Simulation(long seed, @Nullable Orders orders, @Nullable Recordings recordings) {
        this.seed = seed;
        this.recordings = recordings;
        var source = new SplittableRandom(seed);
        random = source.split();
        world = new World(source, orders);
        wires = new Wires(world);
        faults = new Faults(world);
        network = new Network(wires);
    }

    /// {@return what it was made with}
    public long seed() {
        return seed;
    }

    /// {@return the network between the hosts}
    public Network network() {
        return network;
    }

    /// {@return what goes wrong in the hosts' kernels; nothing, at first}
    public Faults faults() {
        return faults;
    }

    /// Ends a run that takes longer.
    ///
    /// @param time of real time since it was made; zero: no limit
    void limit(Duration time) {
        world.limit = time.toNanos();
    }

    /// {@return how much real time a run may take, in nanoseconds; 0: any}
    long limit() {
        return world.limit;
    }

    /// {@return the machine of this name, which is made if there is none; it runs nothing yet}
    public Host host(String name) {
        var known = hosts.get(name);
        if (known != null) return known;
        var n = hosts.size() + 1;
        var ipv4 = Address.ip((byte) 10, (byte) 0, (byte) (n >> 8), (byte) n);
        var ipv6 = new byte[16];
        ipv6[0] = (byte) 0xfd;
        ipv6[14] = (byte) (n >> 8);
        ipv6[15] = (byte) n;
        var host = new Host(new Machine(name, world, wires, faults, List.<InetAddress>of(ipv4, Address.ip(ipv6))), ipv4, recordings);
        hosts.put(name, host);
        return host;
    }

    /// Runs a body on a host of its own, and everything else meanwhile, until the body has ended.
    ///
    /// @return what it returned
    /// @throws Exception what it threw
    /// @throws DeadlockException it waits for what will never be; the message lists all tasks, what each waits for, and what may be
    ///         the reason
    /// @throws AssertionError the run takes more than 60 s of real time; the message says where it is, and what virtual time has come to.
    ///         `-Dtrale.simulation.limit=SECONDS` is another limit, and 0 none. A replay with `-Dtrale.seed=N` has none, unless this is set
    /// @throws IllegalStateException called inside a task
    public <T extends @Nullable Object> T run(Async.Body<T> body) throws Exception {
        requireTest();
        return ended(host("main").spawn(body));
    }

    /// As [#run(Async.Body)].
    public void run(Async.VoidBody body) throws Exception {
        requireTest();
        ended(host("main").spawn(body));
    }

    /// From now on the calling thread is the test's: JUnit may run each step of a test by a thread of its own.
    void adopt() {
        world.adopt();
    }

    private void requireTest() {
        if (world.isExecutor(Thread.currentThread()))
            throw new IllegalStateException("run is called by the test's thread; await or spawn the body here");
        adopt();
    }

    private <T extends @Nullable Object> T ended(JoinHandle<T> task) throws Exception {
        try {
            return task.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof Exception cause) throw world.clues.addTo(cause);
            if (e.getCause() instanceof Error cause) throw world.clues.addTo(cause);
            throw e;
        }
    }

    /// {@return a future that is ready when no other task can go on before time passes} What is on its way in the network, such as a
    /// datagram, has not arrived then.
    public Future<Void> idle() {
        return new Future<>() {
            private boolean idle;

            @Override
            public Poll<Void> poll(Context cx) {
                if (idle) return Poll.ready(null);
                if (!(Kernel.current() instanceof Machine here))
                    throw new IllegalStateException("idle() is awaited in a task of the simulation");
                var waker = cx.waker();
                here.processor(Thread.currentThread()).whenIdle(() -> {
                    idle = true;
                    waker.wake();
                });
                return Poll.pending();
            }
        };
    }

    /// {@return how much time has passed since the beginning}
    public Duration elapsed() {
        return Duration.ofNanos(world.now);
    }

    /// {@return random numbers that the seed decides}
    public RandomGenerator random() {
        return random;
    }

    /// {@return with this probability true, but with every other seed never: for rare events, such as a cache that is full}
    /// @param point names the place in the program
    public boolean sometimes(String point, double probability) {
        if (world.isExplored()) return probability > 0 && world.chance(probability);
        var isArmed = armed.computeIfAbsent(point, p -> random.nextBoolean());
        return isArmed && random.nextDouble() < probability;
    }

    /// {@return all that has happened, a line each; equal for equal seeds} Of a run of more than 400,000 events or so, one line in the
    /// middle says how many are left out.
    public String trace() {
        return world.trace.toString();
    }

    /// {@return how many events there were}
    long events() {
        return world.trace.count();
    }

    /// {@return what may be the reason of a failure, beside what the failure says itself: a line each, each ends in a line feed}
    String clues(Throwable failure) {
        var said = Log.describe(failure);
        return world.clues.text().lines().filter(line -> !said.contains(line)).map(line -> line + "\n").collect(Collectors.joining());
    }

    /// {@return whether the run was ended because it took too long}
    boolean isOver() {
        return world.isOver;
    }

    /// Closes the hosts' executors: their tasks are cancelled, and their cleanup runs. All hosts are closed, also if that fails for one. An
    /// executor that a task has built, and that is open, goes on meanwhile and then ends where it is. A second call does nothing.
    ///
    /// @throws IllegalStateException a cleanup does not end
    @Override
    public void close() {
        if (isClosed || world.isOver) return; // each thread ends by itself
        isClosed = true;
        adopt();
        world.stopExploring();
        Throwable failure = null;
        for (var i = 0; i < hosts.size() && !world.isOver; i++) { // a cleanup may make another host
            try {
                List.copyOf(hosts.values()).get(i).close();
            } catch (Throwable t) {
                if (failure == null) failure = t;
                else failure.addSuppressed(t);
            }
        }
        if (!world.isOver) hosts.values().forEach(host -> host.machine.end());
        if (failure instanceof Error e) throw e;
        if (failure instanceof RuntimeException e) throw e;
        world.clues.forgetTasks();
    }

    /// What is run with many seeds.
    public interface Program {
        /// Runs it once.
        void run(Simulation simulation) throws Exception;
    }

    /// Runs a program with the seeds 0 to `runs` − 1, the first three of them twice: a difference is a failure. With `-Dtrale.seed=N`
    /// it runs with that seed alone.
    ///
    /// @throws AssertionError it failed, or is not deterministic; the message says with which seed, and how to replay that
    /// @throws IllegalArgumentException there is to be no run, or the property `trale.seed` is no number
    public static void forEachSeed(int runs, Program program) {
        Runs.forEachSeed(runs, program);
    }

    /// Runs a small program in every order of what is runnable at the same time, depth first. What else a seed would decide is always
    /// the same: each latency is the least, and [#random()] that of seed 0.
    ///
    /// @param max how many orders there may be
    /// @return how many there are
    /// @throws AssertionError it failed in one of them, or there are more, or it is not deterministic
    public static long explore(int max, Program program) {
        return Runs.explore(max, program);
    }
}
