package trale.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import trale.Context;
import trale.Executor;
import trale.Future;
import trale.JoinHandle;
import trale.Poll;
import trale.Waker;
import trale.support.NeedsLinux;
import trale.sync.Channel;
import trale.sync.Event;
import trale.sync.Semaphore;
import trale.time.Interval;
import trale.time.Timer;

/// Every public method that returns a future × where the future is × how it is given up: afterwards the thing works, what it
/// holds is all there, and no task is left.
@NeedsLinux(NeedsLinux.THREADS)
class GivingUpTest extends SocketTest {
    private enum State {
        NOT_POLLED,
        PENDING,
        WOKEN,
        ENDED
    }

    private enum End {
        DROP,
        CANCEL,
        TIMEOUT,
        CLOSE
    }

    /// A thing with one operation that waits.
    private interface Thing extends AutoCloseable {
        Future<?> operation();

        /// Makes one operation ready. Called once.
        void makeReady() throws Exception;

        /// Undoes what an operation that became a value has done, so that another is ready again.
        void giveBack(Object value) throws Exception;

        /// {@return the thing when no operation waits and none has taken anything} By its text, if that tells.
        default String idle() {
            return "";
        }

        @Override
        default void close() {}
    }

    private interface Maker {
        Thing make(GivingUpTest test) throws Exception;
    }

    private static final Map<String, Maker> CASES = new LinkedHashMap<>();

    /// Methods whose futures poll other futures, or end by their own: the tests that give them up.
    private static final Map<String, String> ELSEWHERE = Map.ofEntries(
            Map.entry("Async.async", "trale.DroppedBodyTest"),
            Map.entry("Async.yieldNow", "trale.YieldNowTest"),
            Map.entry("Future.all", "trale.RaceTest"),
            Map.entry("Future.any", "trale.RaceTest"),
            Map.entry("Future.race", "trale.RaceTest"),
            Map.entry("Future.from", "trale.StageTest"),
            Map.entry("Scope.run", "trale.ScopeTest"),
            Map.entry("Scope.call", "trale.ScopeTest"),
            Map.entry("Scope.fork", "trale.ScopeTest"),
            Map.entry("Executor.spawn", "trale.JoinHandleTest"),
            Map.entry("Executor.submit", "trale.JoinHandleTest"),
            Map.entry("JoinHandle.named", "trale.JoinHandleTest"),
            Map.entry("JoinHandle.closing", "trale.JoinHandleTest"),
            Map.entry("Blocking.run", "trale.BlockingTest"),
            Map.entry("Timer.timeout", "trale.time.TimeoutTest"),
            Map.entry("TcpStream.connect", "trale.net.ConnectTest"),
            Map.entry("UnixStream.connect", "trale.net.UnixSocketTest"),
            Map.entry("AsyncRead.copy", "trale.net.ByteStreamTest"),
            Map.entry("AsyncRead.read", "trale.net.BlockingStreamsTest"),
            Map.entry("AsyncRead.readExactly", "trale.net.ByteStreamTest"),
            Map.entry("AsyncWrite.write", "trale.net.BlockingStreamsTest"),
            Map.entry("AsyncWrite.writeAll", "trale.net.ByteStreamTest"),
            Map.entry("ByteStream.readExactly", "trale.net.ByteStreamTest"),
            Map.entry("ByteStream.write", "trale.net.ByteStreamTest"),
            Map.entry("ByteStream.writeAll", "trale.net.ByteStreamTest"),
            Map.entry("LineReader.read", "trale.net.LineReaderTest"),
            Map.entry("UdpSocket.send", "trale.net.UdpSocketTest"),
            Map.entry("UdpSocket.sendTo", "trale.net.UdpSocketTest"),
            Map.entry("UdpSocket.recvFrom", "trale.net.UdpSocketTest"),
            Map.entry("WriteBuffer.write", "trale.net.WriteBufferTest"),
            Map.entry("WriteBuffer.writeAll", "trale.net.WriteBufferTest"),
            Map.entry("WriteBuffer.flush", "trale.net.WriteBufferTest"));

