package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.await;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import trale.support.Optimized;
import trale.support.UnderBothArrangements;

/// Blocking.run: code that blocks, beside the executor.
@Optimized
class BlockingTest extends UnderBothArrangements {

    @Test
    void itRunsOnAVirtualThreadWhileTheExecutorGoesOn() {
        var release = new CountDownLatch(1);
        var handle = executor.submit(Blocking.run(() -> {
            release.await();
            return Thread.currentThread().isVirtual();
        }));
        settle();
        assertFalse(handle.isDone());
        release.countDown();
        assertTrue(handle.join());
    }

    @Test
    void nothingRunsBeforeTheFirstPoll() throws Exception {
        var ran = new CompletableFuture<Void>();
        var f = Blocking.run(() -> ran.complete(null));
        settle();
        assertFalse(ran.isDone());
        f.poll(Context.of(() -> {
            // the result is of no interest
        }));
        ran.get();
    }

    @Test
    void whatItThrowsIsTheSameObject() {
        for (var thrown : new Throwable[] {new IOException("disk"), new AssertionError("bug"), new Throwable("neither")}) {
            var handle = executor.submit(Blocking.run(() -> {
                JoinHandle.<Exception>rethrow(thrown);
                return null;
            }));
            assertSame(thrown, assertThrows(CompletionException.class, handle::join).getCause());
        }
    }

    @Test
    void cancellingInterruptsIt() throws Exception {
        var begun = new CountDownLatch(1);
        var interrupted = new CompletableFuture<Boolean>();
        var handle = executor.submit(() -> await(Blocking.run(() -> {
            begun.countDown();
            try {
                new CountDownLatch(1).await();
                return interrupted.complete(false);
            } catch (InterruptedException e) {
                return interrupted.complete(true);
            }
        })));
        begun.await();
        handle.cancel();
        assertThrows(CancellationException.class, handle::join);
        assertTrue(interrupted.get());
    }

    @Test
    void manyAtOnceAllReturn() {
        var handles = new java.util.ArrayList<JoinHandle<Integer>>();
        for (var i = 0; i < 1000; i++) {
            var n = i;
            handles.add(executor.submit(Blocking.run(() -> n)));
        }
        for (var i = 0; i < 1000; i++) assertEquals(i, handles.get(i).join());
    }

    /// A driver, or a look-up of a name, may ignore the interrupt.
    @Test
    void aBodyThatRunsOnAfterItWasGivenUpDoesNotKeepTheTask() throws Exception {
        var release = new CountDownLatch(1);
        var task = new WeakReference<>(givenUp(release));
        while (task.get() != null) System.gc(); // the test's limit ends this
        release.countDown();
    }

    private Object givenUp(CountDownLatch release) throws Exception {
        var begun = new CountDownLatch(1);
        var handle = executor.submit(() -> await(Blocking.run(() -> {
            begun.countDown();
            for (;;) {
                try {
                    release.await();
                    return true;
                } catch (InterruptedException e) {
                    // goes on
                }
            }
        })));
        begun.await();
        handle.cancel();
        assertThrows(CancellationException.class, handle::join);
        return handle.task;
    }
}
