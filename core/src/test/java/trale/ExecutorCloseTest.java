package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.async;
import static trale.Async.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import trale.support.Arrangement;
import trale.support.Child;
import trale.support.Gate;
import trale.support.Linux;
import trale.support.NeedsLinux;
import trale.support.NothingIsLeft;
import trale.support.Optimized;
import trale.support.TheLog;
import trale.support.UnderBothArrangements;
import trale.time.Timer;

/// The end of an executor: what becomes of its tasks, of the tasks that wait for them, and of those that come too late.
@Optimized
class ExecutorCloseTest extends UnderBothArrangements {

    @Test
    void aSpawnOnAClosedExecutorIsRejected() {
        executor.close();
        var ran = new AtomicBoolean();
        var futures = assertThrows(RejectedExecutionException.class, () -> executor.submit(cx -> Poll.ready(ran.getAndSet(true))));
        var bodies = assertThrows(RejectedExecutionException.class, () -> executor.submit(() -> ran.getAndSet(true)));
        var voidBodies = assertThrows(RejectedExecutionException.class, () -> executor.submit(() -> ran.set(true)));
        for (var e : new RuntimeException[] {futures, bodies, voidBodies})
            assertEquals("executor test is closed; spawn on one that is open", e.getMessage());
        assertFalse(ran.get());
    }

    @Test
    @NeedsLinux(NeedsLinux.CLOCK)
    void aResourceThatIsClosedSlowlyIsNotSaidToBeATaskThatHoldsTheThread() {
        var gate = new Gate<Void>();
        try (var log = new TheLog()) {
            executor.submit(() -> await(gate)).closing(() -> {
                var later = System.nanoTime() + 500_000_000; // for so long close(grace) does not wait for a thread that polls
                while (System.nanoTime() < later) Thread.onSpinWait();
            });
            gate.waker();
            executor.loop.close(4); // abandons it
            assertFalse(executor.close(Duration.ZERO));
            var logged = log.rest().stream().map(LogRecord::getMessage).toList();
            assertEquals(1, logged.size(), logged::toString);
            assertTrue(logged.getFirst().startsWith("abandoned, as close() waits no longer"), logged::toString);
        }
    }

    @Test
    @NeedsLinux(NeedsLinux.THREADS)
    void aSnapshotOfAClosedExecutorSaysWhatHoldsItsThread() throws Exception {
        var gate = new Gate<Void>();
        var closing = new CountDownLatch(1);
        var end = new CountDownLatch(1);
        try (var _ = new TheLog()) {
            executor.submit(() -> await(gate)).closing(() -> {
                closing.countDown();
                end.await();
            });
            gate.waker();
            executor.loop.close(4); // abandons it
            closing.await();
            while (executor.loop.thread.getState() != Thread.State.WAITING) Thread.onSpinWait();
            var text = executor.snapshot().thread();
            end.countDown();
            executor.loop.thread.join();
            assertTrue(text.matches("closed, its thread has not ended, at ExecutorCloseTest.java:\\d+, in CountDownLatch.await"), text);
            assertEquals("closed", executor.snapshot().thread());
        }
    }

    @Test // R21
    void aTaskThatSpawnsWhileItsExecutorIsBeingClosedIsRejectedAndItsCleanupGoesOn() throws Exception {
        var waiting = new Gate<Void>();
        var cleanedUp = new AtomicReference<String>();
        var handle = executor.submit(() -> {
            try {
                await(waiting);
            } finally {
                var refusal = assertThrows(RejectedExecutionException.class, () -> Executor.spawn(() -> {}));
                await(Timer.sleep(Duration.ofMillis(5)));
                cleanedUp.set(refusal.getMessage());
            }
        });
        waiting.waker();
        executor.close();
        assertEquals("executor test is closed; spawn on one that is open", cleanedUp.get());
        assertThrows(CancellationException.class, handle::join);
        assertEquals(1, waiting.drops.get());
    }

    @Test
    void aGraceOfLessThanNothingIsNone() throws Exception {
        executor.submit(() -> {
            for (;;) {
                try {
                    await(new Gate<Void>());
                } catch (CancellationException e) {
                    // goes on
                }
            }
        });
        onExecutor(() -> null); // it has begun
        try (var log = new TheLog()) {
            assertFalse(executor.close(Duration.ofSeconds(Long.MIN_VALUE)));
            assertTrue(log.next().getMessage().startsWith("abandoned"));
        }
    }

