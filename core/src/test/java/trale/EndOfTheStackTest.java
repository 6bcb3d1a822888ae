package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.async;
import static trale.Async.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import trale.net.LineReader;
import trale.net.TcpListener;
import trale.net.TcpStream;
import trale.net.UdpSocket;
import trale.net.WriteBuffer;
import trale.support.Arrangement;
import trale.support.Child;
import trale.support.Gate;
import trale.support.NeedsLinux;
import trale.sync.Channel;
import trale.sync.Event;
import trale.sync.Semaphore;
import trale.time.Interval;
import trale.time.Timer;

/// A recursion reaches the end of the stack. On the way back each level does something, in a `finally`, until that does not fail any more.
/// Then it has been done once, and no other task is harmed.
@NeedsLinux(NeedsLinux.THREADS)
class EndOfTheStackTest {
    private static final int ROUNDS = 8; // each with frames of another size, so that the stack ends elsewhere
    private static final int FEW_ROUNDS = 2; // with a reactor thread, in which less differs

    /// What is done on the way back.
    private interface Step {
        void run(Context cx) throws Exception;
    }

    private interface Taking<T> {
        T from(Channel<Integer> channel, Context cx) throws Exception;
    }

    /// The recursion, as a future whose value says how often the step failed.
    private static final class Deep implements Future<Integer> {
        private final Step step;
        private final int round;
        private boolean done;
        private int failed;

        Deep(int round, Step step) {
            this.round = round;
            this.step = step;
        }

        @Override
        public Poll<Integer> poll(Context cx) throws Exception {
            if (round == 0) step.run(cx); // loads the classes: one that finds no stack while it is initialized can't be used any more
            else shift(cx, round, 1, 2);
            assertTrue(done || round == 0, "the step has never had enough stack");
            return Poll.ready(failed);
        }

        private void shift(Context cx, int n, long a, long b) throws Exception {
            if (n > 0) {
                shift(cx, n - 1, a + b, a);
                return;
            }
            NearTheEndOfTheStack.run(() -> {
                dig(cx);
                return null;
            });
        }

        @SuppressWarnings("InfiniteRecursion")
        private void dig(Context cx) throws Exception {
            try {
                dig(cx);
            } catch (StackOverflowError e) {
                // The way back begins, or the step failed one level below.
            }
            if (done) return;
            try {
                step.run(cx);
                done = true;
            } catch (StackOverflowError e) {
                failed++;
            }
        }
    }

