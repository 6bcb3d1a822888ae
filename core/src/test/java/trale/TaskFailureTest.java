package trale;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static trale.Async.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import trale.support.Arrangement;
import trale.support.Child;
import trale.support.Futures;
import trale.support.Gate;
import trale.support.UnderBothArrangements;

/// What ends one task ends that task alone.
class TaskFailureTest extends UnderBothArrangements {

    @Test
    void aDropThatThrowsDoesNotHideTheCancellation() {
        for (var thrown : List.of(new IllegalStateException("from drop"), new AssertionError("from drop"))) {
            for (var handle : List.of(executor.submit(Futures.clinging(thrown)), executor.submit(() -> await(Futures.clinging(thrown))))) {
                settle();
                handle.cancel();
                var cancelled = assertThrows(CancellationException.class, handle::join);
                assertArrayEquals(new Throwable[] {thrown}, cancelled.getSuppressed());
            }
        }
    }

    @Test
    void anInterruptInOneTaskDoesNotReachTheNext() {
        executor.submit(cx -> {
            Thread.currentThread().interrupt();
            return Poll.ready(null);
        });
        assertFalse(onExecutor(() -> Thread.currentThread().isInterrupted()));
    }

    @Test
    void anInterruptedExecutorSleepsAndWakesAsBefore() throws Exception {
        var thread = onExecutor(Thread::currentThread);
        for (var i = 0; i < 100; i++) {
            var gate = new Gate<Integer>();
            var handle = executor.submit(gate);
            gate.waker();
            thread.interrupt();
            gate.open(i);
            assertEquals(i, handle.join());
        }
    }

    @Test
    void aPollThatReturnsNullSaysWhose() {
        var handle = executor.submit(new ReturnsNull());
        var failure = assertThrows(CompletionException.class, handle::join).getCause();
        assertEquals(
                "trale.TaskFailureTest$ReturnsNull.poll returned null; it must return Poll.ready or Poll.pending",
                failure.getMessage());
    }

    private static final class ReturnsNull implements Future<Void> {
        @Override
        public Poll<Void> poll(Context cx) {
            return null;
        }
    }