    @Test // R9
    void closeInsideATaskIsRefused() {
        var refusal = onExecutor(() -> assertThrows(IllegalStateException.class, executor::close)).getMessage();
        assertTrue(refusal.contains("close() inside a task would block the executor"), refusal);
        assertNull(onExecutor(() -> null), "it is closed");
    }

    @Test // R17
    void onlyItsExecutorTurnsAndClosesAReactor() throws Exception {
        for (var round = 0; round < 50; round++) {
            try (var other = arrangement.open("other")) {
                assertReactorIsItsExecutorsAlone(other); // perhaps before its thread has turned it
                assertNull(other.submit(() -> {
                    assertReactorIsItsExecutorsAlone(other);
                    return await(Timer.sleep(Duration.ofNanos(1)));
                }).join());
            }
        }
    }

    private static void assertReactorIsItsExecutorsAlone(Executor other) {
        var methods = other.reactor().getClass().getMethods(); // the public ones
        for (var m : methods) assertFalse(Set.of("turn", "close").contains(m.getName()), () -> m + " is public");
    }

    @Test // R9
    void blockingInAWakerThatTheReactorCallsIsRefused() throws Exception {
        var handle = executor.submit(new Gate<String>());
        var pipe = Linux.pipe();
        var refusals = new ConcurrentLinkedQueue<String>();
        var called = new CountDownLatch(1);
        try (var source = executor.reactor().add(pipe[0])) {
            assertTrue(source.read().poll(Context.of(() -> {})));
            Waker waker = () -> {
                refusals.add(assertThrows(IllegalStateException.class, executor::close).getMessage());
                refusals.add(assertThrows(IllegalStateException.class, handle::join).getMessage());
                called.countDown();
            };
            assertFalse(source.read().poll(Context.of(waker)));
            Linux.write(pipe[1], 1);
            called.await();
        }
        assertEquals(2, refusals.size(), refusals::toString);
        handle.cancel();
        settle();
        Linux.close(pipe);
    }

    /// Has a task wait for what never comes, and then for its cleanup.
    private void waitThenCleanUp(Gate<Void> cleanup) throws InterruptedException {
        var waiting = new Gate<Void>();
        executor.submit(() -> {
            try {
                await(waiting);
            } finally {
                await(cleanup);
            }
        });
        waiting.waker();
    }

    @Test
    void eachClosingThreadWaitsForTheCleanup_anyNumberOfThreads() throws Exception {
        var cleanup = new Gate<Void>();
        waitThenCleanUp(cleanup);
        var closed = new AtomicInteger();
        var closing = new ArrayList<Thread>();
        for (var i = 0; i < 4; i++) closing.add(Thread.ofVirtual().start(() -> {
            executor.close();
            closed.incrementAndGet();
        }));
        cleanup.waker();
        assertEquals(0, closed.get());
        cleanup.open(null);
        for (var thread : closing) thread.join();
        assertEquals(4, closed.get());
        executor.close();
    }

    @Test
    void closeInterruptedGoesOnAndKeepsTheFlag() throws Exception {
        var cleanup = new Gate<Void>();
        waitThenCleanUp(cleanup);
        var interrupted = new AtomicBoolean();
        var closing = new Thread(() -> {
            executor.close();
            interrupted.set(Thread.currentThread().isInterrupted());
        });
        closing.start();
        closing.interrupt();
        cleanup.waker();
        cleanup.open(null);
        closing.join();
        assertTrue(interrupted.get());
    }

    @Test
    void aTaskOfAnotherExecutorThatAwaitsOneOfThisIsToldOfItsCancellation() throws Exception {
        try (var other = arrangement.open("other")) {
            var gate = new Gate<Void>();
            var here = executor.submit(gate);
            gate.waker();
            var there = other.submit(() -> {
                try {
                    await(here);
                    return "ended";
                } catch (CancellationException e) {
                    return "told";
                }
            });
            other.submit(cx -> Poll.ready(null)).join();
            executor.close();
            assertEquals("told", there.join());
        }
    }

