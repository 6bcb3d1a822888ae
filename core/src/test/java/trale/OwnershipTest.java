package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.async;
import static trale.Async.await;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import trale.net.AsyncRead;
import trale.net.AsyncWrite;
import trale.net.TcpListener;
import trale.net.TcpStream;
import trale.support.Gate;
import trale.support.Optimized;
import trale.support.TheLog;
import trale.support.UnderBothArrangements;
import trale.sync.Channel;
import trale.sync.Semaphore;
import trale.time.Interval;
import trale.time.Timer;

/// What belongs to whom: a future to one owner, a resource to the task that closes it, a failure to those who are told of it.
@Optimized
class OwnershipTest extends UnderBothArrangements {
    private final Gate<String> gate = new Gate<>();

    /// Futures with one value and one owner, none of which is ready before the gate was opened and polled.
    private static List<Function<Gate<String>, Future<String>>> owned() {
        return List.of(
                gate -> async(() -> await(gate)),
                gate -> Blocking.run(() -> {
                    gate.waker();
                    return "opened";
                }),
                gate -> Timer.timeout(Duration.ofMinutes(1), gate),
                gate -> async(() -> {
                    await(Timer.timeout(Duration.ofMinutes(1), gate));
                    return "opened";
                }));
    }

    @Test
    void anOperationOfASocketHasOneOwner() {
        assertTwoOwners(() -> executor.submit(() -> {
            try (var listener = TcpListener.bind(new InetSocketAddress("127.0.0.1", 0));
                    var stream = await(TcpStream.connect(listener.localAddress()))) {
                var read = stream.read(ByteBuffer.allocate(1));
                var first = Executor.spawn(read);
                try {
                    await(read);
                } finally {
                    first.cancel();
                }
            }
        }).join());
        settle(); // the task that was cancelled may end later
    }

    @Test // M1
    void whatTakesSomethingTakesItOnce() {
        var channel = new Channel<String>(10);
        for (var i = 0; i < 3; i++) channel.offer("item");
        var mutex = new Semaphore(2);
        var source = AsyncRead.of(new ByteArrayInputStream(new byte[2]));
        var taking = List.<Future<?>>of(
                channel.receive(), channel.send("item"), mutex.acquire(), Interval.every(Duration.ofMillis(1)).tick(),
                source.read(ByteBuffer.allocate(1)), AsyncWrite.of(new ByteArrayOutputStream()).write(ByteBuffer.allocate(1)),
                Timer.timeout(Duration.ofHours(1), channel.receive()));
        for (var f : taking) {
            var twice = executor.submit(() -> {
                await(f);
                await(f);
            });
            var refused = assertThrows(CompletionException.class, twice::join).getCause();
            assertInstanceOf(IllegalStateException.class, refused);
            assertTrue(refused.getMessage().startsWith("polled after its end: "), refused.getMessage());
        }
        assertEquals(2, channel.size());
        assertEquals("Semaphore[1 free, 0 wait]", mutex.toString());
    }

    @Test
    void allRefusesANullBeforeItTakesAnyOfThem() {
        var f = async(() -> "f");
        assertThrows(NullPointerException.class, () -> Future.all(f, null));
        assertEquals("f", executor.submit(f).join());
    }

    @Test // M1
    void allThatIsRefusedGivesBackWhatItHasTaken() {
        var f = async(() -> "f");
        var spawned = async(() -> "spawned");
        var handle = executor.submit(spawned);
        assertThrows(IllegalStateException.class, () -> Future.all(f, spawned));
        assertEquals("f", executor.submit(f).join());
        assertEquals("spawned", handle.join());
    }

    private void open(Gate<String> own) {
        own.open("opened");
        assertEquals("opened", executor.submit(own).join());
    }

    private static void assertTwoOwners(Executable second) {
        var refusal = assertThrows(IllegalStateException.class, () -> {
            try {
                second.execute();
            } catch (CompletionException e) {
                throw e.getCause();
            }
        });
        assertTrue(refusal.getMessage().startsWith("two owners: "), refusal.getMessage());
        assertTrue(refusal.getMessage().endsWith("spawn it once, and await the JoinHandle"), refusal.getMessage());
    }

