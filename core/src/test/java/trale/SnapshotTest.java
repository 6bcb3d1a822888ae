package trale;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.async;
import static trale.Async.await;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import trale.Snapshot.State;
import trale.Snapshot.TaskInfo;
import trale.net.TcpListener;
import trale.net.TcpStream;
import trale.support.Gate;
import trale.support.Optimized;
import trale.support.UnderBothArrangements;
import trale.sync.Channel;
import trale.sync.Event;
import trale.sync.Semaphore;
import trale.time.Interval;
import trale.time.Timer;

@Timeout(value = 60, unit = SECONDS)
@Optimized
class SnapshotTest extends UnderBothArrangements {
    private static final Duration HOUR = Duration.ofHours(1);

    /// {@return what the snapshot says of the task, once that is so}
    private TaskInfo once(JoinHandle<?> handle, Predicate<TaskInfo> is) {
        for (;;) {
            for (var task : executor.snapshot().tasks())
                if (task.number() == handle.task.number() && is.test(task)) return task;
            Thread.onSpinWait();
        }
    }

    private TaskInfo waiting(JoinHandle<?> handle) {
        return once(handle, task -> task.state() == State.WAITING);
    }

    private static <R extends Snapshot.Reason> R only(Class<R> type, TaskInfo task) {
        assertEquals(1, task.waitsFor().size(), task::toString);
        return assertInstanceOf(type, task.waitsFor().getFirst());
    }

    private static void end(JoinHandle<?>... handles) {
        for (var h : handles) h.cancel();
        for (var h : handles) assertThrows(CancellationException.class, h::join);
    }

    private static StackTraceElement here() {
        return new Throwable().getStackTrace()[1];
    }

    @Test
    void anExecutorWithoutTasksSleeps() {
        var snapshot = executor.snapshot();
        assertEquals("executor test sleeps, 0 tasks\n", snapshot.toString());
        assertEquals("{\"executor\":\"test\",\"thread\":\"sleeps\",\"tasks\":[],\"cycles\":[]}", snapshot.toJson());
    }

    @Test
    void aSleepIsNamedWithTheTimeThatIsLeft() {
        var sleeps = executor.submit(() -> await(Timer.sleep(HOUR))).named("sleeper");
        var task = waiting(sleeps);
        assertEquals("sleeper", task.name());
        assertEquals(1, task.polls());
        var left = only(Snapshot.Sleep.class, task).left();
        assertTrue(left.compareTo(HOUR) <= 0 && left.compareTo(Duration.ofMinutes(58)) > 0, left::toString);
        end(sleeps);
    }

    @Test
    void theEndOfATaskIsNamedByItsNumber() {
        var sleeps = executor.submit(() -> await(Timer.sleep(HOUR)));
        var waits = executor.submit(() -> await(sleeps));
        assertEquals(new Snapshot.End(waiting(sleeps).number(), "test"), only(Snapshot.End.class, waiting(waits)));
        end(sleeps, waits);
    }

    @Test
    void aDescriptorIsNamedWithItsAddressesAndDirection() throws Exception {
        var listener = onExecutor(() -> TcpListener.bind(new InetSocketAddress("127.0.0.1", 0)));
        var accepts = executor.submit(() -> await(listener.accept()));
        assertInstanceOf(Snapshot.Ready.class, waiting(accepts).waitsFor().getFirst());
        var client = executor.submit(() -> await(TcpStream.connect(listener.localAddress()))).join();
        var server = accepts.join();
        var reads = executor.submit(() -> {
            await(server.read(ByteBuffer.allocate(1)));
        });
        var ready = only(Snapshot.Ready.class, waiting(reads));
        assertTrue(ready.read());
        assertEquals(server.toString(), ready.text());
        var writes = executor.submit(() -> {
            for (;;) await(client.write(ByteBuffer.allocate(1 << 16))); // until the peer's buffer is full
        });
        assertFalse(only(Snapshot.Ready.class,
                once(writes, t -> t.state() == State.WAITING && t.polls() > 1 && t.since().toMillis() > 100)).read());
        reads.join();
        end(writes);
        client.close();
        server.close();
        listener.close();
    }

