package trale.test;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import trale.internal.linux.Kernel;

/// What Linux answers, the simulated one answers: results, errors, bytes, and what epoll reports after each call.
///
/// `-Dtrale.parity=N` tries N sequences of calls.
@Timeout(300)
class ParityTest {
    private static final int SEQUENCES = Integer.getInteger("trale.parity", 400);
    private static final int CALLS = 60;

    /// A call, and how it is told.
    record Step(String text, Function<Side, String> call) {}

    /// Makes a sequence of calls.
    static final class Generator {
        private static final int[][] OPTIONS = {{1, 2}, {1, 4}, {1, 6}, {1, 9}, {1, 15}, {41, 26}};

        private final Random random;
        private final List<Step> steps = new ArrayList<>();
        private final List<Integer> kinds = new ArrayList<>();
        private int sockets;

        /// Sockets that have been connected. What becomes of one that is bound, connected or listening after its end is of no
        /// use to any program, and not simulated.
        private final Set<Integer> connected = new HashSet<>();

        Generator(long seed) {
            random = new Random(seed);
        }

        private void add(String text, Function<Side, String> call) {
            steps.add(new Step(text, call));
        }

        List<Step> make() {
            var which = random.nextInt(3);
            for (var i = 0; i < 2; i++) pair(which == 0 ? random.nextInt(5) : which == 1 ? Side.TCP4 : Side.UNIX);
            while (steps.size() < CALLS) any();
            return steps;
        }

        /// Two sockets that know each other, with a listener between them unless they are UDP sockets.
        private void pair(int kind) {
            var listener = open(kind);
            add("bind " + listener, s -> s.bind(listener, false, -1));
            if (kind == Side.UDP4 || kind == Side.UDP6) return;
            add("listen " + listener, s -> s.listen(listener, 5));
            var client = open(kind);
            connected.add(client);
            add("connect " + client, s -> s.connect(client, listener, false));
            watch(client);
            watch(listener);
            accept(listener);
        }

        private int open(int kind) {
            var socket = sockets++;
            kinds.add(kind);
            add("open " + socket + " of kind " + kind, s -> s.open(socket, kind));
            return socket;
        }

        private void accept(int listener) {
            var socket = sockets++;
            kinds.add(kinds.get(listener));
            connected.add(socket);
            add("accept " + listener + " as " + socket, s -> s.accept(listener, socket));
            watch(socket);
        }

        private void watch(int socket) {
            add("watch " + socket, s -> s.watch(socket, true));
        }

        private void unlessConnected(int socket, String text, Function<Side, String> call) {
            if (!connected.contains(socket)) add(text, call);
        }

        private void any() {
            var one = random.nextInt(sockets);
            var other = random.nextInt(sockets + 1) - 1;
            var size = new int[] {0, 1, 10, 1000}[random.nextInt(4)];
            var flag = random.nextBoolean();
            switch (random.nextInt(30)) {
                case 0 -> watch(open(random.nextInt(5)));
                case 1 -> unlessConnected(one, "bind " + one + " as " + other, s -> s.bind(one, flag, other));
                case 2 -> add("bind elsewhere " + one, s -> s.bindElsewhere(one));
                case 3 -> {
                    var backlog = random.nextInt(4);
                    unlessConnected(one, "listen " + one + " " + backlog, s -> s.listen(one, backlog));
                }
                case 4, 5, 6 -> {
                    var any = flag && random.nextBoolean();
                    unlessConnected(one, "connect " + one + " to " + other + (any ? " any" : ""), s -> s.connect(one, other, any));
                    if (kinds.get(one) != Side.UDP4) connected.add(one);
                }
                case 7, 8, 9 -> accept(one);
                case 10, 11 -> {
                    connected.add(one);
                    add("shutdown " + one, s -> s.shutdown(one));
                }
                case 12, 13 -> add("close " + one, s -> s.close(one));
                case 14 -> add("names " + one, s -> s.names(one));
                case 15 -> {
                    var option = OPTIONS[random.nextInt(OPTIONS.length)];
                    var value = random.nextInt(3);
                    if (option[1] == 4) add("SO_ERROR " + one, s -> s.option(one, 1, 4));
                    else add("set " + one + " " + option[0] + "/" + option[1], s -> s.setOption(one, option[0], option[1], value));
                }
                case 16 -> {
                    var option = OPTIONS[random.nextInt(OPTIONS.length)];
                    add("get " + one + " " + option[0] + "/" + option[1], s -> s.option(one, option[0], option[1]));
                }
                case 17 -> add("watch " + one + " " + flag, s -> s.watch(one, flag));
                case 18, 19 -> add("send " + one + " " + size + " to " + other, s -> s.sendTo(one, other, size));
                case 20, 21, 22, 23, 24 -> add("send " + one + " " + size, s -> s.send(one, size));
                default -> add("receive " + one + " " + size, s -> s.receive(one, size));
            }
        }
    }