    @Test // M1
    void ofTwoTasksThatAwaitOneFutureTheSecondIsRefusedAndTheFirstHasTheValue() throws Exception {
        for (var future : owned()) {
            var own = new Gate<String>();
            var f = future.apply(own);
            var first = executor.submit(() -> await(f));
            settle();
            var second = executor.submit(() -> await(f));
            assertTwoOwners(second::join);
            open(own);
            assertEquals("opened", first.join());
        }
    }

    @Test // M1
    void aFutureThatIsSpawnedCannotBeAwaitedToo() throws Exception {
        for (var future : owned()) {
            var own = new Gate<String>();
            var f = future.apply(own);
            var spawned = executor.submit(f);
            assertTwoOwners(executor.submit(() -> await(f))::join);
            assertTwoOwners(() -> executor.submit(f));
            open(own);
            assertEquals("opened", spawned.join());
            assertEquals(0, executor.taskCount(), "a spawn that failed is counted");
        }
    }

    @Test // M1
    void aFutureThatIsAwaitedCannotBeSpawnedTooNorHaveATimeOut() throws Exception {
        for (var future : owned()) {
            var own = new Gate<String>();
            var f = future.apply(own);
            var first = executor.submit(() -> await(f));
            settle();
            assertTwoOwners(() -> executor.submit(f));
            assertTwoOwners(() -> Timer.timeout(Duration.ofSeconds(1), f));
            open(own);
            assertEquals("opened", first.join());
        }
    }

    @Test // M1
    void aSleepHasOneOwnerToo() {
        var sleep = Timer.sleep(Duration.ofMillis(50));
        var first = executor.submit(() -> await(sleep));
        settle();
        assertTwoOwners(executor.submit(() -> await(sleep))::join);
        assertNull(first.join());
    }

    @Test // M1
    void anyNumberOfTasksAwaitTheHandleInstead() throws Exception {
        var handle = executor.submit(async(() -> await(gate)));
        var all = new ArrayList<JoinHandle<String>>();
        for (var i = 0; i < 10; i++) all.add(executor.submit(() -> await(handle) + await(handle)));
        gate.waker();
        gate.open("x");
        for (var one : all) assertEquals("xx", one.join());
    }

    @Test // R10
    void aSpawnThatIsRefusedDoesNotKeepTheExecutorFromClosing() {
        var other = arrangement.open("other");
        var f = async(() -> await(gate));
        other.submit(f);
        var closing = new CountDownLatch(1);
        var closer = Thread.ofVirtual().start(() -> {
            closing.countDown();
            other.close();
        });
        while (closer.isAlive()) assertThrows(RuntimeException.class, () -> other.submit(f)); // two owners, then closed
        assertEquals(0, other.taskCount());
    }

    @Test // M2
    void aTaskThatAwaitsItsOwnHandleIsToldSo() throws Exception {
        var self = new AtomicReference<JoinHandle<?>>();
        var handle = executor.submit(() -> {
            await(gate);
            return await(self.get());
        });
        self.set(handle);
        gate.waker();
        gate.open("go on");
        var refusal = assertInstanceOf(IllegalStateException.class, assertThrows(CompletionException.class, handle::join).getCause());
        assertTrue(refusal.getMessage().startsWith("a task awaits its own handle"), refusal.getMessage());
    }

    @Test // M2
    void theCompletableFutureOfATaskIsNotWaitedForInATask() throws Exception {
        var handle = executor.submit(gate);
        gate.waker();
        try (var other = arrangement.open("other")) {
            for (var where : List.of(executor, other)) {
                for (var future : List.of(handle.toCompletableFuture(), handle.toCompletableFuture().thenApply(s -> s + "!"))) {
                    for (Executable wait : List.<Executable>of(future::join, future::get, () -> future.get(1, TimeUnit.SECONDS))) {
                        var refusal = where.submit(() -> assertThrows(IllegalStateException.class, wait)).join().getMessage();
                        assertTrue(refusal.contains("inside a task would block the executor"), refusal);
                        assertTrue(refusal.endsWith("use await(handle), or await(stage)"), refusal);
                    }
                }
            }
        }
        var dependent = handle.toCompletableFuture().thenApply(s -> s + "!");
        gate.open("done");
        assertEquals("done!", dependent.join());
        assertEquals("done!", onExecutor(dependent::join), "what is there does not block");
    }

