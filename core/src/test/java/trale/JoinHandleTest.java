package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.await;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import trale.support.Arrangement;
import trale.support.Child;
import trale.support.Gate;
import trale.support.Optimized;
import trale.support.TheLog;
import trale.support.UnderBothArrangements;

/// The waiters of a task: that they are woken, forgotten when they give up, and told of a failure.
@Optimized
class JoinHandleTest extends UnderBothArrangements {
    private final Gate<String> gate = new Gate<>();

    /// A task that has been polled once, and waits for the gate.
    private JoinHandle<String> waiting() throws InterruptedException {
        var handle = executor.submit(gate);
        gate.waker();
        return handle;
    }

    /// Awaits the handle for one poll, and then gives it up.
    private static Future<Boolean> impatient(JoinHandle<?> handle) {
        return cx -> {
            var ready = handle.poll(cx) instanceof Poll.Ready;
            handle.drop();
            return Poll.ready(ready);
        };
    }

    /// A snapshot makes the reference from a task to its waker weak.
    @Test
    void aTaskThatGivesUpWaitingLeavesNothingWithTheOther_alsoAfterASnapshot() throws Exception {
        var other = executor.submit(new Gate<Void>());
        var waiting = executor.submit(other);
        settle();
        executor.snapshot();
        var task = new WeakReference<>(waiting.task);
        waiting.cancel();
        assertThrows(CancellationException.class, waiting::join);
        waiting = null;
        settle();
        for (var i = 0; i < 100 && task.get() != null; i++) System.gc();
        assertNull(task.get(), "the other task keeps its waker");
        other.cancel();
        assertThrows(CancellationException.class, other::join);
    }

    @Test
    void aTaskForgetsTheWaiterThatGaveUpItsHandle() throws Exception {
        var handle = waiting();
        var patient = executor.submit(() -> await(handle));
        var wakers = new ArrayList<WeakReference<Waker>>();
        for (var i = 0; i < 100; i++) {
            executor.submit(cx -> {
                wakers.add(new WeakReference<>(cx.waker()));
                return impatient(handle).poll(cx);
            }).join();
        }
        settle();
        while (wakers.stream().anyMatch(w -> w.get() != null)) System.gc();
        gate.open("done");
        assertEquals("done", patient.join());
    }

    @Test
    void aTaskForgetsTheWaiterThatWasCancelled() throws Exception {
        var handle = waiting();
        var waker = new ArrayList<WeakReference<Waker>>();
        var awaiting = executor.submit(() -> {
            await(cx -> Poll.ready(waker.add(new WeakReference<>(cx.waker()))));
            return await(handle);
        });
        settle();
        awaiting.cancel();
        assertThrows(CancellationException.class, awaiting::join);
        awaiting = null;
        settle();
        while (waker.getFirst().get() != null) System.gc();
        gate.open("done");
        assertEquals("done", handle.join());
    }

    @Test
    void givingUpOneOfTwoAwaitsOfAHandleKeepsTheOther() throws Exception {
        var handle = waiting();
        var polls = new AtomicInteger();
        var twice = executor.submit(cx -> {
            if (polls.incrementAndGet() == 1) {
                assertInstanceOf(Poll.Pending.class, handle.poll(cx));
                handle.drop(); // as a time-out does with the one that it holds
                return Poll.pending();
            }
            return handle.poll(cx);
        });
        settle();
        gate.open("done");
        assertEquals("done", twice.join());
    }

    @Test
    void givingUpAHandleThatIsNotAwaitedDisturbsNoWaitingTask() throws Exception {
        var handle = waiting();
        var patient = executor.submit(() -> await(handle));
        settle();
        handle.drop(); // on no task's thread
        onExecutor(() -> {
            handle.drop();
            return null;
        });
        gate.open("done");
        assertEquals("done", patient.join());
    }

    @Test
    void aHundredThousandAwaitOneHandleInLinearTime() throws Exception {
        var handle = waiting();
        var all = new ArrayList<JoinHandle<String>>();
        for (var i = 0; i < 200_000; i++) all.add(executor.submit(() -> await(handle)));
        settle();
        gate.open("done");
        for (var one : all) assertEquals("done", one.join());
    }