    @Test
    void aTaskOfOneChannelWaitsForAnItemAndTheOtherForRoom() {
        var empty = new Channel<String>(1);
        var full = new Channel<String>(1);
        assertTrue(full.offer("x"));
        var receives = executor.submit(() -> {
            await(empty.receive());
        });
        var sends = executor.submit(() -> await(full.send("y")));
        assertEquals("an item of Channel[0 of 1, 1 receivers wait]", only(Snapshot.Turn.class, waiting(receives)).text());
        assertEquals("room in Channel[1 of 1, 1 senders wait]", only(Snapshot.Turn.class, waiting(sends)).text());
        end(receives, sends);
    }

    @Test
    void theTaskThatHoldsAMutexIsNamed() {
        var mutex = new Semaphore(1);
        executor.submit(() -> {
            await(mutex.acquire()).close();
        }).join();
        var holder = executor.submit(() -> {
            try (var _ = await(mutex.acquire())) {
                await(Timer.sleep(HOUR));
            }
        });
        settle();
        var waiting = executor.submit(() -> {
            await(mutex.acquire()).close();
        });
        var turn = only(Snapshot.Turn.class, waiting(waiting));
        assertEquals("a permit of Semaphore[0 free, 1 wait]", turn.text());
        assertEquals(List.of(holder.task.number()), turn.holders());
        end(holder);
        waiting.join();
    }

    @Test
    void ofSeveralPermitsNoHolderIsNamed() {
        var none = executor.submit(() -> {
            await(new Semaphore(0).acquire()).close();
        });
        assertEquals(List.of(), only(Snapshot.Turn.class, waiting(none)).holders());
        end(none);
    }

    @Test
    void anEventAStageBlockingCodeAndAFutureOfAnotherClassAreNamed() throws Exception {
        var event = new Event();
        var stage = new CompletableFuture<String>();
        var gate = new Gate<Integer>();
        var end = new CountDownLatch(1);
        var one = executor.submit(() -> await(event.await()));
        var two = executor.submit(() -> await(stage));
        var three = executor.submit(() -> await(gate));
        var four = executor.submit(() -> await(Blocking.run(() -> {
            end.await();
            return null;
        })));
        var five = executor.submit(() -> await(Interval.every(HOUR).tick()));
        assertEquals("the event Event[1 wait]", only(Snapshot.Turn.class, waiting(one)).text());
        assertEquals("a CompletableFuture", only(Snapshot.Stage.class, waiting(two)).text());
        assertEquals("the future trale.support.Gate", only(Snapshot.Other.class, waiting(three)).text());
        assertEquals("blocking code on a thread of its own", only(Snapshot.Other.class, waiting(four)).text());
        assertTrue(only(Snapshot.Sleep.class, waiting(five)).left().isPositive());
        event.set();
        stage.complete("");
        gate.open(1);
        end.countDown();
        one.join();
        two.join();
        three.join();
        four.join();
        end(five);
    }

    @Test
    void aTaskThatYieldsIsInTheRunQueue() {
        var stop = new AtomicBoolean();
        var yields = executor.submit(() -> {
            while (!stop.get()) await(Async.yieldNow());
        });
        assertEquals(new Snapshot.Yield(), only(Snapshot.Yield.class, once(yields, t -> t.state() == State.QUEUED && t.polls() > 0)));
        stop.set(true);
        yields.join();
    }

    @Test
    void aTimeOutIsOneOfTwoReasons() {
        var event = new Event();
        var waits = executor.submit(() -> await(Timer.timeout(HOUR, event.await())));
        var reasons = waiting(waits).waitsFor();
        assertInstanceOf(Snapshot.Turn.class, reasons.get(0));
        assertInstanceOf(Snapshot.Sleep.class, reasons.get(1));
        assertEquals(2, reasons.size());
        event.set();
        waits.join();
    }

    @Test
    void theLinesGoFromTheBodyDownToTheInnermost() {
        var outer = new AtomicReference<StackTraceElement>();
        var inner = new AtomicReference<StackTraceElement>();
        var handle = executor.submit(() -> {
            outer.set(here());
            await(async(() -> {
                inner.set(here());
                await(Timer.sleep(HOUR));
            }));
        });
        var lines = waiting(handle).lines();
        assertEquals(2, lines.size());
        assertEquals(outer.get().getLineNumber() + 1, lines.get(0).getLineNumber());
        assertEquals(inner.get().getLineNumber() + 1, lines.get(1).getLineNumber());
        assertEquals("SnapshotTest.java", lines.get(1).getFileName());
        end(handle);
    }