    @Test // R9
    void noTaskClosesAnyExecutor() {
        try (var other = arrangement.open("other")) {
            for (var closed : List.of(executor, other)) {
                for (Executable close : List.<Executable>of(closed::close, () -> closed.close(Duration.ZERO))) {
                    var refusal = onExecutor(() -> assertThrows(IllegalStateException.class, close)).getMessage();
                    assertTrue(refusal.contains("inside a task would block the executor"), refusal);
                }
            }
            assertEquals(1, other.submit(() -> 1).join(), "it is closed");
        }
    }

    /// The cleanup needs the executor whose task asked for the end.
    @Test // R9
    void aTaskClosesAnotherExecutorOnAThreadBeside() throws Exception {
        var other = arrangement.open("other");
        var cleanedUp = new AtomicBoolean();
        other.submit(() -> {
            try {
                await(gate);
            } finally {
                cleanedUp.set(await(executor.submit(() -> true)));
            }
        });
        gate.waker();
        executor.submit(() -> {
            await(Blocking.run(() -> {
                other.close();
                return null;
            }));
        }).join();
        assertTrue(cleanedUp.get());
    }

    private static CancellationException cancelledElsewhere() {
        var cancelled = new CompletableFuture<String>();
        cancelled.cancel(true);
        return assertThrows(CancellationException.class, cancelled::join);
    }

    @Test // R13
    void aCancellationExceptionOfATaskThatWasNotCancelledIsReported() throws Exception {
        var thrown = List.of(cancelledElsewhere(), cancelledElsewhere());
        try (var log = new TheLog()) {
            executor.submit(() -> {
                await(Timer.sleep(Duration.ofNanos(1)));
                throw thrown.get(0);
            });
            executor.submit(cx -> {
                throw thrown.get(1);
            });
            while (executor.taskCount() > 0) settle();
            log.expect(thrown);
        }
    }

    @Test // R13
    void aTaskThatWasCancelledIsNotReported() throws Exception {
        try (var log = new TheLog()) {
            var own = cancelledElsewhere();
            for (var future : List.<Future<String>>of(gate, async(() -> await(gate)), async(() -> {
                try {
                    return await(gate);
                } catch (CancellationException e) {
                    throw own;
                }
            }))) {
                var handle = executor.submit(future);
                settle();
                handle.cancel();
            }
            var unseen = failUnseen();
            log.expect(List.of(unseen)); // and nothing else before it
            for (var i = 0; i < 3; i++) System.gc();
            assertEquals(List.of(), log.rest());
        }
    }

    private static Future<String> three(Future<String> leaf) {
        return async(() -> await(async(() -> await(async(() -> await(leaf))))));
    }

    /// The failure comes from another thread, whose trace has no line of the program.
    private void assertMarkedWhereItIsAwaited(Throwable failure) {
        assertFalse(Arrays.stream(failure.getStackTrace()).anyMatch(OwnershipTest::isOfThree), "it has the lines anyhow");
        var mark = assertInstanceOf(JoinHandle.AwaitedHere.class, failure.getSuppressed()[0]);
        var lines = Arrays.stream(mark.getStackTrace()).filter(OwnershipTest::isOfThree).count();
        assertEquals(3, lines, () -> String.join("\n", Arrays.stream(mark.getStackTrace()).map(String::valueOf).toList()));
    }

    private static boolean isOfThree(StackTraceElement e) {
        return "OwnershipTest.java".equals(e.getFileName()) && e.toString().contains("three");
    }

    @Test // M4
    void aFailureOfBlockingCodeIsMarkedWhereItIsAwaited() {
        var thrown = new IOException("disk");
        var handle = executor.submit(three(Blocking.run(() -> {
            throw thrown;
        })));
        assertSame(thrown, assertThrows(CompletionException.class, handle::join).getCause());
        assertMarkedWhereItIsAwaited(thrown);
    }

