package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static trale.Async.async;
import static trale.Async.await;

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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import trale.net.LineReader;
import trale.net.TcpListener;
import trale.net.TcpStream;
import trale.net.UdpSocket;
import trale.net.WriteBuffer;
import trale.support.Arrangement;
import trale.support.Child;
import trale.support.FailingAllocations;
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
        EXECUTOR, REACTOR, MAIN
    }

    /// A child that runs the programs on classes of its own.
    static final class Sweep {
        public static void main(String[] args) throws Exception {
            new FailingAllocations().loadClass(Programs.class.getName()).getMethod("run", String[].class).invoke(null, (Object) args);
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

        private static Executor executor;
        private static boolean hangs;

        public static void run(String[] args) throws Exception {
            var arrangement = Arrangement.valueOf(args[0]);
            var of = Of.valueOf(args[1]);
            var failing = Integer.parseInt(args[2]);
            Logger.getLogger("trale").setFilter(r -> LOGGED.add(r.getMessage()) && false);
            for (var program : ALL.entrySet()) {
                executor = arrangement.open("child");
                for (var i = 0; i < 3; i++) once(program.getValue(), Thread.currentThread(), Integer.MAX_VALUE / 2, 0); // loads what it needs
                var thread = thread(of);
                var before = NothingIsLeft.open();
                var n = 0;
                for (var beyond = 0; beyond < 3; n++) { // a run may need some more than another
                    var failure = once(program.getValue(), thread, n, failing);
                    if (failure == null) beyond++;
                    else beyond = 0;
                    var faults = new ArrayList<String>();
                    if (hangs) faults.add("the task does not end");
                    if (!canGoOn()) faults.add("the executor does not go on");
                    while (!LOGGED.isEmpty()) {
                        var text = LOGGED.remove();
                        if (text.startsWith("an executor failed") || text.startsWith("the end of a task failed")) faults.add("logged: " + text);
                    }
                    var left = left(before);
                    if (!left.isEmpty()) faults.add("open: " + left);
                    if (faults.isEmpty()) continue;
                    IO.println(program.getKey() + " " + n + ": " + faults + "\n" + trace(failure));
                    System.gc();
                    executor = arrangement.open("child");
                    thread = thread(of);
                    before = NothingIsLeft.open();
                }
                IO.println(program.getKey() + ": " + n);
                executor.close();
            }
        }

        /// {@return what the allocation that failed has thrown, or null}
        private static OutOfMemoryError once(Async.Body<Object> program, Thread thread, int before, int failing) {
            hangs = false;
            FailingAllocations.begin(thread, before, failing);
            try {
                var task = executor.submit(program);
                hangs = !comes(task::isDone);
                FailingAllocations.end();
                if (task.isDone()) task.join();
            } catch (CompletionException | OutOfMemoryError e) {
                // as it may
            }
            return FailingAllocations.end();
        }

        /// {@return the descriptors that are open though they were not before} What is garbage closes them soon.
        private static Map<Integer, String> left(Map<Integer, String> before) throws Exception {
            var left = NothingIsLeft.open();
            left.entrySet().removeAll(before.entrySet());
            for (var i = 0; i < 100 && !left.isEmpty(); i++) {
                System.gc();
                Thread.sleep(1);
                var now = NothingIsLeft.open();
                left.entrySet().removeIf(e -> !e.getValue().equals(now.get(e.getKey())));
            }
            return left;
        }

        private static boolean canGoOn() {
            var task = executor.submit(() -> await(Timer.sleep(MOMENT)));
            return comes(task::isDone) && comes(() -> executor.taskCount() == 0);
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
                case REACTOR -> Thread.getAllStackTraces().keySet().stream().filter(t -> t.getName().equals("child-reactor")).findFirst().orElseThrow();
            };
        }

        private static String trace(OutOfMemoryError failure) {
            var text = new StringBuilder();
            if (failure != null) for (var line : failure.getStackTrace()) text.append("\tat ").append(line).append('\n');
            return text.toString();
        }
    }

    @ParameterizedTest // R4, R7, R20
    @EnumSource(Of.class)
    void whicheverAllocationFailsEveryTaskEndsAndTheExecutorGoesOn(Of of) throws Exception {
        try (var child = Child.start(Sweep.class, Arrangement.REACTOR_THREAD.name(), of.name(), "1")) {
            assertEquals("", child.end());
        }
    }
}