    /// The programs of the children.
    enum Program {
        DROPS_A_SLEEP {
            @Override
            int run(Executor executor, int round) throws Exception {
                var mine = Timer.sleep(Duration.ofMillis(99));
                executor.submit(cx -> mine.poll(cx) instanceof Poll.Pending<Void> ? Poll.ready(null) : Poll.pending()).join();
                return besideSleeps(executor, round, _ -> mine.drop());
            }
        },
        SLEEPS {
            @Override
            int run(Executor executor, int round) throws Exception {
                return besideSleeps(executor, round, cx -> Timer.sleep(Duration.ofMillis(90)).poll(cx));
            }
        },
        OFFERS {
            @Override
            int run(Executor executor, int round) throws Exception {
                return putsIn(executor, round, channel -> _ -> assertTrue(channel.offer("item")));
            }
        },
        SENDS {
            @Override
            int run(Executor executor, int round) throws Exception {
                return putsIn(executor, round, channel -> cx -> channel.send("item").poll(cx));
            }
        },
        RECEIVES {
            @Override
            int run(Executor executor, int round) throws Exception {
                return takesOut(executor, round, (channel, cx) -> channel.receive().poll(cx), Poll.ready(1));
            }
        },
        POLLS {
            @Override
            int run(Executor executor, int round) throws Exception {
                return takesOut(executor, round, (channel, _) -> channel.poll(), 1);
            }
        },
        SETS {
            @Override
            int run(Executor executor, int round) throws Exception {
                var event = new Event();
                var one = executor.submit(event.await());
                var other = executor.submit(event.await());
                letWait(executor);
                var failed = dig(executor, round, _ -> event.set());
                end(one);
                end(other);
                return failed;
            }
        },
        RELEASES {
            @Override
            int run(Executor executor, int round) throws Exception {
                var mutex = new Semaphore(1);
                var permit = executor.submit(mutex.acquire()).join();
                var waits = executor.submit(mutex.acquire());
                letWait(executor);
                var failed = dig(executor, round, _ -> permit.close());
                end(waits).close();
                assertEquals("Semaphore[1 free, 0 wait]", mutex.toString());
                return failed;
            }
        },
        ACQUIRES {
            @Override
            int run(Executor executor, int round) throws Exception {
                var mutex = new Semaphore(1);
                var permit = new ArrayList<Semaphore.Permit>(1);
                var failed = dig(executor, round, cx -> {
                    if (mutex.acquire().poll(cx) instanceof Poll.Ready<Semaphore.Permit> ready) permit.add(ready.value());
                });
                if (!permit.isEmpty()) permit.getFirst().close(); // else the list found no stack
                else return failed;
                assertEquals("Semaphore[1 free, 0 wait]", mutex.toString());
                return failed;
            }
        },
        GIVES_UP_ITS_TURN {
            @Override
            int run(Executor executor, int round) throws Exception {
                return dropsATurn(executor, round, mutex -> mutex.acquire());
            }
        },
        DROPS_A_BODY {
            @Override
            int run(Executor executor, int round) throws Exception {
                return dropsATurn(executor, round, mutex -> async(() -> {
                    await(async(() -> {
                        await(mutex.acquire());
                    }));
                }));
            }
        },
        DROPS_A_TIMEOUT {
            @Override
            int run(Executor executor, int round) throws Exception {
                return dropsATurn(executor, round, mutex -> Timer.timeout(Duration.ofHours(1), async(() -> {
                    await(mutex.acquire());
                })));
            }
        },
        DROPS_A_SCOPE {
            @Override
            int run(Executor executor, int round) throws Exception {
                return dropsATurn(executor, round, mutex -> Scope.run(scope -> {
                    scope.fork(Timer.sleep(Duration.ofHours(1)));
                    await(mutex.acquire());
                }));
            }
        },
        READS {
            @Override
            int run(Executor executor, int round) throws Exception {
                try (var pair = Pair.open(executor)) {
                    pair.sends('a');
                    var failed = dig(executor, round, cx -> pair.client.read(ByteBuffer.allocate(0)).poll(cx));
                    var reads = new ArrayList<Future<Integer>>(100);
                    failed += dig(executor, round, cx -> {
                        var read = pair.client.read(ByteBuffer.allocate(1));
                        reads.add(read);
                        read.poll(cx);
                    });
                    end(executor.submit(cx -> {
                        reads.forEach(Future::drop); // the last one may wait, if one before it has read the byte and failed then
                        return Poll.ready(null);
                    }));
                    pair.sends('b');
                    // The direction is free, and the slot knows of the bytes.
                    end(executor.submit(pair.client.readExactly(ByteBuffer.allocate(1))));
                    return failed;
                } // close() returns
            }
        },
        CLOSES {
            @Override
            int run(Executor executor, int round) throws Exception {
                try (var pair = Pair.open(executor)) {
                    var reader = executor.submit(() -> {
                        try {
                            return await(pair.client.read(ByteBuffer.allocate(1)));
                        } catch (IOException e) {
                            return -2;
                        }
                    });
                    letWait(executor);
                    var failed = dig(executor, round, _ -> pair.client.close());
                    assertEquals(-2, end(reader));
                    return failed;
                }
            }
        },
        WRITES {
            @Override
            int run(Executor executor, int round) throws Exception {
                try (var pair = Pair.open(executor)) {
                    var failed = tries(executor, round, () -> pair.client.write(ByteBuffer.wrap(new byte[] {'a'})));
                    end(executor.submit(pair.client.writeAll(ByteBuffer.wrap(new byte[] {'b'}))));
                    assertTrue(pair.serverReadsUntil("b").startsWith("a"));
                    return failed;
                }
            }
        },
        WAITS_TO_WRITE {
            @Override
            int run(Executor executor, int round) throws Exception {
                try (var pair = Pair.open(executor)) {
                    var written = end(executor.submit(cx -> {
                        for (var sum = 0; ; ) {
                            var write = pair.client.write(ByteBuffer.allocate(60_000));
                            if (!(write.poll(cx) instanceof Poll.Ready<Integer>(var n))) {
                                write.drop();
                                return Poll.ready(sum);
                            }
                            sum += n;
                        }
                    }));
                    var failed = tries(executor, round, () -> pair.client.write(ByteBuffer.allocate(1)));
                    var writer = executor.submit(pair.client.writeAll(ByteBuffer.wrap(new byte[] {'b'})));
                    assertEquals(written + 1, pair.serverReadsUntil("b").length());
                    end(writer);
                    return failed;
                }
            }
        },
        ACCEPTS {
            @Override
            int run(Executor executor, int round) throws Exception {
                try (var listener = TcpListener.bind(new InetSocketAddress("127.0.0.1", 0))) {
                    var clients = new ArrayList<TcpStream>();
                    for (var i = 0; i < 3; i++) clients.add(end(executor.submit(TcpStream.connect(listener.localAddress()))));
                    var accepted = new ArrayList<TcpStream>(1);
                    var accepts = new ArrayList<Future<TcpStream>>(100);
                    var failed = dig(executor, round, cx -> {
                        var accept = listener.accept();
                        accepts.add(accept);
                        if (accept.poll(cx) instanceof Poll.Ready<TcpStream>(var stream)) accepted.add(stream);
                    });
                    end(executor.submit(cx -> {
                        accepts.forEach(Future::drop); // the last one may wait, if those before it have lost the connections
                        return Poll.ready(null);
                    }));
                    clients.add(end(executor.submit(TcpStream.connect(listener.localAddress()))));
                    end(executor.submit(listener.accept())).close();
                    accepted.forEach(TcpStream::close);
                    clients.forEach(TcpStream::close);
                    return failed;
                } // no descriptor is left: see main
            }
        },
        CONNECTS {
            @Override
            int run(Executor executor, int round) throws Exception {
                try (var listener = TcpListener.bind(new InetSocketAddress("127.0.0.1", 0))) {
                    var failed = tries(executor, round, () -> TcpStream.connect(listener.localAddress()));
                    end(executor.submit(TcpStream.connect(listener.localAddress()))).close();
                    return failed;
                }
            }
        },
        SENDS_A_DATAGRAM {
            @Override
            int run(Executor executor, int round) throws Exception {
                try (var from = UdpSocket.bind(new InetSocketAddress("127.0.0.1", 0));
                        var to = UdpSocket.bind(new InetSocketAddress("127.0.0.1", 0))) {
                    var failed = tries(executor, round, () -> from.sendTo(ByteBuffer.wrap(new byte[] {'a'}), to.localAddress()));
                    var received = ByteBuffer.allocate(1);
                    end(executor.submit(to.recvFrom(received)));
                    assertEquals('a', received.get(0));
                    end(executor.submit(from.sendTo(ByteBuffer.wrap(new byte[] {'b'}), to.localAddress())));
                    while (received.get(0) != 'b') end(executor.submit(to.recvFrom(received.clear())));
                    return failed;
                }
            }
        },
        RECEIVES_A_DATAGRAM {
            @Override
            int run(Executor executor, int round) throws Exception {
                try (var from = UdpSocket.bind(new InetSocketAddress("127.0.0.1", 0));
                        var to = UdpSocket.bind(new InetSocketAddress("127.0.0.1", 0))) {
                    var failed = tries(executor, round, () -> to.recvFrom(ByteBuffer.allocate(1)));
                    end(executor.submit(from.sendTo(ByteBuffer.wrap(new byte[] {'a'}), to.localAddress())));
                    failed += tries(executor, round, () -> to.recvFrom(ByteBuffer.allocate(1)));
                    end(executor.submit(from.sendTo(ByteBuffer.wrap(new byte[] {'b'}), to.localAddress())));
                    var received = ByteBuffer.allocate(1);
                    while (received.get(0) != 'b') end(executor.submit(to.recvFrom(received.clear())));
                    return failed;
                }
            }
        },
        READS_A_LINE {
            @Override
            int run(Executor executor, int round) throws Exception {
                var lines = new LineReader(to -> cx -> {
                    to.put("zero\none\ntwo\n".getBytes());
                    return Poll.ready(13);
                }, 80);
                assertEquals("zero", end(executor.submit(lines.readLine())));
                var read = new ArrayList<String>(1);
                var failed = dig(executor, round, cx -> {
                    if (read.isEmpty() && lines.readLine().poll(cx) instanceof Poll.Ready<String>(var line)) read.add(line);
                });
                // What has failed may have taken the line, as a read may have taken the bytes.
                assertTrue(List.of("one", "two", "zero").contains(read.getFirst()), read::getFirst);
                assertTrue(List.of("one", "two", "zero").contains(end(executor.submit(lines.readLine()))));
                return failed;
            }
        },
        BUFFERS_AND_FLUSHES {
            @Override
            int run(Executor executor, int round) throws Exception {
                try (var pair = Pair.open(executor)) {
                    var out = new WriteBuffer(pair.client, 100);
                    var a = ByteBuffer.wrap(new byte[] {'a'});
                    var failed = dig(executor, round, cx -> out.writeAll(a).poll(cx));
                    failed += dig(executor, round, cx -> out.flush().poll(cx));
                    end(executor.submit(out.writeAll(ByteBuffer.wrap(new byte[] {'b'}))));
                    end(executor.submit(out.flush()));
                    assertEquals("ab", pair.serverReadsUntil("b"));
                    return failed;
                }
            }
        },
        AWAITS_AN_EVENT {
            @Override
            int run(Executor executor, int round) throws Exception {
                var event = new Event();
                var waits = executor.submit(event.await());
                letWait(executor);
                var failed = tries(executor, round, event::await);
                assertEquals("Event[1 wait]", event.toString());
                event.set();
                end(waits);
                return failed + tries(executor, round, event::await);
            }
        },
        AWAITS_A_HANDLE {
            @Override
            int run(Executor executor, int round) throws Exception {
                var gate = new Gate<String>();
                var handle = executor.submit(gate);
                var waits = executor.submit(() -> await(handle));
                var failed = tries(executor, round, () -> handle);
                var late = executor.submit(() -> await(handle));
                letWait(executor);
                gate.open("value");
                for (var h : List.of(handle, waits, late)) assertEquals("value", end(h));
                return failed + tries(executor, round, () -> handle);
            }
        },
        AWAITS_A_STAGE {
            @Override
            int run(Executor executor, int round) throws Exception {
                var stage = new CompletableFuture<String>();
                var waits = executor.submit(Future.from(stage));
                letWait(executor);
                var failed = dig(executor, round, cx -> Future.from(stage).poll(cx));
                stage.complete("value");
                assertEquals("value", end(waits));
                return failed;
            }
        },
        DROPS_A_STAGE {
            @Override
            int run(Executor executor, int round) throws Exception {
                var handle = executor.submit(cancelledOnce());
                var mine = Future.from(handle.toCompletableFuture());
                executor.submit(cx -> Poll.ready(mine.poll(cx))).join();
                var failed = dig(executor, round, _ -> mine.drop());
                assertEquals(1, end(handle));
                return failed;
            }
        },
        RUNS_BLOCKING_CODE {
            @Override
            int run(Executor executor, int round) throws Exception {
                var failed = tries(executor, round, () -> Blocking.run(() -> "value"));
                assertEquals("value", end(executor.submit(Blocking.run(() -> "value"))));
                return failed;
            }
        },
        YIELDS {
            @Override
            int run(Executor executor, int round) throws Exception {
                return tries(executor, round, Async::yieldNow);
            }
        },
        TICKS {
            @Override
            int run(Executor executor, int round) throws Exception {
                var interval = Interval.every(Duration.ofMillis(1));
                var failed = besideSleeps(executor, round, cx -> interval.tick().poll(cx));
                end(executor.submit(interval.tick()));
                return failed;
            }
        },
        CANCELS {
            @Override
            int run(Executor executor, int round) throws Exception {
                var handle = executor.submit(cancelledOnce());
                letWait(executor);
                var failed = dig(executor, round, _ -> handle.cancel());
                assertEquals(1, end(handle));
                return failed;
            }
        },
        CANCELS_A_SCOPE {
            @Override
            int run(Executor executor, int round) throws Exception {
                return end(executor.submit(Scope.call(scope -> {
                    var children = new ArrayList<JoinHandle<Integer>>();
                    for (var i = 0; i < 3; i++) children.add(scope.fork(cancelledOnce()));
                    await(Async.yieldNow());
                    var failed = await(new Deep(round, _ -> scope.cancel()));
                    for (var child : children) assertEquals(1, await(child));
                    return failed;
                })));
            }
        },
        SPAWNS {
            @Override
            int run(Executor executor, int round) throws Exception {
                var ran = new AtomicInteger();
                Future<Integer> counts = cx -> Poll.ready(ran.getAndIncrement());
                var failed = dig(executor, round, _ -> executor.submit(counts));
                idle(executor);
                assertEquals(1, ran.get());
                return failed;
            }
        },
        FORKS {
            @Override
            int run(Executor executor, int round) throws Exception {
                var ran = new AtomicInteger();
                Future<Integer> counts = cx -> Poll.ready(ran.getAndIncrement());
                var failed = end(executor.submit(Scope.call(scope -> await(new Deep(round, _ -> scope.fork(counts))))));
                assertEquals(1, ran.get());
                return failed;
            }
        },
        WAKES_A_TASK_OF_ANOTHER_EXECUTOR {
            @Override
            int run(Executor executor, int round) throws Exception {
                try (var other = Executor.builder().name("other").build()) {
                    var event = new Event();
                    var waits = other.submit(event.await());
                    letWait(other);
                    var failed = dig(executor, round, _ -> event.set());
                    end(waits);
                    var ran = new AtomicInteger();
                    Future<Integer> counts = cx -> Poll.ready(ran.getAndIncrement());
                    failed += dig(executor, round, _ -> other.submit(counts));
                    letWait(other);
                    idle(other);
                    assertTrue(ran.get() > 0);
                    return failed;
                }
            }
        },
        POLLS_A_BODY {
            @Override
            int run(Executor executor, int round) throws Exception {
                return holds(executor, round, held -> async(() -> {
                    await(held);
                }));
            }
        },
        POLLS_A_TIMEOUT {
            @Override
            int run(Executor executor, int round) throws Exception {
                return holds(executor, round, held -> Timer.timeout(Duration.ofHours(1), held));
            }
        },
        POLLS_A_SCOPE {
            @Override
            int run(Executor executor, int round) throws Exception {
                return holds(executor, round, held -> Scope.run(scope -> {
                    scope.fork(Timer.sleep(Duration.ofHours(1)));
                    scope.fork(held);
                }));
            }
        },
        POLLS_ALL {
            @Override
            int run(Executor executor, int round) throws Exception {
                return holds(executor, round, held -> Future.all(Timer.sleep(Duration.ofHours(1)), held));
            }
        },
        POLLS_ANY {
            @Override
            int run(Executor executor, int round) throws Exception {
                return holds(executor, round, held -> Future.any(held, Timer.sleep(Duration.ofHours(1))));
            }
        },
        POLLS_A_RACE {
            @Override
            int run(Executor executor, int round) throws Exception {
                return holds(executor, round, held -> Future.race(held, Timer.sleep(Duration.ofHours(1))));
            }
        },
        DROPS_A_RACE {
            @Override
            int run(Executor executor, int round) throws Exception {
                return dropsATurn(executor, round, mutex -> Future.race(mutex.acquire(), async(() -> {
                    await(Timer.sleep(Duration.ofHours(1)));
                    throw new AssertionError();
                })));
            }
        };

