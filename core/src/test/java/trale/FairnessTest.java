package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.async;
import static trale.Async.await;

import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import trale.net.LineReader;
import trale.net.TcpListener;
import trale.net.TcpStream;
import trale.support.Ground;
import trale.support.NeedsLinux;
import trale.support.Optimized;
import trale.support.UnderBothArrangements;
import trale.time.Timer;

/// A task that always has something to do leaves the others their turn: tasks, timers and connections.
///
/// Lateness is measured in time of the executor's thread, which other programs on the machine do not use up.
@Optimized
class FairnessTest extends UnderBothArrangements {
    private static final int BUDGET = 128; // awaits
    private static final long LATEST_TIMER = 2_000_000; // ns; without a budget it is 33 ms late and more
    /// The same beside threads that compute: the reactor's thread, which is told of the timer, may have to wait for a core.
    private static final long LATEST_TIMER_BESIDE_THREADS = 5_000_000;
    private static final int MOST_SPAWNED = 200_000; // that have not run: the heap has room for them
    private static final long LONGEST_ECHO = 5_000_000; // ns; without a budget 43 ms and more

    /// Futures that are ready whenever they are awaited.
    private List<Supplier<Future<?>>> alwaysReady() {
        var ended = executor.submit(() -> "ended");
        ended.join();
        var lines = new LineReader(to -> cx -> {
            var n = Math.min(to.remaining(), 8);
            for (var i = 0; i < n; i++) to.put((byte) (i % 2 == 0 ? 'x' : '\n'));
            return Poll.ready(n);
        }, 100);
        return List.of(() -> Timer.sleep(Duration.ZERO), () -> ended, lines::readLine, () -> cx -> Poll.ready(null), () -> async(() -> {}));
    }

    @Test // F2
    @NeedsLinux(NeedsLinux.ORDER)
    void aLoopOverAwaitsThatAreReadyLetsEveryOtherTaskRunOnceIn128OfThem() throws Exception {
        for (var ready : alwaysReady()) {
            var awaits = new AtomicInteger();
            var gaps = Collections.synchronizedList(new ArrayList<Integer>());
            try (var _ = new Hold()) {
                executor.submit(() -> {
                    for (; awaits.get() < 20_000; awaits.getAndIncrement()) await(ready.get());
                });
                for (var i = 0; i < 3; i++) executor.submit(() -> {
                    for (int before = 0, now; (now = awaits.get()) < 20_000; before = now) {
                        gaps.add(now - before);
                        await(Async.yieldNow());
                    }
                });
            }
            while (executor.taskCount() > 0) settle();
            assertTrue(Collections.max(gaps) <= BUDGET, () -> "awaits between two turns of another task: " + Collections.max(gaps));
            assertTrue(gaps.size() >= 3 * 20_000 / BUDGET, () -> "turns: " + gaps.size());
        }
    }

    @Test // F2
    void aLoopOverAwaitsThatAreReadyCanBeCancelled() throws Exception {
        for (var ready : alwaysReady()) {
            var running = new CountDownLatch(1);
            var cleanedUp = new AtomicBoolean();
            var handle = executor.submit(() -> {
                try {
                    for (;;) {
                        await(ready.get());
                        running.countDown();
                    }
                } finally {
                    cleanedUp.set(true);
                }
            });
            Ground.until(() -> running.getCount() == 0);
            handle.cancel();
            assertThrows(CancellationException.class, handle::join);
            assertTrue(cleanedUp.get());
        }
    }

    @Test // F2
    void theReactorIsTurnedBesideALoopOverAwaitsThatAreReady() {
        for (var ready : alwaysReady()) {
            var sleeping = executor.submit(Timer.sleep(Duration.ofMillis(5)));
            executor.submit(() -> {
                while (!sleeping.isDone()) await(ready.get());
            }).join();
        }
    }

    /// Of the thread that calls this.
    private static long cpu() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static void assertMedian(String what, List<Long> late, long most) {
        var sorted = late.stream().sorted().toList();
        var median = sorted.get(sorted.size() / 2);
        assertTrue(median <= most, () -> what + " is late by a median of " + median + " ns, at most " + sorted.getLast());
    }

    /// How much later than it should each timer goes off.
    private static Future<List<Long>> lateness(Duration period, BooleanSupplier end) {
        return async(() -> {
            var late = new ArrayList<Long>();
            while (!end.getAsBoolean()) {
                var start = cpu();
                await(Timer.sleep(period));
                late.add(cpu() - start - period.toNanos());
            }
            return late;
        });
    }