    @Test // M4
    void anUnknownHostIsMarkedWhereTheConnectIsAwaited() {
        var handle = executor.submit(three(async(() -> await(TcpStream.connect("no-such-host.invalid", 1)).toString())));
        assertMarkedWhereItIsAwaited(
                assertInstanceOf(UnknownHostException.class, assertThrows(CompletionException.class, handle::join).getCause()));
    }

    @Test // M5
    void theConnectionOfATaskThatIsCancelledBeforeItsFirstPollIsClosed() throws Exception {
        try (var listener = TcpListener.bind(new InetSocketAddress("127.0.0.1", 0))) {
            var accepting = executor.submit(listener.accept());
            var client = executor.submit(() -> await(TcpStream.connect(listener.localAddress()))).join();
            var accepted = accepting.join();
            var ran = new AtomicBoolean();
            try (var _ = new Hold()) {
                executor.submit(() -> {
                    ran.set(true);
                    await(accepted.writeAll(ByteBuffer.allocate(1)));
                }).closing(accepted).cancel();
            }
            assertEquals(-1, executor.submit(() -> await(client.read(ByteBuffer.allocate(1)))).join());
            assertFalse(ran.get());
            client.close();
        }
    }

    private final List<String> closed = new ArrayList<>(); // in order; by the executor's thread

    private AutoCloseable resource(String name) {
        return () -> {
            assertTrue(Thread.currentThread() == executor.loop.thread, "not by the executor's thread");
            closed.add(name);
        };
    }

    @Test // M5
    void resourcesAreClosedInReverseOrderHoweverTheTaskEnds() throws Exception {
        var failure = new IOException("failed");
        for (var end : List.<Callable<String>>of(() -> "value", () -> null, () -> {
            throw failure;
        })) {
            closed.clear();
            var own = new Gate<String>();
            var handle = executor.submit(() -> {
                await(own);
                return end.call();
            }).closing(resource("first")).closing(resource("second"));
            own.waker();
            var seen = executor.submit(() -> {
                try {
                    await(handle);
                } catch (Exception e) {
                    assertSame(failure, e);
                }
                return List.copyOf(closed);
            });
            settle();
            own.open("go on");
            assertEquals(List.of("second", "first"), seen.join(), "when those who wait go on");
        }
    }

    @Test // M5
    void aResourceOfATaskThatHasEndedIsClosedAtOnce() {
        var handle = executor.submit(() -> 1);
        assertEquals(1, handle.join());
        var thread = new AtomicReference<Thread>();
        handle.closing(() -> thread.set(Thread.currentThread()));
        assertSame(Thread.currentThread(), thread.get());
    }

    /// Kept until the end, one that always gives itself again would hold the executor's thread for ever.
    @Test // M5
    void aResourceThatIsGivenWhileOthersAreClosedIsClosedAtOnce() throws Exception {
        var handle = new AtomicReference<JoinHandle<?>>();
        var steps = new ArrayList<String>();
        try (var _ = new Hold()) {
            handle.set(executor.submit(() -> {}).closing(() -> {
                steps.add("first begins");
                handle.get().closing(() -> steps.add("second, before the end: " + !handle.get().isDone()));
                steps.add("first ends");
            }));
        }
        handle.get().join();
        assertEquals(List.of("first begins", "second, before the end: true", "first ends"), steps);
    }

    @Test // M5
    void aResourceThatFailsToCloseIsLoggedAndTheOthersAreClosed() throws Exception {
        var thrown = List.of(new IOException("disk"), new AssertionError("bug"));
        try (var log = new TheLog()) {
            try (var _ = new Hold()) {
                executor.submit(() -> {}).closing(resource("last")).closing(() -> {
                    throw (IOException) thrown.get(0);
                }).closing(() -> JoinHandle.<Exception>rethrow(thrown.get(1))).closing(resource("first"));
            }
            assertSame(thrown.get(1), log.next().getThrown());
            assertSame(thrown.get(0), log.next().getThrown());
            settle();
            assertEquals(List.of("first", "last"), onExecutor(() -> closed));
        }
    }

    @Test // M5
    void closeEndsTheTasksAndTheirResources() throws Exception {
        var handle = executor.submit(gate).closing(resource("waits"));
        gate.waker();
        executor.close();
        assertThrows(CancellationException.class, handle::join);
        assertEquals(List.of("waits"), closed);
    }
}
