package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.async;
import static trale.Async.await;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import trale.internal.Cancellation;
import trale.support.Optimized;

/// What a compiled body is at run time: polled, finished, cancelled, dropped, seen in stack traces.
@Timeout(value = 60, unit = TimeUnit.SECONDS)
@Optimized
class StateMachineTest {
    private final Context cx = Context.of(() -> {});
    private final List<String> log = new ArrayList<>();

    /// Pending until it is opened.
    private final class Gate implements Future<String> {
        boolean open;
        int dropped;
        int polled;

        @Override
        public Poll<String> poll(Context cx) {
            polled++;
            return open ? Poll.ready("open") : Poll.pending();
        }

        @Override
        public void drop() {
            dropped++;
        }
    }

    private final Gate gate = new Gate();
    private final Gate second = new Gate();

    private static <T> T value(Poll<T> poll) {
        return assertInstanceOf(Poll.Ready.class, poll) instanceof Poll.Ready<?> r ? cast(r.value()) : null;
    }

    @SuppressWarnings("unchecked")
    private static <T> T cast(Object o) {
        return (T) o;
    }

    private void assertPending(Future<?> f) throws Exception {
        assertSame(Poll.pending(), f.poll(cx));
    }

    @Test
    void nothingRunsBeforeTheFirstPoll() throws Exception {
        var f = async(() -> log.add("ran"));
        assertEquals(List.of(), log);
        assertEquals(true, value(f.poll(cx)));
    }

    @Test
    void aSpuriousPollIsHarmless() throws Exception {
        var f = async(() -> "gate is " + await(gate));
        for (var i = 0; i < 5; i++) assertPending(f);
        gate.open = true;
        assertEquals("gate is open", value(f.poll(cx)));
    }

    @Test // J17
    void aPollAfterItsEndIsRefused() throws Exception {
        var f = async(() -> 1);
        f.poll(cx);
        var e = assertThrows(IllegalStateException.class, () -> f.poll(cx));
        assertTrue(e.getMessage().matches("polled after its end: "
                + "async body trale\\.StateMachineTest\\.aPollAfterItsEndIsRefused\\(StateMachineTest\\.java:\\d+\\) finished\\. "
                + "A future has one value: await it once, or await the JoinHandle of its task, which may be awaited often"), e::getMessage);
    }

    @Test // J17
    void aPollAfterItFailedIsRefused() throws Exception {
        var f = async(() -> {
            throw new IOException("once");
        });
        assertThrows(IOException.class, () -> f.poll(cx));
        assertThrows(IllegalStateException.class, () -> f.poll(cx));
        assertThrows(IllegalStateException.class, () -> f.poll(cx));
    }

    @Test
    void polledFromWithinItsOwnPollIsRefused() throws Exception {
        var self = new ArrayList<Future<Object>>();
        self.add(async(() -> assertThrows(IllegalStateException.class, () -> self.getFirst().poll(cx)).getMessage()));
        assertTrue(((String) value(self.getFirst().poll(cx))).startsWith("polled from within its own poll: async body "));
    }

    @Test // J18
    void threadsThatUseALambdaFirstAtTheSameTimeGetTheSameClass() throws Exception {
        var sources = Sources.compile("Main", """
                class Main {
                    static trale.Async.Body<Integer> body() { return () -> \
                            trale.Async.await((trale.Future<Integer>) cx -> trale.Poll.ready(5)); }
                }
                """);
        for (var round = 0; round < 20; round++) {
            @SuppressWarnings("unchecked")
            var body = (Async.Body<Integer>) call(sources.again()); // a class of its own, which no thread has used yet
            var barrier = new CyclicBarrier(4);
            var tasks = new ArrayList<FutureTask<Class<?>>>();
            for (var i = 0; i < 4; i++) {
                tasks.add(new FutureTask<>(() -> {
                    barrier.await();
                    var f = async(body);
                    assertEquals(5, value(f.poll(Context.of(() -> {}))));
                    return f.getClass();
                }));
                new Thread(tasks.get(i)).start();
            }
            for (var t : tasks) assertSame(tasks.getFirst().get(), t.get());
        }
    }