    @Test
    void aHundredThousandTasksAreCancelledAtOnce() {
        var ended = new AtomicInteger();
        var all = new ArrayList<JoinHandle<Void>>();
        for (var i = 0; i < 100_000; i++) all.add(executor.submit(() -> {
            try {
                await(Timer.sleep(Duration.ofHours(1)));
            } finally {
                ended.incrementAndGet();
            }
        }));
        settle();
        executor.close();
        assertEquals(100_000, ended.get());
        for (var handle : all) assertThrows(CancellationException.class, handle::join);
    }

    @Test
    void aSpawnDuringCloseIsRejectedOrItsHandleEnds() throws Exception {
        for (var round = 0; round < 50; round++) {
            var closing = arrangement.open("closing");
            var handles = Collections.synchronizedList(new ArrayList<JoinHandle<Void>>());
            var threads = new ArrayList<Thread>();
            var refusals = new ConcurrentLinkedQueue<String>();
            var begun = new CountDownLatch(2);
            for (var i = 0; i < 2; i++) threads.add(Thread.ofPlatform().start(() -> {
                try {
                    for (;;) {
                        handles.add(closing.submit(new Gate<>()));
                        begun.countDown();
                    }
                } catch (RejectedExecutionException e) {
                    refusals.add(e.getMessage());
                }
            }));
            begun.await();
            closing.close();
            for (var thread : threads) thread.join();
            assertEquals(Collections.nCopies(2, "executor closing is closed; spawn on one that is open"), List.copyOf(refusals));
            for (var handle : handles) assertThrows(CancellationException.class, handle::join);
            assertEquals(0, closing.taskCount());
        }
    }