    @Test
    void childrenStandUnderTheTaskThatWaitsForThem() {
        var parent = executor.submit(Scope.run(scope -> {
            scope.fork(() -> await(Timer.sleep(HOUR))).named("left");
            scope.fork(() -> await(Timer.sleep(HOUR))).named("right");
        })).named("parent");
        var other = executor.submit(() -> await(Timer.sleep(HOUR))).named("other");
        waiting(other);
        settle();
        var snapshot = executor.snapshot();
        var numbers = snapshot.tasks().stream().filter(t -> t.parent() == parent.task.number()).map(TaskInfo::number).toList();
        assertEquals(2, numbers.size());
        assertEquals(new Snapshot.Children(numbers, true), only(Snapshot.Children.class, waiting(parent)));
        var tree = snapshot.toString().lines().map(line -> line.replaceFirst(" +waits.*", "")).toList();
        assertEquals(List.of("executor test sleeps, 4 tasks",
                "#" + parent.task.number() + " parent",
                "├ #" + numbers.get(0) + " left",
                "└ #" + numbers.get(1) + " right",
                "#" + other.task.number() + " other"), tree);
        end(parent, other);
    }

    @Test
    void insideATaskItIsMadeAtOnceAndSaysWhichTaskRuns() {
        var sleeps = executor.submit(() -> await(Timer.sleep(HOUR)));
        waiting(sleeps);
        var line = new AtomicReference<StackTraceElement>();
        var made = executor.submit(() -> {
            Executor.spawn(cx -> Poll.ready(1)).named("queued");
            line.set(here());
            return executor.snapshot();
        }).join();
        assertEquals(3, made.tasks().size(), made::toString);
        var asks = made.tasks().get(1);
        assertEquals("polls #" + asks.number(), made.thread());
        assertEquals(State.RUNNING, asks.state());
        assertEquals(line.get().getLineNumber() + 1, asks.lines().getLast().getLineNumber());
        assertEquals(State.QUEUED, made.tasks().get(2).state());
        assertEquals(0, made.tasks().get(2).polls());
        end(sleeps);
    }

    @Test
    void ofTheTaskThatRunsItShowsTheLinesOfTheProgramAlone() {
        var made = executor.submit(() -> await(Timer.timeout(HOUR, Scope.call(_ -> await(async(() -> executor.snapshot())))))).join();
        var lines = made.tasks().getFirst().lines();
        assertEquals(3, lines.size(), lines::toString);
        for (var line : lines) assertEquals("SnapshotTest.java", line.getFileName());
    }

    @Test
    void aBodyThatHoldsTheThreadIsNamedWithItsLine() throws Exception {
        var end = new CountDownLatch(1);
        var begun = new CountDownLatch(1);
        var line = new AtomicReference<StackTraceElement>();
        var holds = executor.submit(() -> {
            line.set(here());
            begun.countDown();
            end.await();
        }).named("greedy");
        begun.await();
        var start = System.nanoTime();
        var snapshot = executor.snapshot();
        assertTrue(System.nanoTime() - start >= 200_000_000);
        end.countDown();
        holds.join();
        assertEquals("held by #" + holds.task.number() + " greedy for more than 200 ms, at SnapshotTest.java:"
                + (line.get().getLineNumber() + 2) + ", in CountDownLatch.await", snapshot.thread());
        var text = snapshot.toString();
        assertTrue(text.contains(", in CountDownLatch.await\n#" + holds.task.number() + " greedy  runs "), text);
        assertTrue(text.endsWith("\n! no other task runs meanwhile, and none can be listed; code that blocks belongs in Blocking.run\n"),
                text);
        assertEquals(State.RUNNING, snapshot.tasks().getFirst().state());
    }

    @Test
    void anInterruptDoesNotEndTheWait() throws Exception {
        var sleeps = executor.submit(() -> await(Timer.sleep(HOUR)));
        settle();
        Thread.currentThread().interrupt();
        assertEquals(1, executor.snapshot().tasks().size());
        assertTrue(Thread.interrupted());
        end(sleeps);
    }

    @Test
    void aClosedExecutorSaysSo() {
        executor.close();
        assertEquals("executor test closed, 0 tasks\n", executor.snapshot().toString());
        assertEquals(List.of(), executor.snapshot(true).tasks());
    }