    private static Object call(Sources sources) {
        try {
            return sources.call("Main", "body");
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @Test // J19
    void aBodyWithoutDebugTablesWorks() throws Exception {
        var text = """
                import static trale.Async.*;
                class Main {
                    static Body<String> body() { return () -> {
                        var s = "a";
                        for (int i = 0; i < 3; i++) s += await((trale.Future<Integer>) cx -> trale.Poll.ready(5)) + i;
                        return s;
                    }; }
                }
                """;
        for (var option : List.of("-g:none", "-g")) {
            @SuppressWarnings("unchecked")
            var body = (Async.Body<String>) call(Sources.compile("Main", text, option));
            var f = async(body);
            assertEquals("a567", value(f.poll(cx)));
            assertTrue(f.toString().startsWith("async body Main.body("), f::toString);
        }
    }

    @Test // J20
    void bodiesOfTheSameNameInTwoClassLoadersAreTwo() throws Exception {
        for (var n = 1; n <= 2; n++) {
            @SuppressWarnings("unchecked")
            var body = (Async.Body<Integer>) call(Sources.compile("Main",
                    "class Main { static trale.Async.Body<Integer> body() { return () -> " + n + "; } }"));
            assertEquals(n, value(async(body).poll(cx)));
        }
    }

    @Test // J21
    void aVariableThatIsNotReadAgainDoesNotKeepItsObject() throws Exception {
        var seen = new ArrayList<WeakReference<Object>>();
        var captured = new Object[] {new Object()};
        seen.add(new WeakReference<>(captured[0]));
        var f = forgetful(captured, seen);
        assertPending(f);
        for (var i = 0; i < seen.size(); i++) assertCollected(seen.get(i), "variable " + i);
        gate.open = true;
        assertEquals("kept", value(f.poll(cx)));
    }

    private Future<String> forgetful(Object[] box, List<WeakReference<Object>> seen) {
        return async(() -> {
            var taken = box[0];
            box[0] = null;
            var local = new Object();
            seen.add(new WeakReference<>(taken));
            seen.add(new WeakReference<>(local));
            var kept = "kept";
            local.hashCode();
            for (var inLoop : List.of(new Object())) seen.add(new WeakReference<>(inLoop));
            await(gate);
            return kept;
        });
    }

    private static void assertCollected(WeakReference<?> ref, String what) throws Exception {
        for (var i = 0; i < 100 && ref.get() != null; i++) {
            System.gc();
            Thread.onSpinWait();
        }
        assertNull(ref.get(), what);
    }

    @Test // J22
    void anExceptionThreeAwaitsDeepShowsTheThreeLines() {
        var e = assertThrows(IOException.class, () -> outer().poll(cx));
        var lines = Arrays.stream(e.getStackTrace())
                .filter(s -> s.getClassName().startsWith("trale.StateMachineTest$async$"))
                .map(StackTraceElement::getLineNumber)
                .toList();
        int first = lines.getFirst();
        assertEquals(List.of(first, first + 4, first + 8), lines);
        assertEquals("StateMachineTest.java", e.getStackTrace()[0].getFileName());
    }

    private Future<Integer> inner() {
        return async(() -> { throw new IOException("deep"); });
    }

    private Future<Integer> middle() {
        return async(() -> 1 + await(inner()));
    }

    private Future<Integer> outer() {
        return async(() -> 2 + await(middle()));
    }

    @Test // J22
    void aNullPointerExceptionKeepsItsHelpfulMessage() throws Exception {
        var f = async(() -> {
            String name = null;
            await(gate);
            return name.length();
        });
        assertPending(f);
        gate.open = true;
        assertEquals("Cannot invoke \"String.length()\" because \"name\" is null",
                assertThrows(NullPointerException.class, () -> f.poll(cx)).getMessage());
    }

    @Test
    void awaitOfNullSaysSoAtItsLine() {
        var f = async(() -> await((Future<?>) null));
        assertEquals("await of null: there is no future to wait for",
                assertThrows(NullPointerException.class, () -> f.poll(cx)).getMessage());
    }

    @Test
    void aFutureWhosePollReturnsNullIsNamed() {
        var f = async(() -> await((Future<?>) cx -> null));
        assertTrue(assertThrows(NullPointerException.class, () -> f.poll(cx)).getMessage()
                .endsWith(".poll returned null; it must return Poll.ready or Poll.pending"));
    }

    @Test
    void aSuspendedBodyKnowsWhereItIsAndWhatItWaitsFor() throws Exception {
        var f = (StateMachine<?>) async(() -> await(gate) + await(second));
        assertNull(f.location());
        assertPending(f);
        assertSame(gate, f.awaiting());
        var at = f.location();
        assertNotNull(at);
        assertEquals("aSuspendedBodyKnowsWhereItIsAndWhatItWaitsFor", at.getMethodName());
        assertEquals("trale.StateMachineTest", at.getClassName());
        assertEquals("StateMachineTest.java", at.getFileName());
        gate.open = true;
        assertPending(f);
        assertSame(second, f.awaiting());
        second.open = true;
        f.poll(cx);
        assertNull(f.awaiting());
        assertNull(f.location());
    }

    private StateMachine<?> guarded() {
        return (StateMachine<?>) async(() -> {
            try {
                return await(gate);
            } finally {
                log.add("finally");
                await(second);
                log.add("cleaned");
            }
        });
    }

    @Test
    void cancelledBeforeItStartedItNeverRuns() {
        var f = guarded();
        f.cancel(Cancellation.PLAIN);
        assertThrows(CancellationException.class, () -> f.poll(cx));
        assertEquals(List.of(), log);
        assertThrows(IllegalStateException.class, () -> f.poll(cx));
    }

    @Test
    void cancelledWhileItWaitsItDropsTheLeafOnceAndCleansUp() throws Exception {
        var f = guarded();
        assertPending(f);
        f.cancel(Cancellation.PLAIN);
        f.cancel(Cancellation.PLAIN);
        assertPending(f);
        assertEquals(1, gate.dropped);
        assertEquals(1, gate.polled);
        assertEquals(List.of("finally"), log);
        second.open = true;
        assertThrows(CancellationException.class, () -> f.poll(cx));
        assertEquals(List.of("finally", "cleaned"), log);
        assertEquals(0, second.dropped);
    }

    @Test
    void cancellationIsThrownAtTheInnermostAwait() throws Exception {
        var f = (StateMachine<?>) async(() -> {
            try {
                return await(async(() -> {
                    try {
                        return await(gate);
                    } finally {
                        log.add("inner");
                    }
                }));
            } finally {
                log.add("outer");
            }
        });
        assertPending(f);
        f.cancel(Cancellation.PLAIN);
        var e = assertThrows(CancellationException.class, () -> f.poll(cx));
        assertEquals(List.of("inner", "outer"), log);
        assertEquals(2, Arrays.stream(e.getStackTrace()).filter(s -> s.getMethodName().equals("step")).count());
    }

    @Test
    void cancelledByItselfItStopsAtTheNextAwait() {
        var self = new ArrayList<StateMachine<?>>();
        self.add((StateMachine<?>) async(() -> {
            self.getFirst().cancel(Cancellation.PLAIN);
            log.add("still runs");
            return await(gate);
        }));
        assertThrows(CancellationException.class, () -> self.getFirst().poll(cx));
        assertEquals(List.of("still runs"), log);
        assertEquals(0, gate.polled);
        assertEquals(1, gate.dropped);
    }

    @Test
    void droppedBeforeItStartedOrAfterItsEndNothingHappens() throws Exception {
        var f = guarded();
        f.drop();
        f.drop();
        assertEquals(List.of(), log);
        assertThrows(IllegalStateException.class, () -> f.poll(cx));
        var done = async(() -> 1);
        done.poll(cx);
        done.drop();
    }

    @Test
    void droppedWhileItWaitsItCleansUpAtOnce() throws Exception {
        second.open = true;
        var f = guarded();
        assertPending(f);
        f.drop();
        assertEquals(List.of("finally", "cleaned"), log);
        assertEquals(1, gate.dropped);
        f.drop();
        assertEquals(2, log.size());
    }

    @Test
    void droppedFromWithinItsOwnPollItCleansUpWhenThePollEnds() throws Exception {
        second.open = true;
        var self = new ArrayList<Future<?>>();
        self.add(async(() -> {
            self.getFirst().drop();
            log.add("still runs");
            try {
                await(gate);
            } finally {
                log.add("finally");
            }
        }));
        assertPending(self.getFirst());
        assertEquals(List.of("still runs", "finally"), log);
        assertEquals(1, gate.dropped);
    }

    @Test
    void droppedCleanupThatWaitsRunsOnAsATask() throws Exception {
        try (var executor = Executor.builder().build()) {
            var timesPolled = new int[1];
            Future<Void> slow = c -> {
                c.waker().wake();
                return ++timesPolled[0] > 3 ? Poll.ready(null) : Poll.pending();
            };
            var cleaned = new java.util.concurrent.CountDownLatch(1);
            executor.submit(() -> {
                var f = async(() -> {
                    try {
                        await(gate);
                    } finally {
                        await(slow);
                        cleaned.countDown();
                    }
                });
                f.poll(cx);
                f.drop();
            }).join();
            assertTrue(cleaned.await(30, TimeUnit.SECONDS));
            assertFalse(gate.open);
        }
    }
}