    static {
        CASES.put("Channel.receive", _ -> new Thing() {
            final Channel<Integer> channel = new Channel<>(1);

            @Override
            public Future<?> operation() {
                return channel.receive();
            }

            @Override
            public void makeReady() {
                assertTrue(channel.offer(1));
            }

            @Override
            public void giveBack(Object value) {
                assertTrue(channel.offer((Integer) value));
            }

            @Override
            public String idle() {
                return channel.toString().replace("1 of 1", "0 of 1");
            }
        });
        CASES.put("Channel.send", test -> new Thing() {
            final Channel<Integer> channel = new Channel<>(1);

            {
                assertTrue(channel.offer(0));
            }

            @Override
            public Future<?> operation() {
                return channel.send(1);
            }

            @Override
            public void makeReady() {
                assertEquals(0, test.executor.submit(channel.receive()).join());
            }

            @Override
            public void giveBack(Object value) {
                assertEquals(1, test.executor.submit(channel.receive()).join());
            }

            @Override
            public String idle() {
                return channel.toString().replace("0 of 1", "1 of 1");
            }
        });
        CASES.put("Semaphore.acquire", test -> new Thing() {
            final Semaphore semaphore = new Semaphore(1);
            final Semaphore.Permit permit = test.executor.submit(semaphore.acquire()).join();

            @Override
            public Future<?> operation() {
                return semaphore.acquire();
            }

            @Override
            public void makeReady() {
                permit.close();
            }

            @Override
            public void giveBack(Object value) {
                ((Semaphore.Permit) value).close();
            }

            @Override
            public String idle() {
                return semaphore.toString().replace("1 free", "0 free");
            }
        });
        CASES.put("Event.await", _ -> new Thing() {
            final Event event = new Event();

            @Override
            public Future<?> operation() {
                return event.await();
            }

            @Override
            public void makeReady() {
                event.set();
            }

            @Override
            public void giveBack(Object value) {}

            @Override
            public String idle() {
                return event.toString().replace("set", "0 wait");
            }
        });
        // The clock makes these ready.
        CASES.put("Interval.tick", _ -> clock(Interval.every(Duration.ofMillis(20))::tick));
        CASES.put("Timer.sleep", _ -> clock(() -> Timer.sleep(Duration.ofMillis(20))));
        CASES.put("Reactor.sleepUntil", _ -> clock(() -> trale.reactor.Reactor.sleepUntil(System.nanoTime() + 20_000_000)));
        CASES.put("Listener.accept", test -> {
            var listener = test.listen();
            return new Thing() {
                final List<TcpStream> clients = new ArrayList<>();

                @Override
                public Future<?> operation() {
                    return listener.accept();
                }

                @Override
                public void makeReady() {
                    clients.add(test.executor.submit(TcpStream.connect(listener.localAddress())).join());
                }

                @Override
                public void giveBack(Object value) {
                    ((TcpStream) value).close();
                    makeReady();
                }

                @Override
                public void close() {
                    for (var c : clients) c.close();
                    listener.close();
                }
            };
        });
        CASES.put("ByteStream.read", test -> bytesOf(test.tcpPair(), s -> {
            var buffer = ByteBuffer.allocate(1);
            return s.read(buffer.clear());
        }, "x"));
        CASES.put("LineReader.readLine", test -> {
            var pair = test.tcpPair();
            var lines = new LineReader(pair.one(), 10);
            return bytesOf(pair, _ -> lines.readLine(), "line\n");
        });
        CASES.put("UdpSocket.recv", test -> {
            var udp = test.udp();
            return new Thing() {
                @Override
                public Future<?> operation() {
                    return udp.recv(ByteBuffer.allocate(9));
                }

                @Override
                public void makeReady() {
                    test.executor.submit(udp.sendTo(bytes("x"), udp.localAddress())).join();
                }

                @Override
                public void giveBack(Object value) {
                    makeReady();
                }

                @Override
                public void close() {
                    udp.close();
                }
            };
        });
    }

    private interface Operation<S> {
        Future<?> on(S s);
    }

    private static Thing clock(java.util.function.Supplier<Future<?>> operation) {
        return new Thing() {
            @Override
            public Future<?> operation() {
                return operation.get();
            }

            @Override
            public void makeReady() {}

            @Override
            public void giveBack(Object value) {}
        };
    }

    private static Thing bytesOf(Pair<TcpStream> pair, Operation<TcpStream> operation, String text) {
        return new Thing() {
            @Override
            public Future<?> operation() {
                return operation.on(pair.one());
            }

            @Override
            public void makeReady() throws Exception {
                try (var helper = Executor.builder().name("helper").build()) {
                    helper.submit(pair.other().writeAll(bytes(text))).join();
                }
            }

            @Override
            public void giveBack(Object value) throws Exception {
                makeReady();
            }

            @Override
            public void close() {
                pair.close();
            }
        };
    }

    /// Polls a future until it is told to drop it.
    private static final class Dropper implements Future<Object> {
        private final Future<?> f;
        private volatile boolean drop;
        private volatile Waker waker = () -> {};

        Dropper(Future<?> f) {
            this.f = f;
        }

        @Override
        public Poll<Object> poll(Context cx) throws Exception {
            waker = cx.waker();
            if (drop) {
                f.drop();
                throw new CancellationException("dropped");
            }
            return f.poll(cx) instanceof Poll.Ready<?>(var value) ? Poll.ready(value) : Poll.pending();
        }