    @Test
    void aCancelledTaskSaysSinceWhen() {
        var event = new Event();
        var cleans = executor.submit(() -> {
            try {
                await(Timer.sleep(HOUR));
            } finally {
                await(event.await());
            }
        });
        assertEquals(null, waiting(cleans).cancelled());
        cleans.cancel();
        var task = once(cleans, t -> t.cancelled() != null && t.state() == State.WAITING && t.cancelled().toMillis() > 5);
        assertTrue(task.cancelled().compareTo(task.age()) <= 0, task::toString);
        assertTrue(executor.snapshot().toString().contains(", cancelled "));
        event.set();
        assertThrows(CancellationException.class, cleans::join);
    }

    @Test // M2
    void twoTasksThatAwaitEachOtherAreACycle() {
        var b = new CompletableFuture<JoinHandle<Void>>();
        var one = executor.submit(() -> await(await(b)));
        var two = executor.submit(() -> await(one));
        b.complete(two);
        once(one, t -> t.state() == State.WAITING && t.waitsFor().getFirst() instanceof Snapshot.End);
        var snapshot = executor.snapshot();
        assertEquals(List.of(List.of(one.task.number(), two.task.number())), snapshot.cycles());
        assertTrue(snapshot.toString()
                .endsWith("! none of these can go on: #%1$d waits for #%2$d waits for #%1$d\n".formatted(one.task.number(),
                        two.task.number())));
        end(one);
        assertThrows(CancellationException.class, two::join);
    }

    @Test
    void threeTasksOneOfWhichHoldsAPermitAreACycleAndTheirWaitersAreNotInIt() {
        var third = new CompletableFuture<JoinHandle<Void>>();
        var mutex = new Semaphore(1);
        var one = executor.submit(() -> {
            try (var _ = await(mutex.acquire())) {
                await(await(third));
            }
        });
        var two = executor.submit(() -> {
            await(mutex.acquire()).close();
        });
        var three = executor.submit(() -> await(two));
        var waits = executor.submit(() -> await(three));
        third.complete(three);
        once(one, t -> t.state() == State.WAITING && t.waitsFor().getFirst() instanceof Snapshot.End);
        waiting(waits);
        var snapshot = executor.snapshot();
        assertEquals(List.of(List.of(one.task.number(), three.task.number(), two.task.number())), snapshot.cycles());
        assertTrue(snapshot.toString().endsWith(", unless another task releases the permit\n"), snapshot::toString);
        end(one);
        waits.join();
    }

    @Test
    void aTaskThatWaitsForAnotherExecutorsTaskOfTheSameNumberIsInNoCycle() {
        try (var other = arrangement.open("test")) {
            var far = other.submit(() -> await(Timer.sleep(HOUR)));
            while (other.snapshot().tasks().stream().noneMatch(t -> t.state() == State.WAITING)) Thread.onSpinWait();
            var near = executor.submit(() -> await(far));
            var task = waiting(near);
            assertEquals(task.number(), only(Snapshot.End.class, task).task());
            assertEquals(List.of(), executor.snapshot().cycles());
            far.cancel();
            assertThrows(CancellationException.class, near::join);
        }
    }

    @Test
    void aWaitThatMayEndInTwoWaysIsInNoCycle() {
        var b = new CompletableFuture<JoinHandle<Void>>();
        var one = executor.submit(() -> await(Timer.timeout(HOUR, await(b))));
        var two = executor.submit(() -> {
            await(one);
        });
        b.complete(two);
        once(one, t -> t.state() == State.WAITING && t.waitsFor().size() == 2);
        assertEquals(List.of(), executor.snapshot().cycles());
        end(one);
        assertThrows(CancellationException.class, two::join);
    }

