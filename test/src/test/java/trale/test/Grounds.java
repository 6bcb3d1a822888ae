package trale.test;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import trale.Executor;
import trale.Poll;
import trale.internal.linux.Fd;
import trale.internal.linux.Kernel;
import trale.internal.linux.Sockets;
import trale.support.Arrangement;
import trale.support.Ground;

/// The grounds on which the tests of the core run again: a simulated Linux, and a real one whose calls fail.
public final class Grounds implements Ground.Maker {
    @Override
    public @Nullable Ground make(Arrangement arrangement) {
        return switch (arrangement) {
            case OWN_THREAD, REACTOR_THREAD -> null;
            case SIMULATED -> new Simulated();
            case FAULTY, FAULTY_REACTOR_THREAD -> new Faulty();
        };
    }

    /// One machine. Time passes, and executors go on, while the test's thread waits for one of them.
    static final class Simulated extends Ground {
        final Machine machine;
        private final World world;
        private @Nullable Kernel usual;

        private Simulated() {
            world = new World(new SplittableRandom(Long.getLong(Runs.PROPERTY, 0)), null);
            machine = new Machine("test", world, new Wires(world), new Faults(world), List.<InetAddress>of()) {
                @Override
                public InetAddress[] resolve(String host) throws UnknownHostException {
                    return InetAddress.getAllByName(host); // the tests have names of their own
                }
            };
        }

        /// {@return that of the test that runs now}
        static Simulated here() {
            if (Ground.current() instanceof Simulated ground) return ground;
            throw new IllegalStateException("no test runs on a simulated Linux now");
        }

        @Override
        protected void enter() {
            world.adopt();
            usual = Kernel.use(machine);
        }

        @Override
        protected void leave() {
            Kernel.use(usual);
        }

        @Override
        protected void waitUntil(BooleanSupplier condition) {
            machine.awaitTask(condition);
        }

        /// Some may go on for ever. After 200 polls each has had its turn.
        @Override
        protected void settle() {
            var polls = new int[1];
            waitUntil(() -> ++polls[0] > 200 || world.processors.stream().noneMatch(Processor::isReady));
        }

        @Override
        protected Held hold(Executor executor) {
            var begun = new boolean[1];
            var processor = new Processor[1];
            executor.submit(cx -> {
                processor[0] = machine.processor(Thread.currentThread());
                begun[0] = true;
                processor[0].sleep();
                return Poll.ready(null);
            });
            waitUntil(() -> begun[0]);
            return () -> processor[0].wakeUp();
        }

        @Override
        protected long time() {
            return world.now;
        }

        @Override
        protected int open() {
            return machine.open();
        }

        @Override
        protected Integer call(String function, long... args) {
            var a = Arrays.copyOf(args, 6);
            var result = switch (function) {
                case "pipe2" -> pair(a[0]);
                case "socketpair" -> pair(a[3]);
                case "read" -> machine.call("recvfrom", a[0], a[1], a[2], 0, 0, 0);
                case "write" -> machine.call("sendto", a[0], a[1], a[2], 0, 0, 0);
                default -> machine.call(function, a[0], a[1], a[2], a[3], a[4], a[5]);
            };
            deliver();
            return result;
        }

        /// Two ends of a connection, also for a pipe: what a pipe's reader and writer see is the same.
        private static int pair(long to) {
            try {
                var listener = Sockets.bind(UnixDomainSocketAddress.of(""), Sockets.STREAM, false, false, 1);
                var one = Sockets.connect(Sockets.localAddress(listener), null);
                Kernel.memory(to, 8).putInt(0, one).putInt(4, Sockets.accept(listener));
                return Fd.close(listener);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        /// What was sent within the machine has arrived: Linux delivers it within the call.
        void deliver() {
            world.now += 2 * machine.wires.within;
            world.catchUp();
        }

        @Override
        protected void close() {
            assertEquals(0, machine.open(), "open descriptors");
        }
    }

    /// Linux, but for calls that are interrupted or are to be tried again. None moves less than it could: the tests say how many bytes a
    /// read brings.
    static final class Faulty extends Ground {
        private static final double PROBABILITY = 0.2;

        private final Harmless plan = new Harmless(Long.getLong(Runs.PROPERTY, 0), PROBABILITY, false);
        private final Kernel kernel = new FaultyKernel(Kernel.linux(), plan);
        private @Nullable Kernel usual;

        @Override
        protected void enter() {
            usual = Kernel.use(kernel);
        }

        @Override
        protected void leave() {
            Kernel.use(usual);
        }

        int faults() {
            synchronized (plan) {
                return plan.faults;
            }
        }

        @Override
        protected void waitUntil(BooleanSupplier condition) {
            // the executors go on by themselves
        }

        @Override
        protected Held hold(Executor executor) throws InterruptedException {
            return holdThread(executor);
        }

        @Override
        protected long time() {
            return System.nanoTime();
        }

        @Override
        protected void close() {
            // the superclass of the tests looks for what is left
        }

        @Override
        protected int open() {
            return descriptorsOfLinux();
        }
    }
}