    private record Connection(TcpStream client, TcpStream server) implements AutoCloseable {
        @Override
        public void close() {
            client.close();
            server.close();
        }
    }

    private Connection connection() throws Exception {
        try (var listener = TcpListener.bind(new InetSocketAddress("127.0.0.1", 0))) {
            var server = executor.submit(listener.accept());
            return new Connection(executor.submit(TcpStream.connect(listener.localAddress())).join(), server.join());
        }
    }

    /// A task that writes as fast as it can, and one that reads.
    private void stream(Connection c, AtomicBoolean end) {
        executor.submit(() -> {
            for (var bytes = ByteBuffer.allocateDirect(60_000); !end.get(); bytes.clear()) await(c.client().writeAll(bytes));
            c.client().shutdownOutput();
        });
        executor.submit(() -> {
            for (var bytes = ByteBuffer.allocateDirect(60_000); await(c.server().read(bytes)) >= 0; bytes.clear()) {}
        });
    }

    private static Future<Void> echo(TcpStream stream) {
        return async(() -> {
            for (var one = ByteBuffer.allocate(1); await(stream.read(one)) >= 0; one.clear()) await(stream.writeAll(one.flip()));
        });
    }

    private static Future<List<Long>> echoTimes(TcpStream stream, int times) {
        return async(() -> {
            var all = new ArrayList<Long>();
            var one = ByteBuffer.allocate(1);
            for (var i = 0; i < times; i++) {
                var start = cpu();
                await(stream.writeAll(one.clear()));
                await(stream.readExactly(one.clear()));
                all.add(cpu() - start);
            }
            stream.shutdownOutput();
            return all;
        });
    }

    @Test // F1
    @NeedsLinux(NeedsLinux.CLOCK)
    void tasksThatStreamDelayNeitherATimerNorAnEcho() throws Exception {
        var end = new AtomicBoolean();
        try (var a = connection(); var b = connection(); var c = connection()) {
            stream(a, end);
            stream(b, end);
            var echo = executor.submit(echo(c.server()));
            var echoes = executor.submit(echoTimes(c.client(), 60));
            var timers = executor.submit(lateness(Duration.ofMillis(5), echoes::isDone));
            assertMedian("a timer", timers.join(), LATEST_TIMER);
            assertMedian("an echo", echoes.join(), LONGEST_ECHO);
            echo.join();
            end.set(true);
            while (executor.taskCount() > 0) settle();
        }
    }

    /// A client sends short lines without end; each is 20 µs of work.
    @Test // F3
    @NeedsLinux(NeedsLinux.CLOCK)
    void aClientThatSendsShortLinesDelaysNoTimer() throws Exception {
        var end = new AtomicBoolean();
        try (var c = connection()) {
            executor.submit(() -> {
                var lines = ByteBuffer.allocateDirect(60_000);
                while (lines.hasRemaining()) lines.put((byte) (lines.position() % 2 == 0 ? 'x' : '\n'));
                while (!end.get()) await(c.client().writeAll(lines.rewind()));
                c.client().shutdownOutput();
            });
            executor.submit(() -> {
                var lines = new LineReader(c.server(), 100);
                while (await(lines.readLine()) != null)
                    for (var until = System.nanoTime() + 20_000; System.nanoTime() < until && !end.get(); ) Thread.onSpinWait();
            });
            var ticks = new AtomicInteger();
            var ticker = executor.submit(lateness(Duration.ofMillis(1), () -> ticks.getAndIncrement() == 100));
            assertMedian("a timer", ticker.join(), LATEST_TIMER);
            end.set(true);
            while (executor.taskCount() > 0) settle();
        }
    }

    @Test // F4
    @NeedsLinux(NeedsLinux.THREADS)
    void threadsThatSpawnAsFastAsTheyCanDelayNoTimer() throws Exception {
        var spawned = new AtomicInteger();
        var ran = new AtomicInteger();
        var ticks = new AtomicInteger();
        var ticker = executor.submit(lateness(Duration.ofMillis(1), () -> ticks.getAndIncrement() == 20));
        var threads = new ArrayList<Thread>();
        for (var i = 0; i < 3; i++) threads.add(Thread.ofPlatform().start(() -> {
            while (!ticker.isDone()) {
                if (spawned.get() - ran.get() >= MOST_SPAWNED) continue;
                spawned.getAndIncrement();
                executor.submit(cx -> Poll.ready(ran.getAndIncrement()));
            }
        }));
        for (var t : threads) t.join();
        while (executor.taskCount() > 0) settle();
        assertMedian("a timer", ticker.join(), LATEST_TIMER_BESIDE_THREADS);
        assertEquals(spawned.get(), ran.get());
    }
}
