package trale;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.async;
import static trale.Async.await;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import trale.net.AsyncRead;
import trale.net.AsyncWrite;
import trale.net.LineReader;
import trale.net.TcpListener;
import trale.net.TcpStream;
import trale.net.UdpSocket;
import trale.net.WriteBuffer;
import trale.support.Arrangement;
import trale.support.Child;
import trale.support.FailingAllocations;
import trale.support.LongForm;
import trale.support.NothingIsLeft;
import trale.sync.Channel;
import trale.sync.Event;
import trale.sync.Semaphore;
import trale.time.Interval;
import trale.time.Timer;

/// Small programs of tasks, in which the first allocation fails, then the second, the third … After each run every task has ended, every
/// descriptor is closed, and the executor goes on.
class AllocationFailureTest {

    /// Whose allocations fail.
    enum Of {
        EXECUTOR(400), REACTOR(10), MAIN(60);

        private final int least; // that have to fail if one does at a time

        Of(int least) {
            this.least = least;
        }
    }

    /// A child that runs the programs on classes of its own.
    static final class Sweep {
        public static void main(String[] args) throws Exception {
            new FailingAllocations(Integer.parseInt(args[2])).loadClass(Programs.class.getName()).getMethod("run", String[].class)
                    .invoke(null, (Object) args);
        }
    }

    /// Programs, each of one task that ends whatever becomes of its parts.
    public static final class Programs {
        private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        private static final Duration MOMENT = Duration.ofMillis(1);
        private static final Duration LONG = Duration.ofDays(1);
        private static final long PATIENCE = 3_000_000_000L; // ns

        private static final Map<String, Async.Body<Object>> ALL = new LinkedHashMap<>();

