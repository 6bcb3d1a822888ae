package trale.test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.async;
import static trale.Async.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import trale.Context;
import trale.Executor;
import trale.Future;
import trale.JoinHandle;
import trale.Poll;
import trale.Waker;
import trale.internal.linux.Fd;
import trale.internal.linux.Sockets;
import trale.net.TcpListener;
import trale.net.TcpStream;
import trale.reactor.Source;
import trale.time.Timer;

/// Programs that are wrong: each is found within a thousand seeds, and its repaired twin is not.
@Timeout(120)
class CanariesTest {

    private interface Twin {
        void run(Simulation simulation, boolean isRight) throws Exception;
    }

    private static final Pattern FOUND = Pattern.compile("(?s)seed (\\d+) \\(run \\d+ of 1000\\) failed: .*replay: -Dtrale.seed=\\1\\n.*");

    /// @param what as docs/testing.md calls it, which tells the first seed that finds it
    private static void isFound(String what, Twin twin) throws IOException {
        Simulation.forEachSeed(200, simulation -> twin.run(simulation, true));
        var e = assertThrows(AssertionError.class, () -> Simulation.forEachSeed(1000, simulation -> twin.run(simulation, false)));
        var found = FOUND.matcher(e.getMessage());
        assertTrue(found.matches(), e.getMessage());
        var row = "| " + what + " | " + found.group(1) + " |";
        IO.println(row);
        assertTrue(Files.readString(Path.of("../docs/testing.md")).contains(row), "docs/testing.md should say: " + row);
    }

    /// Something that happens once, and one task that waits for it.
    private static final class Once {
        private boolean happened;
        private @Nullable Waker waker;

        void happen() {
            happened = true;
            if (waker != null) waker.wake();
        }

        /// @param looksAgain after it has put down its waker: else what happens between the two polls wakes no one
        Future<Void> await(boolean looksAgain) {
            return new Future<>() {
                private int polls;

                @Override
                public Poll<Void> poll(Context cx) {
                    if (++polls == 1) {
                        if (happened) return Poll.ready(null);
                        cx.waker().wake();
                        return Poll.pending();
                    }
                    var isRegistered = waker != null;
                    waker = cx.waker();
                    return happened && (looksAgain || isRegistered) ? Poll.ready(null) : Poll.pending();
                }
            };
        }
    }

    private static void twoTasks(Simulation simulation, boolean isRight) throws Exception {
        simulation.run(() -> {
            var once = new Once();
            Executor.spawn(() -> once.happen());
            await(Executor.spawn(once.await(isRight)));
        });
    }

    @Test
    void aLeafThatLosesItsWake() throws Exception {
        isFound("a leaf that loses its wake", CanariesTest::twoTasks);
    }

    /// W looks, W looks again; H happens; main goes on when W has ended. Before the end of W there are these orders:
    ///
    /// ```
    ///  H W       H is over before W looks
    ///  W H W     H between the two: the wake that is lost
    ///  W W H W   H wakes W
    /// ```
    ///
    /// In the first two, main, which ends the program, is all that is left. So there are three orders.
    @Test
    void exploreFindsTheLostWakeAmongAllOrdersOfTwoTasks() {
        assertEquals(3, Simulation.explore(100, simulation -> twoTasks(simulation, true)));
        var e = assertThrows(AssertionError.class, () -> Simulation.explore(100, simulation -> twoTasks(simulation, false)));
        assertTrue(e.getMessage().startsWith("order 2 failed: trale.test.DeadlockException"), e.getMessage());
    }

    @Test
    void moreOrdersThanSaidAreAFailure() {
        var e = assertThrows(AssertionError.class, () -> Simulation.explore(2, simulation -> twoTasks(simulation, true)));
        assertTrue(e.getMessage().contains("more than 2 orders"), e.getMessage());
    }

    @Test
    void exploreCountsTheOrdersOfThreeTasks() {
        var seen = new HashSet<String>();
        var orders = Simulation.explore(1000, simulation -> simulation.run(() -> {
            var order = new StringBuilder();
            var tasks = new ArrayList<JoinHandle<Void>>();
            for (var name : new String[] {"a", "b", "c"}) tasks.add(Executor.spawn(() -> {
                order.append(name);
            }));
            await(simulation.idle());
            seen.add(order.toString());
        }));
        assertEquals(6, orders);
        assertEquals(Set.of("abc", "acb", "bac", "bca", "cab", "cba"), seen);
    }