    @Test
    void theAwaitingAreWokenInTheOrderInWhichTheyCame() throws Exception {
        var handle = waiting();
        var order = new ArrayList<Integer>();
        var all = new ArrayList<JoinHandle<Void>>();
        for (var i = 0; i < 50; i++) {
            var number = i;
            all.add(executor.submit(() -> {
                await(handle);
                order.add(number);
            }));
        }
        settle();
        gate.open("done");
        all.forEach(JoinHandle::join);
        for (var i = 0; i < 50; i++) assertEquals(i, order.get(i));
    }

    @Test // R5
    void aWakerThatThrowsIsLoggedAndHarmsNoOther() throws Exception {
        var handle = waiting();
        try (var log = new TheLog()) {
            var thrown = new IllegalStateException("from the waker");
            Waker bad = () -> {
                throw thrown;
            };
            onExecutor(() -> handle.poll(Context.of(bad)));
            var patient = executor.submit(() -> await(handle));
            settle();
            gate.open("done");
            assertEquals("done", patient.join());
            assertSame(thrown, log.next().getThrown());
        }
    }

    @Test
    void aTaskOfAnotherExecutorMayAwaitAHandle() throws Exception {
        try (var other = arrangement.open("other")) {
            var handle = waiting();
            var there = other.submit(() -> await(handle));
            gate.open("done");
            assertEquals("done", there.join());
        }
    }

    @Test
    void anAwaitOfAFailedTaskThrowsTheSameExceptionWithAMarkOfThePlace() {
        var thrown = new IOException("disk");
        var failed = executor.submit(cx -> {
            throw thrown;
        });
        for (var i = 1; i <= 2; i++) {
            var awaiting = executor.submit(() -> await(failed));
            assertSame(thrown, assertThrows(CompletionException.class, awaiting::join).getCause());
            assertEquals(i, thrown.getSuppressed().length);
            var mark = assertInstanceOf(JoinHandle.AwaitedHere.class, thrown.getSuppressed()[i - 1]);
            assertTrue(List.of(mark.getStackTrace()).toString().contains("JoinHandleTest.java:"),
                    () -> List.of(mark.getStackTrace()).toString());
        }
    }

    @Test
    void awaitingAFailedTaskOverAndOverDoesNotPileUpMarks() {
        var thrown = new IOException("disk");
        var failed = executor.submit(cx -> {
            throw thrown;
        });
        for (var i = 0; i < 1000; i++) {
            var awaiting = executor.submit(() -> await(failed));
            assertSame(thrown, assertThrows(CompletionException.class, awaiting::join).getCause());
        }
        assertTrue(thrown.getSuppressed().length <= 16, () -> thrown.getSuppressed().length + " marks");
    }

    @Test
    void aFailureThatIsNotLookedAtIsLoggedOnce() throws Exception {
        try (var log = new TheLog()) {
            var report = log.expect(List.of(failUnseen()));
            assertEquals(Level.SEVERE, report.getLevel());
            assertTrue(report.getMessage().contains("neither joined nor awaited"), report.getMessage());
            log.expect(List.of(failUnseen())); // and not the first once more
        }
    }

    @Test
    void aFailureThatIsLookedAtAndACancellationAreNotLogged() throws Exception {
        try (var log = new TheLog()) {
            assertThrows(CompletionException.class, failing("joined")::join);
            var awaited = failing("awaited");
            assertThrows(CompletionException.class, executor.submit(() -> await(awaited))::join);
            assertThrows(CompletionException.class, failing("a CompletableFuture").toCompletableFuture()::join);
            executor.submit(new Gate<>()).cancel();
            log.expect(List.of(failUnseen()));
            log.expect(List.of(failUnseen()));
        }
    }