        /// {@return how often the step failed}
        abstract int run(Executor executor, int round) throws Exception;

        /// Polls a new future each time. The task that runs it gives up those that it has polled, as the body does whose await has failed.
        static int tries(Executor executor, int round, Supplier<? extends Future<?>> making) throws Exception {
            var all = new ArrayList<Future<?>>(100);
            var failed = dig(executor, round, cx -> {
                var f = making.get();
                all.add(f);
                f.poll(cx);
            });
            end(executor.submit(cx -> {
                all.forEach(Future::drop);
                return Poll.ready(null);
            }));
            return failed;
        }

        /// Polls a future that runs one that has a permit for ever. When it has been given up, the permit is free and no task runs.
        static int holds(Executor executor, int round, Function<Future<Void>, Future<?>> around) throws Exception {
            var mutex = new Semaphore(1);
            var failed = tries(executor, round, () -> around.apply(holding(mutex)));
            idle(executor);
            assertEquals("Semaphore[1 free, 0 wait]", mutex.toString());
            return failed;
        }

        private static Future<Void> holding(Semaphore mutex) {
            return async(() -> {
                try (var _ = await(mutex.acquire())) {
                    await(Timer.sleep(Duration.ofHours(1)));
                }
            });
        }

        /// {@return a body that waits until it is cancelled, and says how often}
        static Future<Integer> cancelledOnce() {
            return async(() -> {
                for (var cancelled = 0; ; cancelled++) {
                    try {
                        await(Timer.sleep(cancelled == 0 ? Duration.ofHours(1) : Duration.ofMillis(1)));
                        return cancelled;
                    } catch (CancellationException e) {
                        // counted
                    }
                }
            });
        }