        void dropNow() {
            drop = true;
            waker.wake();
        }
    }

    /// Runs the operation into the state, and gives it up, on an executor of its own.
    ///
    /// @return whether it was made ready
    private boolean giveUp(Thing thing, State state, End end) throws Exception {
        var victim = arrangement.open("victim");
        var hold = new CountDownLatch(1);
        Thread closer = null;
        JoinHandle<?> handle;
        try {
            if (state == State.NOT_POLLED) hold(victim, hold);
            var dropper = new Dropper(thing.operation());
            var limit = Duration.ofMillis(state == State.ENDED ? 10_000 : 2);
            handle = end == End.DROP ? victim.submit(dropper)
                    : victim.submit(end == End.TIMEOUT ? Timer.timeout(limit, cast(thing.operation())) : cast(thing.operation()));
            if (state != State.NOT_POLLED) victim.submit(cx -> Poll.ready(null)).join(); // polled
            if (state == State.WOKEN) hold(victim, hold);
            var ready = state == State.WOKEN || state == State.ENDED;
            if (ready) thing.makeReady();
            if (state == State.ENDED) {
                while (!handle.isDone()) victim.submit(Timer.sleep(Duration.ofMillis(1))).join();
            }
            switch (end) {
                case DROP -> dropper.dropNow();
                case CANCEL -> handle.cancel();
                case CLOSE -> closer = Thread.ofPlatform().start(victim::close);
                case TIMEOUT -> {} // comes by itself
            }
            hold.countDown();
            try {
                thing.giveBack(handle.join());
            } catch (CancellationException | CompletionException e) {
                // it has taken nothing, which the caller checks
            }
            return ready;
        } finally {
            hold.countDown();
            if (closer != null) closer.join();
            victim.close();
            assertEquals(0, victim.taskCount());
        }
    }

    private static void hold(Executor victim, CountDownLatch end) throws InterruptedException {
        var begun = new CountDownLatch(1);
        victim.submit(cx -> {
            begun.countDown();
            end.await();
            return Poll.ready(null);
        });
        begun.await();
    }

    @Test
    @Timeout(120)
    void whatIsGivenUpHasTakenNothingAndTheNextWorks() throws Exception {
        var size = 0;
        for (var entry : CASES.entrySet()) {
            for (var state : State.values()) {
                for (var end : End.values()) {
                    var name = entry.getKey() + " " + state + " " + end;
                    try (var thing = entry.getValue().make(this)) {
                        var before = thing.idle();
                        var ready = giveUp(thing, state, end);
                        assertEquals(before, thing.idle(), name);
                        if (!ready) thing.makeReady();
                        var value = executor.submit(Timer.timeout(Duration.ofSeconds(20), cast(thing.operation()))).join();
                        if (value instanceof AutoCloseable c) c.close();
                        size++;
                    } catch (Throwable t) {
                        throw new AssertionError(name, t);
                    }
                }
            }
        }
        assertEquals(CASES.size() * 16, size);
    }

    @SuppressWarnings("unchecked") // the value is of no interest
    private static Future<Object> cast(Future<?> f) {
        return (Future<Object>) f;
    }

    /// The public methods that return a future, of all classes in the exported packages: `Class.method`.
    private static TreeSet<String> methods() throws Exception {
        var root = Path.of(Executor.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        var found = new TreeSet<String>();
        for (var p : List.of("trale", "trale/net", "trale/reactor", "trale/sync", "trale/time")) {
            try (var files = Files.list(root.resolve(p))) {
                for (var file : (Iterable<Path>) files::iterator) {
                    var name = file.getFileName().toString();
                    if (!name.endsWith(".class") || name.endsWith("-info.class")) continue;
                    var c = Class.forName(p.replace('/', '.') + "." + name.replace(".class", ""), false, Executor.class.getClassLoader());
                    // A package-private superclass of public classes exports its methods too.
                    if (!Modifier.isPublic(c.getModifiers()) && !Modifier.isAbstract(c.getModifiers())) continue;
                    for (var m : c.getDeclaredMethods()) {
                        if (Modifier.isPublic(m.getModifiers()) && !m.isSynthetic() && Future.class.isAssignableFrom(m.getReturnType()))
                            found.add(c.getSimpleName() + "." + m.getName());
                    }
                }
            }
        }
        return found;
    }

    @Test
    void everyPublicMethodThatReturnsAFutureIsInTheList() throws Exception {
        var listed = new TreeSet<>(CASES.keySet());
        listed.addAll(ELSEWHERE.keySet());
        assertEquals(listed, methods(), "a method that is new needs a case here");
        for (var test : ELSEWHERE.values()) Class.forName(test, false, getClass().getClassLoader());
    }
}