    @Test
    void aTaskMayCancelItself() {
        var self = new AtomicReference<JoinHandle<String>>();
        var reached = new ArrayList<String>();
        try (var _ = new Hold()) {
            self.set(executor.submit(() -> {
                self.get().cancel();
                reached.add("goes on to the next await that waits");
                await(new Gate<>());
                return "not reached";
            }));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        assertThrows(CancellationException.class, self.get()::join);
        assertEquals(1, reached.size());
    }

    @Test
    void aTaskThatCancelsItselfAndReturnsHasReturned() {
        var self = new AtomicReference<JoinHandle<String>>();
        try (var _ = new Hold()) {
            self.set(executor.submit(() -> {
                self.get().cancel();
                return "returned";
            }));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        assertEquals("returned", self.get().join());
    }

    /// A child with little memory, in which tasks run out of it.
    static final class RunsOut {
        public static void main(String[] args) {
            try (var executor = Arrangement.valueOf(args[0]).open("child")) {
                for (var i = 0; i < 3; i++) {
                    var hoard = executor.submit(new Hoard());
                    IO.println(assertThrows(CompletionException.class, hoard::join).getCause().getClass().getName());
                }
                IO.println(executor.submit(cx -> Poll.ready("goes on")).join());
            }
        }
    }

    private static final class Hoard implements Future<Void> {
        private final List<byte[]> all = new ArrayList<>();

        @Override
        public Poll<Void> poll(Context cx) {
            for (var size = 1 << 20;; all.add(new byte[size])) if (all.size() == 1 << 20) size >>= 1;
        }
    }

    @Test // R7
    void anExecutorOutlivesATaskThatRunsOutOfMemory() throws Exception {
        try (var child = Child.startWith("-Xmx32m", RunsOut.class, arrangement.name())) {
            assertEquals("java.lang.OutOfMemoryError\n".repeat(3) + "goes on\n", child.end());
        }
    }

    /// A child with no memory left, in which tasks are spawned and woken.
    static final class CannotSpawn {
        public static void main(String[] args) throws Exception {
            assertFalse(false); // loads it
            try (var executor = Arrangement.valueOf(args[0]).open("child")) {
                var begun = new CountDownLatch(1);
                var end = new CountDownLatch(1);
                executor.submit(cx -> {
                    begun.countDown();
                    end.await();
                    return Poll.ready(null);
                });
                begun.await();
                Future<Integer> ready = _ -> Poll.ready(1);
                var failed = 0;
                var all = new ArrayList<byte[]>(1 << 18);
                try {
                    for (var size = 1 << 20; size > 8; size /= 2) fill(all, size);
                    for (var round = 0; round < 10; round++) {
                        for (var i = 0; i < 10 + 10 * round && !all.isEmpty(); i++) all.removeLast();
                        try {
                            for (;;) executor.submit(ready);
                        } catch (OutOfMemoryError e) {
                            failed++;
                        }
                    }
                } finally {
                    all.clear();
                    end.countDown();
                }
                while (executor.taskCount() > 0) Thread.onSpinWait(); // until some have ended there is no memory for another
                executor.submit(ready).join();
                IO.println(failed + " of 10, left " + executor.taskCount());
            }
        }

        private static void fill(List<byte[]> all, int size) {
            try {
                for (;;) all.add(new byte[size]);
            } catch (OutOfMemoryError e) {
                assertFalse(all.isEmpty());
            }
        }
    }

    @Test // R4
    void aTaskForWhichThereIsNoMemoryIsNotCounted() throws Exception {
        try (var child = Child.startWith("-Xmx32m", CannotSpawn.class, arrangement.name())) {
            assertEquals("10 of 10, left 0\n", child.end());
        }
    }

    @Test // S12
    void blockingInATaskIsRefused_alsoForATaskOfAnotherExecutor() throws Exception {
        try (var other = arrangement.open("other")) {
            var gate = new Gate<String>();
            var handle = other.submit(gate);
            gate.waker();
            var join = onExecutor(() -> assertThrows(IllegalStateException.class, handle::join)).getMessage();
            assertEquals("join() inside a task would block the executor, this task included; use await(handle)", join);
            var blockOn = onExecutor(() -> assertThrows(IllegalStateException.class, () -> Executor.blockOn(gate))).getMessage();
            assertEquals("blockOn(future) inside a task would block the executor, this task included; use await(future)", blockOn);
            assertEquals(1, gate.polls.get());
            gate.open("done");
            assertEquals("done", handle.join());
        }
    }

    @Test
    void aNullFutureIsRefusedWhereItIsSpawned() {
        var refusal = assertThrows(NullPointerException.class, () -> executor.submit((Future<Void>) null));
        assertEquals("the future is null", refusal.getMessage());
    }

    private static Future<Integer> nested(int depth) {
        return Async.async(() -> depth == 0 ? 0 : await(nested(depth - 1)) + 1);
    }

    @Test
    void aChainOfTenThousandAwaitsFitsOnTheStack() {
        assertEquals(10_000, executor.submit(nested(10_000)).join());
    }

    @Test // S7
    void anExceptionOfAnyKindReachesTheJoinAsTheCauseAndTheAwaitAsItself() throws Exception {
        for (var thrown : List.of(new Exception("checked"), new IllegalArgumentException("unchecked"), new StackOverflowError("error"))) {
            var gate = new Gate<Void>();
            var failed = executor.submit(() -> {
                await(gate);
                if (thrown instanceof Error e) throw e;
                throw (Exception) thrown;
            });
            var caught = executor.submit(() -> {
                try {
                    return await(failed);
                } catch (Throwable t) {
                    return t;
                }
            });
            gate.waker();
            gate.open(null);
            assertSame(thrown, assertThrows(CompletionException.class, failed::join).getCause());
            assertSame(thrown, caught.join());
        }
        assertInstanceOf(String.class, onExecutor(() -> "the executor goes on"));
    }
}