        /// No task is left.
        static void idle(Executor executor) {
            var until = System.nanoTime() + 10_000_000_000L;
            while (executor.taskCount() > 0) {
                letWait(executor);
                assertTrue(System.nanoTime() < until, () -> "left: " + executor.snapshot());
            }
        }

        static int besideSleeps(Executor executor, int round, Step step) throws Exception {
            var sleeps = new ArrayList<JoinHandle<Void>>();
            for (var i = 0; i < 10; i++) sleeps.add(executor.submit(Timer.sleep(Duration.ofMillis(100 + i * 7 % 10))));
            var failed = dig(executor, round, step);
            for (var sleep : sleeps) end(sleep);
            return failed;
        }

        /// Beside a receiver that waits.
        static int putsIn(Executor executor, int round, Function<Channel<String>, Step> step) throws Exception {
            var channel = new Channel<String>(100);
            var receiver = executor.submit(channel.receive());
            letWait(executor);
            var failed = dig(executor, round, step.apply(channel));
            assertEquals("item", end(receiver));
            assertEquals(0, channel.size(), "what failed has put an item in");
            return failed;
        }

        /// Beside a sender that waits.
        static <T> int takesOut(Executor executor, int round, Taking<T> taking, T one) throws Exception {
            var channel = new Channel<Integer>(1);
            channel.offer(1);
            var sender = executor.submit(channel.send(2));
            letWait(executor);
            var taken = new ArrayList<T>(1);
            var failed = dig(executor, round, cx -> {
                var t = taking.from(channel, cx);
                taken.add(t);
            });
            end(sender);
            assertEquals(one, taken.getFirst());
            assertEquals(2, end(executor.submit(channel.receive())), "what failed has taken an item");
            return failed;
        }

