package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static trale.Async.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
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
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import trale.net.TcpStream;
import trale.support.Arrangement;
import trale.support.Child;
import trale.support.LongForm;
import trale.time.Timer;

/// R19: a JVM that stands still, as for a long collection of garbage or under a debugger, while its peers go on sending. What came
/// meanwhile is there when it goes on, so it is in time, although the deadlines have passed.
class PauseTest {
    private static final int ATTEMPTS = 5;
    private static final long PERIOD = 50; // ms between two bytes
    private static final int PAUSE = 20; // periods
    private static final Duration LIMIT = Duration.ofMillis(600); // of a read

    /// Reads from its peer through some connections until they end, and prints how many reads timed out.
    static final class Reader {
        public static void main(String[] args) throws Exception {
            var address = new InetSocketAddress("127.0.0.1", Integer.parseInt(args[1]));
            var timedOut = new AtomicInteger();
            var connections = Integer.parseInt(args[2]);
            var reading = new CountDownLatch(connections);
            try (var executor = Arrangement.valueOf(args[0]).open("child")) {
                var tasks = new ArrayList<JoinHandle<?>>();
                for (var i = 0; i < connections; i++) tasks.add(executor.submit(() -> {
                    try (var stream = await(TcpStream.connect(address))) {
                        var bytes = ByteBuffer.allocate(100);
                        await(stream.read(bytes));
                        reading.countDown();
                        for (var n = 1; n >= 0; bytes.clear()) {
                            try {
                                n = await(Timer.timeout(LIMIT, stream.read(bytes)));
                            } catch (TimeoutException e) {
                                timedOut.getAndIncrement();
                            }
                        }
                    }
                }));
                reading.await();
                IO.println(ProcessHandle.current().pid());
                tasks.forEach(JoinHandle::join);
            }
            IO.println(timedOut);
        }
    }

    /// Sends a byte to each of its connections, again and again.
    private static final class Sender implements AutoCloseable {
        private final List<Socket> sockets = new ArrayList<>();
        private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        private final Semaphore rounds = new Semaphore(0); // that no thread has waited for yet
        private long last; // until it has ended, of the clock's thread
        private long longest;

        Sender(ServerSocket listener, int connections) throws IOException {
            while (sockets.size() < connections) {
                var socket = listener.accept();
                socket.setTcpNoDelay(true);
                sockets.add(socket);
            }
            last = System.nanoTime();
            clock.scheduleAtFixedRate(this::round, 0, PERIOD, TimeUnit.MILLISECONDS);
        }

        private void round() {
            try {
                for (var s : sockets) s.getOutputStream().write('x');
            } catch (IOException e) {
                throw new UncheckedIOException(e); // the last round; send fails
            }
            var now = System.nanoTime();
            longest = Math.max(longest, now - last);
            last = now;
            rounds.release();
        }

        /// Waits for some rounds more.
        void send(int times) throws InterruptedException {
            rounds.drainPermits();
            assertTrue(rounds.tryAcquire(times, 1000 * PERIOD, TimeUnit.MILLISECONDS), "the sender has ended early");
        }

        /// {@return how long a connection had to wait for its byte, at most}
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

    private static void signal(String signal, String pid) throws Exception {
        assertEquals(0, new ProcessBuilder("kill", "-" + signal, pid).inheritIO().start().waitFor());
    }

    static Stream<Arguments> readers() {
        return Stream.of(Arrangement.OWN_THREAD, Arrangement.REACTOR_THREAD)
                .flatMap(a -> LongForm.or(List.of(1, 500), List.of(1, 20, 500)).stream().map(n -> Arguments.of(a.name(), n)));
    }

    @ParameterizedTest // R19
    @MethodSource("readers")
    void noReadTimesOutWhoseBytesCameWhileTheProcessStoodStill(String arrangement, int connections) throws Exception {
        for (var attempt = 0; attempt < ATTEMPTS; attempt++) {
            try (var listener = new ServerSocket(0, connections, InetAddress.getLoopbackAddress());
                    var child = Child.start(Reader.class, arrangement, String.valueOf(listener.getLocalPort()),
                            String.valueOf(connections))) {
                Duration longest;
                try (var sender = new Sender(listener, connections)) {
                    var pid = child.line();
                    sender.send(5);
                    signal("STOP", pid);
                    sender.send(PAUSE); // it stands still meanwhile
                    signal("CONT", pid);
                    sender.send(15); // longer than a read may take
                    longest = sender.end();
                }
                var timedOut = child.end().strip();
                if (longest.compareTo(LIMIT.dividedBy(2)) > 0) continue; // this process stood still too: it proves nothing
                assertEquals("0", timedOut, "reads that timed out");
                return;
            }
        }
        fail("the sender is not given enough time to send");
    }
}