    /// As a spawn that has looked whether the executor is open, before it was closed.
    @Test
    void aTaskThatComesAfterTheOthersWereCancelledIsCancelledOnce() throws Exception {
        var cleanup = new Gate<Void>();
        executor.submit(() -> {
            try {
                await(new Gate<Void>());
            } finally {
                await(cleanup);
            }
        });
        onExecutor(() -> null); // it has begun
        var closer = Thread.ofPlatform().start(executor::close);
        cleanup.waker();
        var late = executor.loop.spawn(new Gate<Void>());
        assertThrows(CancellationException.class, late::join);
        assertEquals(1, late.task.cancels);
        cleanup.open(null);
        closer.join();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aTaskThatComesWhenASecondRoundOfCancellingBeginsIsCancelledOnce(boolean turns) throws Exception {
        var inCleanup = new CountDownLatch(1);
        var goesOn = new CountDownLatch(1);
        var first = executor.submit(() -> {
            try {
                await(new Gate<Void>());
            } finally {
                inCleanup.countDown();
                goesOn.await(); // holds the thread
                if (turns) executor.loop.budget.turnNext(); // what has come is taken before the round begins
            }
        });
        onExecutor(() -> null); // it has begun
        executor.loop.close(1);
        inCleanup.await();
        executor.loop.close(2);
        var late = executor.loop.spawn(new Gate<Void>());
        goesOn.countDown();
        assertThrows(CancellationException.class, late::join);
        assertEquals(1, late.task.cancels);
        assertThrows(CancellationException.class, first::join);
    }

    /// A body polls a scope by hand, and ends in the third round. Its child is found then, and its cleanup waits.
    @Test
    void aChildThatIsLeftBehindInTheThirdRoundIsCancelledOnce() throws Exception {
        var cancelled = new AtomicInteger();
        var rounds = new Semaphore(0);
        var scope = Scope.run(children -> {
            children.fork(() -> {
                while (true) {
                    try {
                        await(new Gate<Void>());
                    } catch (CancellationException e) {
                        cancelled.incrementAndGet();
                    }
                }
            });
        });
        Future<Void> byHand = cx -> {
            scope.poll(cx);
            return Poll.pending();
        };
        executor.submit(() -> {
            for (var round = 1; round <= 3; round++) {
                try {
                    await(round == 1 ? byHand : new Gate<Void>());
                } catch (CancellationException e) {
                    rounds.release();
                }
            }
        });
        onExecutor(() -> null); // it has begun
        for (var round = 1; round <= 3; round++) {
            executor.loop.close(round);
            rounds.acquire();
        }
        while (cancelled.get() == 0) Thread.onSpinWait();
        for (var i = 0; i < 10; i++) { // the executor looks again, each time that nothing is left to run
            var late = executor.loop.spawn(new Gate<Void>());
            assertThrows(CancellationException.class, late::join);
        }
        executor.loop.close(4); // abandons it
        executor.loop.thread.join();
        assertEquals(1, cancelled.get());
    }

    /// A future whose drop gives something back, and then throws.
    private static final class GivesBackAndThrows implements Future<Void> {
        final AtomicInteger drops = new AtomicInteger();

        @Override
        public Poll<Void> poll(Context cx) {
            return Poll.pending();
        }

        @Override
        public void drop() {
            drops.getAndIncrement();
            throw new IllegalStateException("after it was given back");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFutureWhoseDropThrowsIsDroppedOnceIfItsTaskIsAbandoned(boolean inATimeout) throws Exception {
        var f = new GivesBackAndThrows();
        var awaited = inATimeout ? Timer.timeout(Duration.ofHours(1), f) : f;
        var waiting = executor.submit(() -> await(awaited));
        onExecutor(() -> null); // it has begun
        try (var log = new TheLog()) {
            executor.loop.close(4); // abandons it
            executor.loop.thread.join();
            assertTrue(log.next().getMessage().startsWith("abandoned"));
        }
        assertThrows(CancellationException.class, waiting::join);
        assertEquals(1, f.drops.get());
    }

    /// It has not been cancelled before: no poll came between the first cancelling and the last.
    @Test
    void whatATimeoutOfAnAbandonedTaskWaitsForIsDroppedOnce() throws Exception {
        var gate = new Gate<String>();
        var hour = Duration.ofHours(1);
        var waiting = executor.submit(Timer.timeout(hour, Timer.timeout(hour, gate)));
        gate.waker();
        try (var log = new TheLog()) {
            executor.loop.close(4); // abandons it
            executor.loop.thread.join();
            assertTrue(log.next().getMessage().startsWith("abandoned"));
        }
        assertThrows(CancellationException.class, waiting::join);
        assertEquals(1, gate.drops.get());
    }

    @Test
    void theLogSaysWhereABodyThatIsAbandonedBeforeItsFirstPollBegins() throws Exception {
        try (var log = new TheLog()) {
            onExecutor(() -> {
                var _ = Executor.spawn(() -> {
                    await(new Gate<Void>());
                });
                executor.loop.close(4); // abandons it
                return null;
            });
            var message = log.next().getMessage();
            assertTrue(message.matches(".*: #\\d+, waits for its next turn, at ExecutorCloseTest.java:\\d+"), message);
        }
        executor.loop.thread.join();
    }

    /// As a spawn that has looked whether the executor is open, before it was closed.
    @Test
    void aFutureWhoseSpawnCameTooLateMayBeSpawnedOnAnotherExecutor() {
        executor.close();
        var f = async(() -> "spawned");
        assertThrows(RejectedExecutionException.class, () -> executor.loop.spawn(f));
        try (var other = arrangement.open("other")) {
            assertEquals("spawned", other.submit(f).join());
        }
    }

    @Test
    void ofTheTasksThatAreSpawnedDuringCloseEachThatBeganFinishesItsCleanup() throws Exception {
        for (var round = 0; round < 50; round++) {
            var began = new AtomicInteger();
            var cleanedUp = new AtomicInteger();
            var refusal = new AtomicReference<String>();
            var closing = arrangement.open("closing");
            var begun = new CountDownLatch(200);
            var spawner = Thread.ofPlatform().start(() -> {
                try {
                    for (;;) {
                        closing.submit(() -> {
                            began.incrementAndGet();
                            try {
                                await(new Gate<Void>());
                            } finally {
                                for (var i = 0; i < 3; i++) await(Async.yieldNow());
                                cleanedUp.incrementAndGet();
                            }
                        });
                        begun.countDown();
                    }
                } catch (RejectedExecutionException e) {
                    refusal.set(e.getMessage());
                }
            });
            begun.await();
            closing.close();
            spawner.join();
            assertEquals("executor closing is closed; spawn on one that is open", refusal.get());
            assertEquals(began.get(), cleanedUp.get());
        }
    }

    @Test
    void afterTheProcessWideExecutorWasClosedThereIsAnother() {
        var first = Executor.get();
        first.close();
        assertEquals("again", Executor.<String>blockOn(cx -> Poll.ready("again")));
        assertFalse(first == Executor.get());
    }

    /// A child whose shutdown hook needs its tasks.
    static final class Exits {
        public static void main(String[] args) {
            var executor = Arrangement.valueOf(args[0]).open("child");
            var gate = new Gate<String>();
            var waiting = executor.submit(gate);
            Consumer<String> hook = made -> {
                Executor.blockOn(Timer.sleep(Duration.ofMillis(5)));
                gate.open("woken in a hook");
                IO.println(waiting.join());
                IO.println(executor.submit(() -> {
                    await(Timer.sleep(Duration.ofMillis(5)));
                    return made;
                }).join());
                Future<Void> failing = cx -> {
                    throw new IllegalStateException("failed in a hook");
                };
                IO.println(assertThrows(CompletionException.class, executor.submit(failing)::join).getCause().getMessage());
                executor.close();
            };
            Runtime.getRuntime().addShutdownHook(new Thread(() -> hook.accept("spawned in a hook")));
            executor.submit(Timer.sleep(Duration.ofMillis(1))).join();
        }
    }

    @Test
    void aShutdownHookMayUseItsExecutor() throws Exception {
        try (var child = Child.start(Exits.class, arrangement.name())) {
            assertEquals("woken in a hook\nspawned in a hook\nfailed in a hook\n", child.end());
        }
    }

    /// A child that pulls the epoll descriptor from under its executor.
    static final class Breaks {
        public static void main(String[] args) throws Exception {
            var executor = Arrangement.valueOf(args[0]).open("child");
            var gate = new Gate<String>();
            var sleeping = executor.submit(gate);
            gate.waker();
            NothingIsLeft.open().forEach((fd, what) -> {
                if (what.contains("eventpoll")) Linux.close(fd);
            });
            executor.reactor().wakeup();
            IO.println(assertThrows(CompletionException.class, sleeping::join).getCause());
            IO.println("each came to its end: " + executor.close(Duration.ofSeconds(9)));
            IO.println(assertThrows(RejectedExecutionException.class, () -> executor.submit(new Gate<>())).getMessage());
            IO.println(executor.taskCount());
        }
    }

    @Test // R7
    void anExecutorThatFailsEndsItsTasksAndSaysWhy() throws Exception {
        try (var child = Child.start(Breaks.class, arrangement.name())) {
            assertEquals("""
                    java.util.concurrent.RejectedExecutionException: the executor failed
                    each came to its end: false
                    executor child is closed; spawn on one that is open
                    0
                    """, child.end());
            assertTrue(child.errors().contains("an executor failed: child") && child.errors().contains("EBADF"), child.errors());
        }
    }

    /// A child as [Breaks], with a task whose cleanup stands in the line of a mutex.
    static final class BreaksBesideALine {
        public static void main(String[] args) throws Exception {
            var executor = Arrangement.valueOf(args[0]).open("child");
            var descriptors = NothingIsLeft.open();
            try (var other = Executor.builder().name("other").build()) {
                var mutex = new trale.sync.Semaphore(1);
                var permit = other.submit(mutex.acquire()).join();
                var cleans = executor.submit(() -> {
                    try {
                        await(Timer.sleep(Duration.ofHours(1)));
                    } finally {
                        await(mutex.acquire());
                    }
                });
                executor.submit(_ -> Poll.ready(null)).join(); // it waits
                descriptors.forEach((fd, what) -> {
                    if (what.contains("eventpoll")) Linux.close(fd);
                });
                executor.reactor().wakeup();
                assertThrows(CompletionException.class, cleans::join);
                executor.close(Duration.ofSeconds(9));
                var next = other.submit(mutex.acquire());
                other.submit(_ -> Poll.ready(null)).join(); // it stands in the line
                permit.close();
                next.toCompletableFuture().get(10, TimeUnit.SECONDS).close();
                IO.println(mutex);
            }
        }
    }

    @Test // R7
    void theCleanupsOfAnExecutorThatFailsLeaveTheLinesTheyStandIn() throws Exception {
        try (var child = Child.start(BreaksBesideALine.class, arrangement.name())) {
            assertEquals("Semaphore[1 free, 0 wait]\n", child.end());
        }
    }
}