    @Test
    void anExceptionWhoseToStringThrowsIsTheCauseAllTheSame() {
        @SuppressWarnings("serial")
        final class Hostile extends RuntimeException {
            @Override
            public String toString() {
                throw new IllegalStateException("toString threw");
            }
        }
        var thrown = new Hostile();
        var failed = executor.submit(cx -> {
            throw thrown;
        });
        assertSame(thrown, assertThrows(CompletionException.class, failed::join).getCause());
    }

    private JoinHandle<String> failing(String message) {
        return executor.submit(cx -> {
            throw new IllegalStateException(message);
        });
    }

    /// A child that ends before a failure was seen, and before it is garbage.
    static final class Ends {
        static void main(String[] args) {
            if (args[1].equals("after logging")) Logger.getLogger("child").info("has hooks of its own from now on");
            var executor = Arrangement.valueOf(args[0]).open("child");
            JoinHandle<String> kept = executor.submit(cx -> {
                throw new IllegalStateException("the unseen failure");
            });
            executor.submit(cx -> Poll.ready(null)).join(); // or close() would cancel it
            executor.close();
            assertTrue(kept.isDone());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"at first", "after logging"})
    void aFailureThatWasNotLookedAtIsPrintedWhenTheJvmExits(String logging) throws Exception {
        try (var child = Child.start(Ends.class, arrangement.name(), logging)) {
            child.end();
            var reports = child.errors().lines().filter(l -> l.contains("the unseen failure")).count();
            assertEquals(1, reports, child.errors());
        }
    }

    /// A failure that knows its own task, by way of what has a handle of it.
    private static final class KnowsItsTask extends Exception {
        private static final long serialVersionUID = 1;
        transient JoinHandle<Void> task;
    }

    private WeakReference<KnowsItsTask> failKnowingItsTask(boolean joined) {
        var failure = new KnowsItsTask();
        failure.task = executor.submit(cx -> {
            throw failure;
        });
        settle();
        if (joined) assertThrows(CompletionException.class, failure.task::join);
        return new WeakReference<>(failure);
    }

    @Test
    void aFailureThatKnowsItsTaskIsGarbageOnceItWasLookedAt() {
        var failure = failKnowingItsTask(true);
        while (failure.get() != null) {
            assertThrows(CompletionException.class, failing("the JVM may keep the last exception of a thread")::join);
            System.gc();
        }
    }

    @Test
    void aFailureThatKnowsItsTaskIsLoggedAndForgottenWhenAThousandHaveFollowed() throws Exception {
        try (var log = new TheLog()) {
            var failure = failKnowingItsTask(false);
            var others = new ArrayList<JoinHandle<String>>();
            for (var i = 0; i < 1000; i++) others.add(failing("looked at"));
            assertInstanceOf(KnowsItsTask.class, log.next().getThrown());
            for (var other : others) assertThrows(CompletionException.class, other::join);
            while (failure.get() != null) {
                assertThrows(CompletionException.class, failing("the JVM may keep the last exception of a thread")::join);
                System.gc();
            }
            assertEquals(List.of(), log.rest());
        }
    }

    @Test
    void joinInterruptedGoesOnAndKeepsTheFlag() throws Exception {
        var handle = waiting();
        var result = new ArrayList<Object>();
        var joining = new Thread(() -> {
            result.add(handle.join());
            result.add(Thread.currentThread().isInterrupted());
        });
        joining.start();
        joining.interrupt();
        while (joining.getState() != Thread.State.WAITING) Thread.onSpinWait();
        assertFalse(handle.isDone());
        gate.open("done");
        joining.join();
        assertEquals(List.of("done", true), result);
    }

    @Test
    void aHandleKeepsTheResultAndNotTheWork() throws Exception {
        var work = new ArrayList<WeakReference<Object>>();
        var handle = executor.submit(ofSomeWork(work));
        assertNull(handle.join());
        settle();
        while (work.getFirst().get() != null) System.gc();
        assertTrue(handle.isDone());
    }

    private static Future<Void> ofSomeWork(List<WeakReference<Object>> work) {
        var big = new byte[1000];
        work.add(new WeakReference<>(big));
        return cx -> {
            big[0]++;
            return Poll.ready(null);
        };
    }
}
