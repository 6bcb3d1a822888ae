package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static trale.Async.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import trale.net.TcpStream;
import trale.support.Arrangement;
import trale.support.Child;
import trale.support.LongForm;
import trale.time.Timer;

/// R19: a JVM that stands still while its peers go on sending: it is stopped, it collects garbage for long, or its core is busy. What came
/// meanwhile is there when it goes on, so it is in time, although the deadlines have passed.
class PauseTest {
    private static final int ATTEMPTS = 5;
    private static final int PERIOD = 50; // ms between two bytes of a connection
    private static final int TICKS = 10; // of the sender, in a period
    private static final int PAUSE = 20; // periods
    private static final Duration LIMIT = Duration.ofMillis(600); // of a read

    /// A log of each full collection, written while it lasts: a line for each class, before and after it. That is more than the pipe
    /// between the two processes takes in.
    private static final String HISTOGRAM = "-Xlog:gc+classhisto=trace:stdout:utctime,time,uptime,hostname,pid,tid,level,tags";

    /// Reads from its peer through some connections until they end. It prints its process, and at each line of input it collects garbage.
    /// At last it prints how many reads timed out, and of each connection's longest pause between two bytes the shortest, in milliseconds.
    static final class Reader {
        public static void main(String[] args) throws Exception {
            var address = new InetSocketAddress("127.0.0.1", Integer.parseInt(args[1]));
            var timedOut = new AtomicInteger();
            var pause = new AtomicLong(Long.MAX_VALUE);
            var connections = Integer.parseInt(args[2]);
            var reading = new CountDownLatch(connections);
            try (var executor = Arrangement.valueOf(args[0]).open("child")) {
                var tasks = new ArrayList<JoinHandle<?>>();
                for (var i = 0; i < connections; i++) tasks.add(executor.submit(() -> {
                    try (var stream = await(TcpStream.connect(address))) {
                        var bytes = ByteBuffer.allocate(100);
                        await(stream.read(bytes));
                        reading.countDown();
                        var last = System.nanoTime();
                        var longest = 0L;
                        for (var n = 1; n >= 0; bytes.clear()) {
                            try {
                                n = await(Timer.timeout(LIMIT, stream.read(bytes)));
                                var now = System.nanoTime();
                                longest = Math.max(longest, now - last);
                                last = now;
                            } catch (TimeoutException e) {
                                timedOut.getAndIncrement();
                            }
                        }
                        pause.accumulateAndGet(longest, Math::min);
                    }
                }));
                reading.await();
                IO.println(ProcessHandle.current().pid());
                while (IO.readln() != null) {
                    System.gc();
                    IO.println("collected");
                }
                tasks.forEach(JoinHandle::join);
            }
            IO.println(timedOut + "\n" + TimeUnit.NANOSECONDS.toMillis(pause.get()));
        }
    }

    /// Sends a byte to each of its connections, again and again: at each tick of a clock to a part of them. So a reader that a first event
    /// has woken, and that stands still then, has not seen the other events.
    private static final class Sender implements AutoCloseable {
        private final List<Socket> sockets = new ArrayList<>();
        private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        private final Semaphore rounds = new Semaphore(0); // that no thread has waited for yet
        private int tick; // these until it has ended, of the clock's thread
        private long last;
        private long longest;

        Sender(ServerSocket listener, int connections) throws IOException {
            while (sockets.size() < connections) {
                var socket = listener.accept();
                socket.setTcpNoDelay(true);
                sockets.add(socket);
            }
            last = System.nanoTime();
            clock.scheduleAtFixedRate(this::tick, 0, PERIOD / TICKS, TimeUnit.MILLISECONDS);
        }

        private void tick() {
            try {
                for (var i = tick % TICKS; i < sockets.size(); i += TICKS) sockets.get(i).getOutputStream().write('x');
            } catch (IOException e) {
                throw new UncheckedIOException(e); // the last tick; send fails
            }
            var now = System.nanoTime();
            longest = Math.max(longest, now - last);
            last = now;
            if (++tick % TICKS == 0) rounds.release();
        }

        /// Waits for some rounds more.
        void send(int times) throws InterruptedException {
            rounds.drainPermits();
            assertTrue(rounds.tryAcquire(times, 1000 * PERIOD, TimeUnit.MILLISECONDS), "the sender has ended early");
        }

        /// {@return how much longer than a period a connection had to wait for its byte, at most}
        Duration end() throws InterruptedException {
            clock.shutdown();
            assertTrue(clock.awaitTermination(1000 * PERIOD, TimeUnit.MILLISECONDS));
            return Duration.ofNanos(longest);
        }

        @Override
        public void close() throws IOException {
            clock.shutdownNow();
            for (var s : sockets) s.close();
        }
    }

    /// Lets the reader stand still.
    private interface Pause {
        void run(Child reader, String pid, Sender sender) throws Exception;
    }