    /// Runs futures as an executor does, inside one task: those that were woken stand in a run-queue.
    private static final class Crowd implements Future<Void> {
        private final ArrayDeque<Member> runQueue = new ArrayDeque<>();
        private final boolean isFifo;
        private int left;
        private @Nullable Waker waker;

        Crowd(boolean isFifo, List<Future<Void>> all) {
            this.isFifo = isFifo;
            left = all.size();
            for (var future : all) runQueue.addLast(new Member(future));
        }

        private final class Member implements Waker {
            private final Future<Void> future;
            private boolean isQueued = true;

            Member(Future<Void> future) {
                this.future = future;
            }

            @Override
            public void wake() {
                if (isQueued) return;
                isQueued = true;
                runQueue.addLast(this);
                if (waker != null) waker.wake();
            }
        }

        @Override
        public Poll<Void> poll(Context cx) throws Exception {
            waker = cx.waker();
            var next = isFifo ? runQueue.pollFirst() : runQueue.pollLast();
            if (next == null) return Poll.pending();
            next.isQueued = false;
            if (next.future.poll(Context.of(next)) instanceof Poll.Ready && --left == 0) return Poll.ready(null);
            if (!runQueue.isEmpty()) waker.wake();
            return Poll.pending();
        }
    }

    /// A producer has much to do, and yields in between; once it wakes a worker, which looks how long ago that was.
    @Test
    void aLastInFirstOutRunQueue() throws Exception {
        isFound("a LIFO run-queue", (simulation, isRight) -> simulation.run(() -> {
            var polls = new int[1]; // of the producer
            var woken = simulation.random().nextInt(100);
            var isWokenFirst = simulation.random().nextBoolean();
            var worker = new Waker[1];
            Future<Void> producer = cx -> {
                var wakesWorker = ++polls[0] == woken && worker[0] != null;
                if (polls[0] > 200) return Poll.ready(null);
                if (wakesWorker && isWokenFirst) worker[0].wake();
                cx.waker().wake();
                if (wakesWorker && !isWokenFirst) worker[0].wake();
                return Poll.pending();
            };
            Future<Void> patient = cx -> {
                var isFirst = worker[0] == null;
                worker[0] = cx.waker();
                if (isFirst) return polls[0] < woken ? Poll.pending() : Poll.ready(null);
                if (polls[0] > woken + 1)
                    throw new IllegalStateException("woken, and polled only after " + (polls[0] - woken) + " polls of another");
                return Poll.ready(null);
            };
            await(new Crowd(isRight, isRight ? List.of(patient, producer) : List.of(producer, patient))); // the worker is polled first
        }));
    }

    /// A channel of one receiver.
    private static final class Channel {
        private final boolean handsOver;
        private final ArrayDeque<Integer> items = new ArrayDeque<>();
        private @Nullable Receiver waiting;

        Channel(boolean handsOver) {
            this.handsOver = handsOver;
        }

        void send(int item) {
            var receiver = waiting;
            if (receiver == null || !handsOver) items.add(item);
            else receiver.item = item; // a receiver that is cancelled now takes it along
            waiting = null;
            if (receiver != null) receiver.wake();
        }

        private final class Receiver implements Future<Integer> {
            private @Nullable Integer item;
            private @Nullable Waker waker;

            void wake() {
                if (waker != null) waker.wake();
            }

            @Override
            public Poll<Integer> poll(Context cx) {
                var next = item != null ? item : items.poll();
                if (next != null) return Poll.ready(next);
                waker = cx.waker();
                waiting = this;
                return Poll.pending();
            }

            @Override
            public void drop() {
                if (waiting == this) waiting = null;
            }
        }
    }