    private static List<String> run(Kernel kernel, int patience, List<Step> steps) {
        var told = new ArrayList<String>();
        try (var side = new Side(kernel, patience)) {
            for (var step : steps) told.add(step.text + " = " + step.call.apply(side) + side.events());
        }
        return told;
    }

    static Machine machine(long seed) {
        var world = new World(new Random(seed), null);
        var wires = new Wires(world);
        wires.within = 0;
        return new Machine("here", world, wires, new Faults(world), List.of());
    }

    /// {@return the first difference, with the calls before it; null: there is none}
    static String difference(List<Step> steps, Kernel simulated) {
        var expected = run(simulated, 0, steps);
        List<String> real = List.of();
        for (var patience = 0; patience < 4; patience++) { // what Linux reports may be on its way
            real = run(Kernel.linux(), patience, steps);
            if (real.equals(expected)) return null;
        }
        for (var i = 0; i < real.size(); i++) {
            if (real.get(i).equals(expected.get(i))) continue;
            return String.join("\n", real.subList(0, i)) + "\nLinux:     " + real.get(i) + "\nsimulated: " + expected.get(i);
        }
        throw new AssertionError("unreachable");
    }

    @Test
    void aRandomSequenceOfCallsIsAnsweredAsByLinux() {
        for (var seed = 0L; seed < SEQUENCES; seed++) {
            var difference = difference(new Generator(seed).make(), machine(seed));
            if (difference != null) throw new AssertionError("seed " + seed + "\n" + difference);
        }
    }

    /// A kernel that answers one call in one place otherwise.
    private static Kernel wrong(String function, int right, int wrong) {
        var simulated = machine(1);
        return (f, a, b, c, d, e, g) -> {
            var result = simulated.call(f, a, b, c, d, e, g);
            return f.equals(function) && result == right ? wrong : result;
        };
    }

    @Test
    void aWrongAnswerIsNoticed() {
        assertNoticed(() -> wrong("sendto", -Linux.EPIPE, -Linux.ECONNRESET));
        assertNoticed(() -> wrong("accept4", -Linux.EAGAIN, -Linux.EINVAL));
        assertNoticed(() -> wrong("bind", -Linux.EADDRINUSE, 0));
        assertNoticed(() -> wrong("epoll_wait", 2, 0));
    }

    private static void assertNoticed(Supplier<Kernel> wrong) {
        for (var seed = 0L; seed < SEQUENCES; seed++) if (difference(new Generator(seed).make(), wrong.get()) != null) return;
        throw new AssertionError("none of " + SEQUENCES + " sequences tells the difference");
    }