    private static Stream<Arguments> readers(List<Integer> connections) {
        return Stream.of(Arrangement.OWN_THREAD, Arrangement.REACTOR_THREAD)
                .flatMap(a -> LongForm.or(connections, List.of(1, 20, 500)).stream().map(n -> Arguments.of(a.name(), n)));
    }

    static Stream<Arguments> oneAndMany() {
        return readers(List.of(1, 500));
    }

    static Stream<Arguments> some() {
        return readers(List.of(20));
    }

    @ParameterizedTest // R19
    @MethodSource("oneAndMany")
    void noReadTimesOutWhoseBytesCameWhileTheProcessStoodStill(String arrangement, int connections) throws Exception {
        var pause = check(List.of(), arrangement, connections, (_, pid, sender) -> {
            assertEquals(0, status("kill", "-STOP", pid));
            sender.send(PAUSE);
            assertEquals(0, status("kill", "-CONT", pid));
        });
        assertTrue(pause.compareTo(LIMIT) > 0, "it stood still for no more than " + pause);
    }

    /// The collection lasts as long as this test reads nothing, because all threads stand still until its log is written.
    @ParameterizedTest // R19
    @MethodSource("some")
    void noReadTimesOutWhoseBytesCameWhileGarbageWasCollected(String arrangement, int connections) throws Exception {
        var pause = check(List.of(HISTOGRAM), arrangement, connections, (reader, _, sender) -> {
            for (var i = 0; i < 3; i++) {
                reader.say("collect");
                assertTrue(reader.line().contains("#instances"), "the log of the collection");
                sender.send(PAUSE);
                while (!reader.line().equals("collected")) {} // the rest of the log
            }
        });
        assertTrue(pause.compareTo(LIMIT) > 0, "it collected for no more than " + pause);
    }

    /// The reader runs when its core is idle, and other processes compute there. So Linux gives each of its threads some milliseconds in
    /// some seconds.
    @ParameterizedTest // R19
    @MethodSource("some")
    void noReadTimesOutWhoseBytesCameWhileItsCoreWasBusy(String arrangement, int connections) throws Exception {
        var cores = cores();
        assumeTrue(cores.size() > 1, "the sender needs a core beside the one that is made busy");
        var pause = Duration.ZERO;
        for (var attempt = 0; attempt < 2 && pause.compareTo(LIMIT) <= 0; attempt++)
            pause = check(List.of(), arrangement, connections, (_, pid, sender) -> keepBusy(cores.getLast(), pid, sender));
        var last = pause;
        assumeTrue(pause.compareTo(LIMIT) > 0, () -> "this system lets no busy core starve a process, but for " + last);
    }

    private static void keepBusy(String core, String pid, Sender sender) throws Exception {
        assumeTrue(status("taskset", "-a", "-c", "-p", core, pid) + status("chrt", "-a", "-i", "-p", "0", pid) == 0,
                "this process may not say where, and when, another one runs");
        var others = new ArrayList<Process>();
        try {
            while (others.size() < 4)
                others.add(new ProcessBuilder("taskset", "-c", core, "sh", "-c", "while kill -0 $PPID; do :; done").start());
            sender.send(2 * PAUSE);
        } finally {
            others.forEach(Process::destroyForcibly);
        }
    }

    /// {@return on which this process, and so the reader, may run}
    private static List<String> cores() throws IOException {
        var list = Files.readAllLines(Path.of("/proc/self/status")).stream().filter(l -> l.startsWith("Cpus_allowed_list:")).findFirst();
        return List.of(list.orElseThrow().replaceFirst(".*:\\s*", "").split("[,-]")); // of `0-3,7` the ends
    }

    private static int status(String... command) throws Exception {
        return new ProcessBuilder(command).redirectError(Redirect.INHERIT).redirectOutput(Redirect.DISCARD).start().waitFor();
    }

    /// @return how long each connection had to wait for a byte once
    private static Duration check(List<String> options, String arrangement, int connections, Pause pause) throws Exception {
        for (var attempt = 0; attempt < ATTEMPTS; attempt++) {
            try (var listener = new ServerSocket(0, connections, InetAddress.getLoopbackAddress());
                    var child = Child.startWith(options, Reader.class, arrangement, "" + listener.getLocalPort(), "" + connections)) {
                Duration longest;
                List<String> end;
                try (var sender = new Sender(listener, connections)) {
                    var pid = child.line();
                    sender.send(5);
                    pause.run(child, pid, sender);
                    child.endInput();
                    sender.send(15); // longer than a read may take
                    longest = sender.end();
                }
                end = child.end().lines().toList();
                if (longest.compareTo(LIMIT.dividedBy(2)) > 0) continue; // this process stood still too: it proves nothing
                assertEquals("0", end.getFirst(), "reads that timed out");
                return Duration.ofMillis(Long.parseLong(end.getLast()));
            }
        }
        return fail("the sender is not given enough time to send");
    }
}