        /// Beside a task that waits for the same permit.
        static int dropsATurn(Executor executor, int round, Function<Semaphore, Future<?>> waiting) throws Exception {
            var mutex = new Semaphore(1);
            var permit = executor.submit(mutex.acquire()).join();
            var mine = waiting.apply(mutex);
            executor.submit(cx -> Poll.ready(mine.poll(cx))).join();
            var waits = executor.submit(mutex.acquire());
            letWait(executor);
            permit.close(); // its turn now
            var failed = dig(executor, round, _ -> mine.drop());
            end(waits).close();
            assertEquals("Semaphore[1 free, 0 wait]", mutex.toString());
            letWait(executor);
            assertEquals(0, executor.taskCount(), "what was dropped runs on");
            return failed;
        }

        /// What was spawned has been polled.
        static void letWait(Executor executor) {
            executor.submit(cx -> Poll.ready(null)).join();
        }

        static int dig(Executor executor, int round, Step step) throws Exception {
            return end(executor.submit((Future<Integer>) new Deep(round, step)));
        }

        static <T> T end(JoinHandle<T> handle) throws Exception {
            return handle.toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
    }

    private record Pair(TcpStream client, TcpStream server) implements AutoCloseable {
        static Pair open(Executor executor) {
            return executor.submit(() -> {
                try (var listener = TcpListener.bind(new InetSocketAddress("127.0.0.1", 0))) {
                    var client = await(TcpStream.connect(listener.localAddress()));
                    return new Pair(client, await(listener.accept()));
                }
            }).join();
        }