        static {
            ALL.put("spawn", () -> {
                var child = Executor.spawn(() -> {
                    await(Timer.sleep(MOMENT));
                    return 1;
                });
                var other = Executor.spawn(() -> await(child)).named("other");
                return await(child) + await(other);
            });
            ALL.put("cancel", () -> {
                var child = Executor.spawn(() -> {
                    try {
                        await(Timer.sleep(LONG));
                    } finally {
                        await(Async.yieldNow());
                    }
                });
                try {
                    await(Async.yieldNow());
                } finally {
                    child.cancel("because");
                }
                try {
                    return await(child);
                } catch (CancellationException e) {
                    return e.getMessage();
                }
            });
            ALL.put("timeout", () -> {
                try {
                    return await(Timer.timeout(MOMENT, async(() -> await(Timer.sleep(LONG)))));
                } catch (TimeoutException e) {
                    return await(Timer.timeout(LONG, async(() -> "late")));
                }
            });
            ALL.put("scope", () -> await(Scope.call(scope -> {
                var a = scope.fork(() -> {
                    await(Timer.sleep(MOMENT));
                    return 1;
                });
                var b = scope.fork(() -> await(a));
                scope.fork(() -> await(Timer.sleep(LONG))).cancel();
                return await(a) + await(b);
            })));
            ALL.put("race", () -> await(Future.race(async(() -> await(Timer.sleep(LONG))), Timer.sleep(MOMENT))));
            ALL.put("all", () -> await(Future.all(async(() -> 1), async(() -> await(Timer.sleep(MOMENT))))));
            ALL.put("any", () -> await(Future.any(async(() -> {
                throw new IOException("not this one");
            }), Timer.sleep(MOMENT))));
            ALL.put("channel", () -> await(Scope.call(scope -> {
                var channel = new Channel<Integer>(2);
                scope.fork(() -> {
                    try (channel) {
                        for (var i = 0; i < 10; i++) await(channel.send(i));
                    }
                });
                var sum = 0;
                for (Integer i; (i = await(channel.receive())) != null; ) sum += i;
                return sum;
            })));
            ALL.put("semaphore", () -> await(Scope.call(scope -> {
                var one = new Semaphore(1);
                var two = new Semaphore(2);
                var event = new Event();
                for (var i = 0; i < 4; i++) {
                    scope.fork(() -> {
                        await(event.await());
                        try (var _ = await(one.acquire())) {
                            await(Async.yieldNow());
                        }
                        try (var _ = await(two.acquire())) {
                            await(Async.yieldNow());
                        }
                    });
                }
                await(Async.yieldNow());
                event.set();
                return null;
            })));
            ALL.put("permits", () -> {
                var mutex = new Semaphore(1);
                try {
                    await(Future.all(mutex.acquire())).getFirst().close();
                } catch (OutOfMemoryError e) {
                    // the permit is free again
                }
                await(mutex.acquire()).close();
                return null;
            });
            ALL.put("drop", () -> {
                var mutex = new Semaphore(1);
                var all = Future.<Object>all(mutex.acquire(), Timer.sleep(LONG));
                var polls = new int[1];
                Future<Void> drops = cx -> {
                    if (polls[0]++ < 3) {
                        try {
                            if (all.poll(cx) instanceof Poll.Pending<?>) {
                                cx.waker().wake();
                                return Poll.pending();
                            }
                        } catch (OutOfMemoryError e) {
                            // it has ended
                        }
                    }
                    all.drop();
                    return Poll.ready(null);
                };
                try {
                    await(drops);
                } catch (OutOfMemoryError e) {
                    all.drop();
                }
                await(mutex.acquire()).close();
                return null;
            });
            ALL.put("java.io", () -> {
                var bytes = new ByteArrayOutputStream();
                var in = AsyncRead.of(new ByteArrayInputStream(new byte[3]));
                var out = AsyncWrite.of(bytes);
                var buffer = ByteBuffer.allocate(10);
                for (;;) {
                    try {
                        if (await(in.read(buffer)) < 0) break;
                    } catch (OutOfMemoryError e) {
                        // the next read gets the bytes
                    }
                }
                buffer.flip();
                for (;;) {
                    try {
                        if (await(out.write(buffer)) == 0) break;
                    } catch (OutOfMemoryError e) {
                        // the next write waits for the call that this one has begun
                    }
                }
                if (bytes.size() != 3) await(new Event().await()); // bytes are lost, or written twice
                return null;
            });
            ALL.put("interval", () -> {
                var ticks = Interval.every(MOMENT);
                return await(ticks.tick()) + await(ticks.tick());
            });
            ALL.put("blocking", () -> await(Blocking.run(() -> 1)));
            ALL.put("stage", () -> {
                var child = Executor.spawn(() -> await(Timer.sleep(MOMENT)));
                return await(Future.from(child.toCompletableFuture().thenApply(v -> 1)));
            });
            ALL.put("tcp", () -> await(Scope.call(scope -> {
                try (var listener = TcpListener.bind(ANY)) {
                    scope.fork(() -> {
                        try (var stream = await(listener.accept())) {
                            var buffer = ByteBuffer.allocate(100);
                            while (await(stream.read(buffer)) >= 0) {
                                await(stream.writeAll(buffer.flip()));
                                buffer.clear();
                            }
                        }
                    });
                    try (var client = await(TcpStream.connect(listener.localAddress()))) {
                        var out = new WriteBuffer(client, 100);
                        var in = new LineReader(client, 100).tie(out);
                        await(out.writeAll(ByteBuffer.wrap("hello\n".getBytes())));
                        var line = await(in.readLine());
                        client.shutdownOutput();
                        return line + await(in.readLine());
                    }
                }
            })));
            ALL.put("closed", () -> await(Scope.call(scope -> {
                JoinHandle<Integer> accepting;
                try (var listener = TcpListener.bind(ANY)) {
                    accepting = scope.fork(() -> {
                        try (var stream = await(listener.accept())) {
                            return stream.localAddress().getPort();
                        } catch (IOException e) {
                            return 0;
                        }
                    });
                    await(Async.yieldNow());
                }
                return await(accepting);
            })));
            ALL.put("udp", () -> {
                try (var one = UdpSocket.bind(ANY); var other = UdpSocket.bind(ANY)) {
                    await(one.sendTo(ByteBuffer.allocate(5), other.localAddress()));
                    return await(other.recvFrom(ByteBuffer.allocate(10)));
                }
            });
        }

        private static final ConcurrentLinkedQueue<String> LOGGED = new ConcurrentLinkedQueue<>();

        private static Arrangement arrangement;
        private static Executor executor;
        private static Map<Integer, String> open; // descriptors
        private static boolean hangs;

        /// Prints what goes wrong, and then how many allocations have failed in all.
        public static void run(String[] args) throws Exception {
            arrangement = Arrangement.valueOf(args[0]);
            var of = Of.valueOf(args[1]);
            var failing = Integer.parseInt(args[2]);
            Logger.getLogger("trale").setFilter(r -> LOGGED.add(r.getMessage()) && false);
            var failures = 0;
            for (var program : ALL.entrySet())
                failures += sweep(program.getKey(), of, failing, (thread, n, some) -> run(program.getValue(), thread, n, some));
            if (of == Of.MAIN) failures += sweep("open and close", of, failing, Programs::openAndClose);
            IO.println(failures);
        }

        /// Runs a program, of which some allocations of the thread fail after the first n.
        private interface Run {
            @Nullable OutOfMemoryError run(Thread thread, int n, int failing);
        }

