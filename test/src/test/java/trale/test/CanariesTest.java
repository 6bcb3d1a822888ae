package trale.test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.async;
import static trale.Async.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import trale.Context;
import trale.Executor;
import trale.Future;
import trale.JoinHandle;
import trale.Poll;
import trale.Waker;
import trale.net.AsyncRead;
import trale.net.TcpListener;
import trale.net.TcpStream;
import trale.time.Timer;

/// Programs that are wrong: each is found within a thousand seeds, and its repaired twin is not.
@Timeout(120)
class CanariesTest {

    private interface Twin {
        void run(Simulation simulation, boolean isRight) throws Exception;
    }

    private static void isFound(Twin twin) {
        Simulation.forEachSeed(200, simulation -> twin.run(simulation, true));
        var e = assertThrows(AssertionError.class, () -> Simulation.forEachSeed(1000, simulation -> twin.run(simulation, false)));
        assertTrue(e.getMessage().matches("(?s)seed \\d+ \\(run \\d+ of 1000\\) failed: .*replay: -Dtrale.seed=\\d+\\n.*"), e.getMessage());
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
    void aLeafThatLosesItsWake() {
        isFound(CanariesTest::twoTasks);
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

    @Test
    void aLastInFirstOutQueueThatStarvesTheFirst() {
        isFound((simulation, isRight) -> simulation.run(() -> {
            var queue = new ArrayDeque<Duration>();
            var worker = Executor.spawn(() -> {
                for (var done = 0; done < 30; ) {
                    var job = isRight ? queue.pollFirst() : queue.pollLast();
                    await(Timer.sleep(Duration.ofMillis(1)));
                    if (job == null) continue;
                    done++;
                    var waited = simulation.elapsed().minus(job);
                    if (waited.toMillis() > 20) throw new IllegalStateException("a job has waited " + waited);
                }
            });
            for (var i = 0; i < 30; i++) {
                queue.addLast(simulation.elapsed());
                await(Timer.sleep(Duration.ofNanos(simulation.random().nextInt(2_500_000))));
            }
            await(worker);
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
    void aChannelThatHandsItemsOver() {
        isFound((simulation, isRight) -> simulation.run(() -> {
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

    /// A proxy that needs a descriptor for each connection that it accepts.
    @Test
    void anAcceptLoopThatGivesUpAtEMFILE() {
        isFound((simulation, isRight) -> {
            simulation.host("server").spawn(() -> {
                try (var listener = TcpListener.bind(new InetSocketAddress(7))) {
                    while (true) {
                        var stream = await(listener.accept());
                        Executor.spawn(() -> {
                            try (stream) {
                                await(AsyncRead.copy(stream, stream));
                            }
                        });
                    }
                }
            });
            simulation.host("proxy").spawn(() -> {
                try (var listener = TcpListener.bind(new InetSocketAddress(7))) {
                    while (true) {
                        try (var client = await(listener.accept());
                                var server = await(TcpStream.connect("server", 7))) {
                            var byteThere = ByteBuffer.allocate(1);
                            await(client.readExactly(byteThere));
                            await(server.writeAll(byteThere.flip()));
                            await(server.readExactly(byteThere.clear()));
                            await(client.writeAll(byteThere.flip()));
                        } catch (IOException e) {
                            if (!isRight) return;
                        }
                    }
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            simulation.run(() -> {
                await(simulation.idle());
                simulation.faults().at("socket", "EMFILE", 0.05);
                for (var done = 0; done < 3; ) {
                    try (var stream = await(TcpStream.connect("proxy", 7))) {
                        await(stream.writeAll(ByteBuffer.wrap(new byte[] {1})));
                        if (await(stream.read(ByteBuffer.allocate(1))) == 1) done++;
                    } catch (IOException e) {
                        if (simulation.elapsed().toMinutes() > 5) throw e;
                        await(Timer.sleep(Duration.ofSeconds(1)));
                    }
                }
            });
        });
    }

    /// A client that asks for one booking asks again when it has no answer; the right one sends a number by which the server
    /// knows that it was asked before.
    @Test
    void aRetryThatIsNotIdempotent() {
        isFound((simulation, isRight) -> {
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
