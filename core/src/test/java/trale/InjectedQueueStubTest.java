package trale;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import trale.support.Optimized;

/// The orders of steps are tried by the model `closing`; this is the one of its states that takeUnlessEmpty once took for an empty queue.
@Timeout(value = 30, unit = SECONDS)
@Optimized
class InjectedQueueStubTest {

    /// Thread B has exchanged the tail, and has not linked its task b behind a yet. take, which had seen a as the last, has put the stub
    /// behind b.
    @Test
    void takeUnlessEmptyWaitsForAnAddBetweenItsStepsAlsoIfTheStubIsTheTail() throws Exception {
        try (var executor = Executor.builder().build()) {
            var queue = new InjectedQueue();
            var a = new Task<Integer>(executor.loop, _ -> Poll.pending());
            var b = new Task<Integer>(executor.loop, _ -> Poll.pending());
            set(queue, "head", a);
            b.nextInjected = (InjectedQueue.Node) get(queue, "stub");

            assertNull(queue.take(), "b is not linked: nothing can be taken");
            assertTrue(queue.isEmpty(), "the executor's thread would look again and again instead of sleeping");
            var taken = new FutureTask<>(queue::takeUnlessEmpty);
            var thread = Thread.ofPlatform().daemon().start(taken);
            while (thread.isAlive() && Arrays.stream(thread.getStackTrace()).noneMatch(f -> f.getMethodName().equals("takeUnlessEmpty")))
                Thread.onSpinWait();
            a.nextInjected = b;
            assertSame(a, taken.get());
            assertSame(b, queue.takeUnlessEmpty());
            assertNull(queue.takeUnlessEmpty());
            assertTrue(queue.isEmpty());
        }
    }

    private static Object get(InjectedQueue queue, String field) throws Exception {
        var f = InjectedQueue.class.getDeclaredField(field);
        f.setAccessible(true);
        return f.get(queue);
    }

    private static void set(InjectedQueue queue, String field, Object value) throws Exception {
        var f = InjectedQueue.class.getDeclaredField(field);
        f.setAccessible(true);
        f.set(queue, value);
    }
}
