package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static trale.Async.async;
import static trale.Async.await;

import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import trale.internal.Cancellation;
import trale.support.Gate;
import trale.support.UnderBothArrangements;
import trale.time.Timer;

/// What a task meets that waits while the heap is full: its innermost await throws OutOfMemoryError. [OutOfMemoryTest] has the full heaps.
class FullHeapTest extends UnderBothArrangements {
    private final OutOfMemoryError noMemory = new OutOfMemoryError("of the test");

    /// Has the task fail as an executor does whose heap is full.
    private void fail(JoinHandle<?> handle) {
        settle();
        onExecutor(() -> {
            executor.loop.fullHeap.fail(handle.task, new Cancellation(null, null, noMemory), noMemory);
            return null;
        });
        settle();
    }

    private void assertFails(JoinHandle<?> handle) {
        assertSame(noMemory, assertThrows(CompletionException.class, handle::join).getCause());
        assertEquals(0, executor.taskCount());
    }

    @Test // R20
    void aBodyFailsAtItsInnermostAwaitAndIsToldOnce() {
        var gate = new Gate<Integer>();
        var cleanup = new Gate<Integer>();
        var handle = executor.submit(() -> {
            try {
                return await(async(() -> await(gate)));
            } finally {
                await(cleanup);
            }
        });
        fail(handle);
        assertEquals(1, gate.drops.get());
        assertFalse(handle.isDone());
        cleanup.open(1);
        assertFails(handle);
    }

    @Test
    void aBodyThatCatchesItGoesOn() {
        var lost = new Gate<Integer>();
        var next = new Gate<Integer>();
        var handle = executor.submit(() -> {
            try {
                return await(Timer.timeout(Duration.ofDays(1), lost));
            } catch (OutOfMemoryError e) {
                return await(next);
            }
        });
        fail(handle);
        assertEquals(1, lost.drops.get());
        next.open(2);
        assertEquals(2, handle.join());
    }

    @Test
    void aBodyThatCatchesItAndGoesOnIsTimedOutAllTheSame() {
        var handle = executor.submit(() -> {
            try {
                return await(Timer.timeout(Duration.ofSeconds(1), async(() -> {
                    try {
                        return await(new Gate<Integer>());
                    } catch (OutOfMemoryError e) {
                        return await(new Gate<Integer>());
                    }
                })));
            } catch (TimeoutException e) {
                return 3;
            }
        });
        fail(handle);
        assertEquals(3, handle.join());
    }

    @Test // R20
    void theBodyOfAScopeThatCatchesItKeepsItsChildrenAndMayForkMore() {
        var lost = new Gate<Integer>();
        var first = new Gate<Integer>();
        var handle = executor.submit(Scope.call(scope -> {
            var older = scope.fork(first);
            try {
                return await(lost);
            } catch (OutOfMemoryError e) {
                var younger = scope.fork(() -> 1);
                return await(older) + await(younger);
            }
        }));
        fail(handle);
        first.open(40);
        assertEquals(41, handle.join());
    }

    @Test
    void theBodyOfAScopeThatDoesNotCatchItEndsTheScope() {
        var child = new Gate<Integer>();
        var handle = executor.submit(Scope.call(scope -> {
            scope.fork(child);
            return await(new Gate<Integer>());
        }));
        fail(handle);
        assertFails(handle);
        assertEquals(1, child.drops.get());
    }

    @Test // R20
    void aTaskThatWaitsForItsChildrenAloneGoesOn() {
        var gates = new Gate<?>[] {new Gate<Integer>(), new Gate<Integer>()};
        var all = executor.submit(Future.all(gates));
        fail(all);
        for (var gate : gates) gate.open(null);
        assertEquals(2, all.join().size());
    }

    /// A future that wakes its own task when it is dropped.
    private static final class WakesInCleanup implements Future<Void> {
        private Waker waker;

        @Override
        public Poll<Void> poll(Context cx) {
            waker = cx.waker();
            return Poll.pending();
        }

        @Override
        public void drop() {
            waker.wake();
        }
    }

    @Test
    void aTaskOfALeafIsNotPolledAgainThoughItsCleanupWakesIt() {
        var handle = executor.submit(new WakesInCleanup());
        fail(handle);
        assertFails(handle);
    }
}
