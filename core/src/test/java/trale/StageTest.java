package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.await;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import trale.support.Gate;
import trale.support.NeedsLinux;
import trale.support.UnderBothArrangements;
import trale.time.Timer;

/// Stages as futures.
class StageTest extends UnderBothArrangements {

    @Test // M2
    void aTaskThatAwaitsItsOwnCompletableFutureIsRefused() throws Exception {
        var self = new CompletableFuture<JoinHandle<Void>>();
        var task = executor.submit(() -> {
            await(await(self).toCompletableFuture());
        });
        self.complete(task);
        var refused = assertThrows(CompletionException.class, task::join).getCause();
        assertInstanceOf(IllegalStateException.class, refused);
        assertTrue(refused.getMessage().startsWith("a task awaits its own handle"), refused.getMessage());
    }

    @Test
    void aStageThatIsCompleteIsReadyAtOnce() {
        assertEquals("value", executor.submit(() -> await(CompletableFuture.completedStage("value"))).join());
        assertEquals("value", executor.submit(Future.from(CompletableFuture.completedFuture("value"))).join());
    }

    @Test
    void aStageThatAnotherThreadCompletesWakesTheTask() throws Exception {
        for (var i = 0; i < 2_000; i++) {
            var stage = new CompletableFuture<Integer>();
            var handle = executor.submit(() -> await(stage));
            if (i % 2 == 0) settle();
            var value = i;
            ForkJoinPool.commonPool().execute(() -> stage.complete(value));
            assertEquals(i, handle.join());
        }
    }

    @Test
    void aFailureIsTheStagesOwnWithThePlaceWhereItWasAwaited() {
        var failure = new IOException("disk");
        var stage = CompletableFuture.failedStage(failure).thenApply(v -> v); // wraps it in a CompletionException
        var handle = executor.submit(() -> {
            await(stage);
        });
        assertSame(failure, assertThrows(CompletionException.class, handle::join).getCause());
        var awaited = assertInstanceOf(JoinHandle.AwaitedHere.class, failure.getSuppressed()[0]);
        var here = java.util.Arrays.stream(awaited.getStackTrace()).filter(f -> "StageTest.java".equals(f.getFileName())).findFirst();
        assertTrue(here.isPresent());
        assertNotNull(assertThrows(NullPointerException.class, () -> Future.from(null)).getMessage());
    }

    @Test
    void cancellingTheTaskCancelsTheStage() throws Exception {
        var stage = new CompletableFuture<Void>();
        var handle = executor.submit(() -> {
            await(stage);
        });
        settle();
        handle.cancel();
        assertThrows(CancellationException.class, handle::join);
        assertTrue(stage.isCancelled());
    }

    @Test
    void aTimeOutCancelsTheStage() {
        var stage = new CompletableFuture<Void>();
        var handle = executor.submit(Timer.timeout(Duration.ofMillis(5), Future.from(stage)));
        assertInstanceOf(TimeoutException.class, assertThrows(CompletionException.class, handle::join).getCause());
        assertTrue(stage.isCancelled());
    }

    @Test
    void aStageThatIsCancelledFailsTheAwait() {
        var stage = new CompletableFuture<Void>();
        var handle = executor.submit(() -> {
            try {
                await(stage);
                return "value";
            } catch (CancellationException e) {
                return "cancelled, " + Async.isCancelled();
            }
        });
        settle();
        stage.cancel(true);
        assertEquals("cancelled, false", handle.join());
    }

    /// Of the completion and the cancellation one comes first: the value, or the exception with the stage cancelled or complete.
    @Test
    void aStageThatIsCompletedWhileItsTaskIsCancelledEndsTheTaskOnce() throws Exception {
        var values = 0;
        for (var i = 0; i < 5_000; i++) {
            var stage = new CompletableFuture<String>();
            var handle = executor.submit(() -> await(stage));
            if (i % 2 == 0) settle();
            var ready = new CountDownLatch(1);
            var completing = ForkJoinPool.commonPool().submit(() -> {
                ready.countDown();
                return stage.complete("value");
            });
            ready.await();
            for (var spin = i % 50; spin > 0; spin--) Thread.onSpinWait();
            handle.cancel();
            var completed = completing.get();
            try {
                assertEquals("value", handle.join());
                assertTrue(completed);
                values++;
            } catch (CancellationException e) {
                assertTrue(completed || stage.isCancelled());
            }
        }
        assertTrue(values < 5_000);
    }

    @Test
    void aStageThatCannotBeCancelledDoesNotKeepTheTask() throws Exception {
        var stage = new CompletableFuture<Void>();
        var task = new WeakReference<>(waitAndCancel(stage));
        while (task.get() != null) System.gc(); // the test's limit ends this
        assertFalse(stage.isDone());
    }

    private Object waitAndCancel(CompletableFuture<Void> stage) {
        var handle = executor.submit(Future.from(stage.minimalCompletionStage()));
        settle();
        handle.cancel();
        assertThrows(CancellationException.class, handle::join);
        return handle.task;
    }

    @Test
    void cancellingTheCompletableFutureOfATaskCancelsTheTask() throws Exception {
        var gate = new Gate<String>();
        var handle = executor.submit(gate);
        gate.waker();
        var future = handle.toCompletableFuture();
        assertTrue(future.cancel(true));
        assertEquals("its CompletableFuture was cancelled", assertThrows(CancellationException.class, handle::join).getMessage());
        assertEquals(1, gate.drops.get());
    }

    /// As it does of any CompletableFuture. A second cancellation of the task would break its cleanup off.
    @Test
    void aSecondCancelOfATasksCompletableFutureDoesNothing() {
        var gate = new Gate<String>();
        var cleanup = new Gate<String>();
        var handle = executor.submit(() -> {
            try {
                return await(gate);
            } catch (CancellationException e) {
                return await(cleanup);
            }
        });
        gate.waker();
        var future = handle.toCompletableFuture();
        assertTrue(future.cancel(true));
        cleanup.waker();
        assertTrue(future.cancel(true));
        settle();
        cleanup.open("cleaned up");
        assertEquals("cleaned up", handle.join());
    }

    /// The CompletableFuture runs its dependents, the latest first, and has not come to the one of its task.
    @Test
    @NeedsLinux(NeedsLinux.THREADS)
    void aFailureThatACompleteCompletableFutureDoesNotTakeIsUnseen() {
        var gate = new Gate<Void>();
        JoinHandle<Void> handle = executor.submit(() -> {
            await(gate);
            throw new IOException("disk");
        });
        gate.waker();
        var future = handle.toCompletableFuture();
        future.thenRun(() -> {
            gate.open(null);
            while (!handle.isDone()) Thread.onSpinWait();
            settle();
        });
        future.complete(null);
        assertFalse(handle.task.isSeen());
        assertThrows(CompletionException.class, handle::join);
    }

    @Test
    void aCompletableFutureThatOtherCodeHasCompletedIsForgottenByItsTask() {
        var gate = new Gate<String>();
        var handle = executor.submit(gate);
        gate.waker();
        var complete = new WeakReference<>(completed(handle));
        while (complete.get() != null) System.gc(); // the test's limit ends this
        gate.open("done");
        assertEquals("done", handle.join());
    }

    private static Object completed(JoinHandle<String> handle) {
        var future = handle.toCompletableFuture();
        future.complete("by hand");
        return future;
    }
}