    /// The sizes of buffers differ, so what is compared is which calls say that there is no room, and what epoll says then.
    @ParameterizedTest
    @ValueSource(ints = {Side.TCP4, Side.TCP6, Side.UNIX})
    void aFullBufferIsWritableAgainWhenTheOtherEndHasRead(int kind) {
        var steps = new ArrayList<Step>();
        steps.add(new Step("open", s -> s.open(0, kind) + s.bind(0, false, -1) + s.listen(0, 5)));
        steps.add(new Step("connect", s -> s.open(1, kind) + s.connect(1, 0, false) + s.accept(0, 2).length()));
        steps.add(new Step("watch", s -> s.watch(1, true) + s.watch(2, true)));
        for (var i = 0; i < 3; i++) {
            steps.add(new Step("fill", s -> s.fill(1)));
            steps.add(new Step("a full one", s -> s.send(1, 1)));
            steps.add(new Step("drain", s -> s.drain(2, 1)));
            steps.add(new Step("empty", s -> s.receive(2, 1)));
        }
        assertEquals(null, difference(steps, machine(1)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void thePortOfTheEndThatWasShutFirstIsInUse(boolean reuseAddress) {
        var value = reuseAddress ? 1 : 0;
        var steps = new ArrayList<Step>();
        steps.add(new Step("listen", s -> s.open(0, Side.TCP4) + s.bind(0, false, -1) + s.listen(0, 5)));
        steps.add(new Step("open", s -> s.open(1, Side.TCP4) + s.setOption(1, 1, 2, value)));
        steps.add(new Step("connect", s -> s.connect(1, 0, false) + s.accept(0, 2).length()));
        steps.add(new Step("watch", s -> s.watch(1, true) + s.watch(2, true)));
        steps.add(new Step("shut one", s -> s.shutdown(1)));
        steps.add(new Step("shut the other", s -> s.receive(2, 1) + s.shutdown(2)));
        steps.add(new Step("the end", s -> s.receive(1, 1)));
        steps.add(new Step("bind", s -> s.open(3, Side.TCP4) + s.setOption(3, 1, 2, value) + s.bind(3, false, 1)));
        assertEquals(null, difference(steps, machine(1)));
    }

    @Test
    void theLimitsOfWhatIsSetAreLinuxs() {
        var steps = new ArrayList<Step>();
        steps.add(new Step("open", s -> s.open(0, Side.TCP4)));
        for (var option : List.of(4, 5, 6, 18)) { // TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT, TCP_USER_TIMEOUT
            for (var value : List.of(1, 0, -1, 127, 128, 32_767, 32_768))
                steps.add(new Step("set " + option + " to " + value, s -> s.setOption(0, 6, option, value) + " " + s.option(0, 6, option)));
        }
        assertEquals(null, difference(steps, machine(1)));
    }

    @Test
    void anEventfdAndATimerfdAreReportedAsByLinux() {
        var steps = new ArrayList<Step>();
        steps.add(new Step("eventfd", s -> s.eventFd(0) + s.watch(0, true)));
        for (var i = 0; i < 3; i++) steps.add(new Step("signal", s -> s.signal(0)));
        steps.add(new Step("two signals", s -> s.signal(0) + s.signal(0)));
        steps.add(new Step("timerfd", s -> s.timerFd(1) + s.watch(1, true)));
        for (var nanos : new long[] {1, 1, 0, -1, 999_999_999, 1_000_000_000})
            steps.add(new Step("set to " + nanos, s -> s.setTimer(1, 0, nanos)));
        steps.add(new Step("set far", s -> s.setTimer(1, 1L << 32, 1)));
        steps.add(new Step("disarmed", s -> s.setTimer(1, 0, 0)));
        steps.add(new Step("no timer", s -> s.setTimer(0, 1, 1) + s.signal(1)));
        var machine = machine(1);
        machine.world.now = 2_000_000_000;
        assertEquals(null, difference(steps, machine));
    }

    @Test
    void theErrorsOfEpollAreLinuxs() {
        var steps = new ArrayList<Step>();
        steps.add(new Step("eventfd", s -> s.eventFd(0) + s.watch(0, true) + s.watch(0, true) + s.watch(0, false) + s.watch(0, false)));
        steps.add(new Step("nobody", s -> s.watch(7, true) + s.watch(7, false) + s.close(7) + s.close(0) + s.close(0)));
        steps.add(new Step("no socket", s -> s.eventFd(0) + s.listen(0, 1) + s.names(0) + s.send(0, 1) + s.receive(0, 1) + s.shutdown(0)));
        assertEquals(null, difference(steps, machine(1)));
    }
}