    @Test
    void aChannelThatHandsItemsOver() throws Exception {
        isFound("a channel that hands items over", (simulation, isRight) -> simulation.run(() -> {
            var channel = new Channel(!isRight);
            var received = new ArrayList<Integer>();
            var first = Executor.spawn(() -> {
                received.add(await(channel.new Receiver()));
            });
            await(simulation.idle());
            Executor.spawn(() -> channel.send(1));
            Executor.spawn(() -> first.cancel());
            try {
                await(first);
            } catch (CancellationException e) {
                // the item is for the next one
            }
            if (received.isEmpty()) received.add(await(channel.new Receiver())); // a deadlock if it is lost
        }));
    }

    /// A listener by hand: its connections, until accept4(2) fails in a way that it does not know.
    private static final class Connections implements Future<Void>, AutoCloseable {
        private final int fd;
        private final Source source;
        private final boolean goesOn;
        private @Nullable Future<Void> pause;

        /// @param goesOn when descriptors have run out (EMFILE): a moment later there may be some
        Connections(boolean goesOn) throws IOException {
            this.goesOn = goesOn;
            fd = Sockets.bind(new InetSocketAddress(7), Sockets.STREAM, true, false, 100);
            source = Executor.get().reactor().add(fd);
        }

        @Override
        public Poll<Void> poll(Context cx) throws Exception {
            while (true) {
                if (pause != null && pause.poll(cx) instanceof Poll.Pending) return Poll.pending();
                pause = null;
                if (!source.read().poll(cx)) return Poll.pending();
                var accepted = Sockets.accept(fd);
                if (accepted == -Linux.EAGAIN) continue;
                source.read().done(true);
                if (accepted >= 0) Fd.close(accepted);
                else if (!goesOn) return Poll.ready(null);
                else pause = Timer.sleep(Duration.ofMillis(10));
            }
        }

        @Override
        public void close() {
            source.close();
            Fd.close(fd);
        }
    }

    @Test
    void anAcceptLoopThatGivesUpAtEMFILE() throws Exception {
        isFound("an accept loop that gives up at EMFILE", (simulation, isRight) -> {
            simulation.host("server").spawn(() -> {
                try (var connections = new Connections(isRight)) {
                    await(connections);
                }
            });
            simulation.run(() -> {
                await(simulation.idle());
                simulation.faults().at("accept4", "EMFILE", 0.02);
                for (var i = 0; i < 5; i++) {
                    try (var stream = await(TcpStream.connect("server", 7))) {
                        assertEquals(-1, await(Timer.timeout(Duration.ofMinutes(1), stream.read(ByteBuffer.allocate(1)))), "closed");
                    }
                }
            });
        });
    }

    /// A client that asks for one booking asks again when it has no answer; the right one sends a number by which the server
    /// knows that it was asked before.
    @Test
    void aRetryThatIsNotIdempotent() throws Exception {
        isFound("a retry that is not idempotent", (simulation, isRight) -> {
            var bookings = new ArrayList<Integer>();
            var server = simulation.host("server");
            server.spawn(() -> {
                try (var listener = TcpListener.bind(new InetSocketAddress(7))) {
                    while (true) {
                        try (var stream = await(listener.accept())) {
                            var request = ByteBuffer.allocate(4);
                            await(stream.readExactly(request));
                            if (!isRight || !bookings.contains(request.getInt(0))) bookings.add(request.getInt(0));
                            await(stream.writeAll(ByteBuffer.wrap(new byte[] {1})));
                        } catch (IOException e) {
                            // the client asks again
                        }
                    }
                }
            });
            simulation.run(() -> {
                await(simulation.idle());
                var link = simulation.network().between(server, simulation.host("main"));
                Executor.spawn(() -> {
                    await(Timer.sleep(Duration.ofNanos(simulation.random().nextInt(2_000_000))));
                    link.partition();
                    await(Timer.sleep(Duration.ofSeconds(5)));
                    link.close();
                });
                for (var isBooked = false; !isBooked; ) {
                    try {
                        await(Timer.timeout(Duration.ofSeconds(1), async(() -> {
                            try (var stream = await(TcpStream.connect("server", 7))) {
                                await(stream.writeAll(ByteBuffer.allocate(4).putInt(0, 4711)));
                                await(stream.readExactly(ByteBuffer.allocate(1)));
                            }
                        })));
                        isBooked = true;
                    } catch (IOException | TimeoutException e) {
                        // again
                    }
                }
            });
            assertEquals(1, bookings.size(), "bookings");
        });
    }
}