        void sends(char c) throws Exception {
            Program.end(Executor.get().submit(server.writeAll(ByteBuffer.wrap(new byte[] {(byte) c}))));
        }

        String serverReadsUntil(String last) throws Exception {
            return Program.end(Executor.get().submit(() -> {
                var text = "";
                var bytes = ByteBuffer.allocate(100_000);
                do {
                    if (await(server.read(bytes.clear())) < 0) throw new AssertionError("the stream ends: " + text);
                    text += new String(bytes.array(), 0, bytes.position(), StandardCharsets.ISO_8859_1);
                } while (!text.endsWith(last));
                return text;
            }));
        }

        @Override
        public void close() {
            client.close();
            server.close();
        }
    }

    /// The child, which runs the programs that it is told: interpreted, so that each call may be the one for which there is no stack.
    static final class Main {
        private Main() {}

        static void main(String[] args) throws Exception {
            Executor.get();
            for (String name; (name = IO.readln()) != null;) {
                run(Program.valueOf(name));
                IO.println("no task is harmed");
            }
        }

        private static void run(Program program) throws Exception {
            for (var arrangement : List.of(Arrangement.OWN_THREAD, Arrangement.REACTOR_THREAD)) {
                var failed = 0;
                var rounds = arrangement == Arrangement.OWN_THREAD ? ROUNDS : FEW_ROUNDS;
                for (var round = 0; round <= rounds; round++) {
                    var before = descriptors();
                    try (var executor = arrangement.open("child")) {
                        failed += program.run(executor, round);
                    }
                    for (var until = System.nanoTime() + 10_000_000_000L; descriptors() > before; System.gc())
                        assertTrue(System.nanoTime() < until, "descriptors are left"); // a socket's Cleaner closes it
                }
                assertTrue(failed > 0, "no step ran out of stack: this shows nothing");
            }
        }

        /// {@return how many sockets there are, and what an executor has}
        private static int descriptors() throws IOException {
            var n = 0;
            try (var all = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
                for (var fd : all) {
                    try {
                        var what = Files.readSymbolicLink(fd).toString();
                        if (what.startsWith("socket:") || what.startsWith("anon_inode:")) n++;
                    } catch (IOException e) {
                        // that of the directory
                    }
                }
            }
            return n;
        }
    }

    /// One for some programs, as a JVM takes longer to start than most of them, and a child lives for less than a minute. After a failure
    /// there is a new one.
    private static @Nullable Child child;
    private static final int PROGRAMS = 7; // of a child

    @AfterAll
    static void closeChild() {
        if (child != null) child.close();
        child = null;
    }

    @ParameterizedTest // R24
    @EnumSource
    void whatFailsForWantOfStackHarmsNoOtherTask_andIsDoneByTheNextCall(Program program) throws Exception {
        if (program.ordinal() % PROGRAMS == 0) closeChild();
        var mine = child != null ? child : Child.startWith("-Xint", Main.class);
        child = null;
        try {
            mine.say(program.name());
            assertEquals("no task is harmed", mine.line());
            child = mine;
        } finally {
            if (child == null) mine.close();
        }
    }
}