        private static int sweep(String name, Of of, int failing, Run run) throws Exception {
            begin();
            for (var i = 0; i < 3; i++) run.run(Thread.currentThread(), 0, 0); // loads what it needs
            open = NothingIsLeft.open();
            var n = 0;
            for (var beyond = 0; beyond < 3; n++) { // a run may need some more than another
                var failure = run.run(thread(of), n, failing);
                beyond = failure == null ? beyond + 1 : 0;
                var faults = faults();
                if (faults.isEmpty()) continue;
                IO.println(name + ", " + n + ": " + faults);
                if (failure != null) for (var line : failure.getStackTrace()) IO.println("\tat " + line);
                begin();
            }
            executor.close();
            return n - 3;
        }

        private static void begin() throws Exception {
            executor = arrangement.open("child");
            open = NothingIsLeft.open();
        }

        private static List<String> faults() throws Exception {
            var faults = new ArrayList<String>();
            if (hangs) faults.add("the task does not end");
            if (!comes(executor.submit(() -> await(Timer.sleep(MOMENT)))::isDone)) faults.add("the executor does not go on");
            if (!comes(() -> executor.taskCount() == 0)) faults.add("a task is left");
            for (String text; (text = LOGGED.poll()) != null; )
                if (text.startsWith("an executor failed") || text.startsWith("the end of a task failed")) faults.add("logged: " + text);
            var left = left();
            if (!left.isEmpty()) faults.add("open: " + left);
            return faults;
        }

        /// {@return the descriptors that are open though they were not before} What is garbage closes them soon.
        private static Map<Integer, String> left() throws Exception {
            var left = NothingIsLeft.open();
            left.entrySet().removeAll(open.entrySet());
            for (var i = 0; i < 100 && !left.isEmpty(); i++) {
                System.gc();
                LockSupport.parkNanos(1_000_000);
                left.entrySet().retainAll(NothingIsLeft.open().entrySet());
            }
            return left;
        }

        private static @Nullable OutOfMemoryError run(Async.Body<Object> program, Thread thread, int n, int failing) {
            hangs = false;
            FailingAllocations.begin(thread, n, failing);
            try {
                var task = executor.submit(program);
                hangs = !comes(task::isDone);
                if (!hangs) task.join();
            } catch (CompletionException | OutOfMemoryError e) {
                // as it may
            }
            return FailingAllocations.end();
        }

        private static @Nullable OutOfMemoryError openAndClose(Thread thread, int n, int failing) {
            Executor other = null;
            FailingAllocations.begin(thread, n, failing);
            try {
                other = arrangement.open("other");
                other.submit(() -> 1).join();
                other.close();
            } catch (CompletionException | OutOfMemoryError e) {
                // as it may
            }
            var failure = FailingAllocations.end();
            if (other != null) other.close();
            return failure;
        }

        private static boolean comes(BooleanSupplier condition) {
            for (var end = System.nanoTime() + PATIENCE; !condition.getAsBoolean(); LockSupport.parkNanos(20_000))
                if (System.nanoTime() > end) return false;
            return true;
        }

        private static Thread thread(Of of) {
            return switch (of) {
                case MAIN -> Thread.currentThread();
                case EXECUTOR -> executor.loop.thread;
                case REACTOR -> Thread.getAllStackTraces().keySet().stream().filter(t -> t.getName().equals("child-reactor")).findFirst()
                        .orElseThrow();
            };
        }
    }

    static Stream<Arguments> sweeps() {
        var all = Stream.of(Arrangement.OWN_THREAD, Arrangement.REACTOR_THREAD).flatMap(a -> Stream.of(Of.values())
                .filter(of -> a == Arrangement.REACTOR_THREAD || of != Of.REACTOR)
                .flatMap(of -> Stream.of(1, 2, 5).map(failing -> Arguments.of(a.name(), of, failing))));
        return LongForm.or(Stream.of(Arguments.of("OWN_THREAD", Of.EXECUTOR, 1), Arguments.of("REACTOR_THREAD", Of.REACTOR, 1),
                Arguments.of("OWN_THREAD", Of.MAIN, 1)), all);
    }

    /// @param failing how many fail, one after the other
    @ParameterizedTest // R20, M6
    @MethodSource("sweeps")
    void whicheverAllocationFailsEveryTaskEndsEveryDescriptorIsClosedAndTheExecutorGoesOn(String arrangement, Of of,
            int failing) throws Exception {
        try (var child = Child.start(Sweep.class, arrangement, of.name(), "" + failing)) {
            var out = child.end().strip();
            assertTrue(out.matches("\\d+"), out + child.errors());
            assertTrue(failing > 1 || Integer.parseInt(out) >= of.least, () -> "no more than " + out + " allocations failed");
        }
    }
}