    @Test
    void aTaskWhoseWakerIsGoneCanNeverRunAndTheOthersCan() {
        var wakers = Collections.synchronizedList(new ArrayList<Object>());
        var contexts = new ArrayList<Context>();
        var live = new ArrayList<JoinHandle<?>>();
        var event = new Event();
        for (var i = 0; i < 250; i++) {
            live.add(executor.submit(() -> await(Timer.sleep(HOUR))));
            live.add(executor.submit(() -> await(event.await())));
            live.add(executor.submit((Future<Void>) cx -> {
                wakers.add(cx.waker());
                return Poll.pending();
            }));
            live.add(executor.submit((Future<Void>) cx -> {
                contexts.add(cx); // its waker is got later
                return Poll.pending();
            }));
        }
        var lost = List.of(executor.submit((Future<Void>) cx -> Poll.pending()), executor.submit(() -> {
            await((Future<Void>) cx -> Poll.pending());
        }));
        settle();
        for (var look = 0; look < 3; look++) {
            var said = executor.snapshot(true).tasks().stream().filter(TaskInfo::lost).map(TaskInfo::number).toList();
            assertEquals(lost.stream().map(h -> h.task.number()).toList(), said);
        }
        assertTrue(executor.snapshot().toString()
                .endsWith("! #" + lost.getLast().task.number() + " can never run: nothing holds its waker\n"));
        end(lost.toArray(JoinHandle[]::new));
        event.set();
        onExecutor(() -> {
            for (var w : wakers) ((Waker) w).wake();
            for (var cx : contexts) cx.waker().wake();
            return null;
        });
        settle();
        for (var task : executor.snapshot().tasks())
            assertTrue(task.waitsFor().getFirst() instanceof Snapshot.Sleep || task.polls() == 2, task::toString);
        for (var h : live) h.cancel();
        for (var h : live) {
            try {
                h.join();
            } catch (CancellationException e) {
                // But those of the event.
            }
        }
    }

    @Test
    void theWakerIsTheSameObjectAfterASnapshot() throws Exception {
        var gate = new Gate<Integer>();
        var handle = executor.submit(gate);
        var before = gate.waker();
        executor.snapshot(true);
        before.wake();
        settle();
        assertSame(before, gate.waker());
        assertEquals(2, gate.polls.get());
        gate.open(1);
        assertEquals(1, handle.join());
    }

    @Test
    void itIsWholeWhileOtherThreadsSpawnAndWake() throws Exception {
        var threads = new ArrayList<Thread>();
        var handles = Collections.synchronizedList(new ArrayList<JoinHandle<Void>>());
        for (var i = 0; i < 3; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (var k = 0; k < 2_000; k++) {
                    handles.add(executor.submit(() -> {
                        await(Async.yieldNow());
                        await(Timer.sleep(Duration.ofMillis(1)));
                    }));
                }
            }));
        }
        var snapshots = 0;
        while (threads.stream().anyMatch(Thread::isAlive)) {
            var tasks = executor.snapshot().tasks();
            snapshots++;
            assertEquals(tasks.size(), new HashSet<>(tasks.stream().map(TaskInfo::number).toList()).size());
            for (var t : tasks) {
                assertTrue(t.number() > 0 && !t.lost() && t.state() != State.RUNNING, t::toString);
                assertTrue(t.state() != State.WAITING || !t.waitsFor().isEmpty(), t::toString);
            }
        }
        for (var thread : threads) thread.join();
        for (var h : List.copyOf(handles)) h.join();
        assertTrue(snapshots > 0);
    }

    @Test
    void anotherExecutorsTaskMayAsk() throws Exception {
        var sleeps = executor.submit(() -> await(Timer.sleep(HOUR)));
        waiting(sleeps);
        try (var other = arrangement.open("other")) {
            assertEquals(1, other.submit(() -> executor.snapshot().tasks().size()).join());
        }
        end(sleeps);
    }

    @Test
    void jsonQuotesWhatAProgramNames() {
        var sleeps = executor.submit(() -> await(Timer.sleep(HOUR))).named("a\"b\\c\nd</script>");
        waiting(sleeps);
        var json = executor.snapshot().toJson();
        assertTrue(json.contains("\"name\":\"a\\\"b\\\\c\\u000ad\\u003c/script>\""), json);
        assertTrue(json.contains("\"state\":\"waiting\""), json);
        assertTrue(json.contains("\"waitsFor\":[{\"what\":\"sleep\",\"timer\":1,\"left\":"), json);
        assertEquals(3, executor.snapshot().toString().lines().count() + 1, "a name is one line");
        end(sleeps);
    }

    @Test
    void aTimeOutAndAnAbandonedTaskSayWhereTheyAre() {
        var event = new Event();
        var late = executor.submit(() -> await(Timer.timeout(Duration.ofMillis(5), async(() -> await(event.await())))));
        var message = assertThrows(CompletionException.class, late::join).getCause().getMessage();
        assertTrue(message.matches("not ready after PT0.005S: waits for the event Event\\[1 wait\\], at SnapshotTest.java:\\d+"), message);
    }
}
