package trale.time;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.async;
import static trale.Async.await;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import trale.Context;
import trale.Future;
import trale.JoinHandle;
import trale.Poll;
import trale.Scope;
import trale.support.Futures;
import trale.support.Gate;
import trale.support.UnderBothArrangements;

/// Timer.timeout: a value, unless it is late.
class TimeoutTest extends UnderBothArrangements {
    private static final Duration SHORT = Duration.ofMillis(20);
    private static final Duration LONG = Duration.ofHours(1);

    private void assertTimesOut(Duration duration, Future<?> f) {
        var e = assertThrows(CompletionException.class, executor.submit(f)::join);
        var message = assertInstanceOf(TimeoutException.class, e.getCause()).getMessage();
        assertTrue(message.startsWith("not ready after " + duration + ": "), message);
    }

    @Test
    void whatIsReadyInTimeIsPassedOnAndNotDropped() throws Exception {
        var gate = new Gate<String>();
        var handle = executor.submit(Timer.timeout(LONG, gate));
        gate.waker();
        gate.open("value");
        assertEquals("value", handle.join());
        assertEquals(0, gate.drops.get());
    }

    @Test
    void aFailureInTimeIsPassedOnItself() {
        var failure = new IOException("disk");
        var handle = executor.submit(Timer.timeout(LONG, cx -> {
            throw failure;
        }));
        assertSame(failure, assertThrows(CompletionException.class, handle::join).getCause());
    }

    @Test
    void whatIsLateIsDroppedOnceAndTheMessageTellsTheDuration() {
        for (var duration : List.of(SHORT, Duration.ZERO, Duration.ofSeconds(-1))) {
            var gate = new Gate<String>();
            assertTimesOut(duration, Timer.timeout(duration, gate));
            assertEquals(1, gate.drops.get());
        }
    }

    @Test
    void aDropThatThrowsDoesNotHideThatTheTimeIsOver() {
        for (var thrown : List.of(new IllegalStateException("from drop"), new AssertionError("from drop"))) {
            var e = assertThrows(CompletionException.class, executor.submit(Timer.timeout(SHORT, Futures.clinging(thrown)))::join);
            assertArrayEquals(new Throwable[] {thrown}, assertInstanceOf(TimeoutException.class, e.getCause()).getSuppressed());
        }
    }

    @Test
    void aPollThatReturnsNullIsBlamedOnTheFutureThatReturnsIt() {
        var e = assertThrows(CompletionException.class, executor.submit(Timer.timeout(LONG, new ReturnsNull()))::join);
        assertEquals(
                "trale.time.TimeoutTest$ReturnsNull.poll returned null; it must return Poll.ready or Poll.pending",
                e.getCause().getMessage());
    }

    private static final class ReturnsNull implements Future<Void> {
        @Override
        public Poll<Void> poll(Context cx) {
            return null;
        }
    }

    @Test
    void theTimeCountsFromTheCall() {
        var gate = new Gate<String>();
        var timeout = Timer.timeout(SHORT, gate);
        executor.submit(Timer.sleep(SHORT)).join(); // was called later, so ends later
        assertTimesOut(SHORT, timeout);
        assertEquals(2, gate.polls.get()); // first, and once more because the time is over
    }

    @Test
    void aValueThatIsThereIsNotThrownAway() {
        assertEquals("value", executor.submit(Timer.timeout(Duration.ZERO, cx -> Poll.ready("value"))).join());
    }

    @Test
    void anAsyncBodyThatIsLateIsCancelledAtItsAwaitBeforeTheTimeoutIsThrown() {
        var order = new ArrayList<String>();
        executor.submit(() -> {
            try {
                await(Timer.timeout(SHORT, async(() -> {
                    try {
                        await(Timer.sleep(LONG));
                    } catch (CancellationException e) {
                        order.add("cancelled");
                        throw e;
                    }
                })));
            } catch (TimeoutException e) {
                order.add("late");
            }
        }).join();
        assertEquals(List.of("cancelled", "late"), order);
    }

    @Test
    void cancellingTheTaskDropsWhatIsWaitedFor() throws Exception {
        var gate = new Gate<String>();
        var handle = executor.submit(Timer.timeout(LONG, gate));
        gate.waker();
        handle.cancel();
        assertThrows(CancellationException.class, handle::join);
        assertEquals(1, gate.drops.get());
    }

    @Test
    void theInnerTimeoutOfTwoEndsFirst() {
        assertTimesOut(SHORT, Timer.timeout(LONG, Timer.timeout(SHORT, new Gate<>())));
    }

    @Test
    void pollingAgainIsHarmless() {
        assertNull(executor.submit(Futures.polledInVain(50, Timer.timeout(LONG, Timer.sleep(SHORT)))).join());
    }

    /// The timers would keep the waker of a task, and so the task, for an hour.
    @Test
    void howeverItEndsItLeavesNoTimerBehind() throws Exception {
        for (var end : List.of("value", "failure", "cancel")) {
            var left = new WeakReference<>(startAndEnd(end));
            while (left.get() != null) System.gc(); // the test's limit ends this
        }
    }

    /// {@return the waker of a task that has ended}
    private Object startAndEnd(String end) throws Exception {
        var gate = new Gate<String>();
        var handle = executor.submit(Timer.timeout(LONG, cx -> {
            if (gate.poll(cx) instanceof Poll.Pending<String> pending) return pending;
            if (end.equals("failure")) throw new IOException();
            return Poll.ready("value");
        }));
        var waker = gate.waker();
        if (end.equals("cancel")) handle.cancel();
        else gate.open("value");
        while (!handle.isDone()) settle();
        if (end.equals("failure")) assertThrows(CompletionException.class, handle::join);
        return waker;
    }

    @Test
    void theCleanupHasEndedBeforeTheTimeoutIsThrown() {
        var order = new ArrayList<String>();
        var e = assertThrows(CompletionException.class, executor.submit(Timer.timeout(SHORT, async(() -> {
            try {
                await(new Gate<Void>());
            } finally {
                await(Timer.sleep(SHORT));
                order.add("cleaned up");
            }
        })))::join);
        assertInstanceOf(TimeoutException.class, e.getCause());
        assertEquals(List.of("cleaned up"), order);
    }

    @Test
    void theBodyIsToldWhyItIsCancelled() {
        var told = new ArrayList<CancellationException>();
        var e = assertThrows(CompletionException.class, executor.submit(Timer.timeout(SHORT, async(() -> {
            try {
                await(new Gate<Void>());
            } catch (CancellationException c) {
                told.add(c);
                throw c;
            }
        })))::join);
        assertEquals("timed out after PT0.02S", told.getFirst().getMessage());
        assertSame(e.getCause(), told.getFirst().getCause());
        assertTrue(e.getCause().getMessage().matches("(?s)not ready after PT0.02S: waits for .*, at TimeoutTest.java:\\d+.*"),
                e.getCause().getMessage());
    }

    @Test
    void aValueThatIsLateIsReturned() {
        assertEquals("late", executor.submit(Timer.timeout(SHORT, async(() -> {
            try {
                await(new Gate<Void>());
            } catch (CancellationException e) {
                await(Timer.sleep(SHORT));
            }
            return "late";
        }))).join());
    }

    @Test
    void aCleanupThatFailsIsNotHidden() {
        var failure = new IOException("cleanup");
        var e = assertThrows(CompletionException.class, executor.submit(Timer.timeout(SHORT, async(() -> {
            try {
                await(new Gate<Void>());
            } finally {
                Futures.raise(failure);
            }
        })))::join);
        assertSame(failure, e.getCause());
        assertInstanceOf(TimeoutException.class, failure.getSuppressed()[0]);
    }

    /// The exception that ends it is another one than it was told.
    @Test // P5
    void anyCancellationExceptionAfterTheTimeIsTheTimeouts() {
        var own = new CancellationException("own");
        var e = assertThrows(CompletionException.class, executor.submit(Timer.timeout(SHORT, async(() -> {
            try {
                await(new Gate<Void>());
            } finally {
                Futures.raise(own);
            }
        })))::join);
        assertInstanceOf(TimeoutException.class, e.getCause());
        assertSame(own, e.getCause().getSuppressed()[0]);
    }

    @Test
    void whatDroppingThrowsInABodyThatIsLateIsSuppressedInTheTimeout() {
        var thrown = new IllegalStateException("from drop");
        var e = assertThrows(CompletionException.class, executor.submit(Timer.timeout(SHORT, async(() -> {
            await(Futures.clinging(thrown));
        })))::join);
        assertSame(thrown, assertInstanceOf(TimeoutException.class, e.getCause()).getSuppressed()[0]);
    }

    @Test // P4
    void theCallersCancellationInACleanupIsASecondOneAndWins() throws Exception {
        var cleanup = new Gate<Void>();
        var handle = executor.submit(Timer.timeout(SHORT, async(() -> {
            try {
                await(new Gate<Void>());
            } finally {
                await(cleanup);
            }
        })));
        cleanup.waker();
        handle.cancel("why");
        var e = assertThrows(CancellationException.class, handle::join);
        assertEquals("why", e.getMessage());
        assertInstanceOf(TimeoutException.class, e.getSuppressed()[0]);
    }

    /// The body of the scope has ended with the cancellation by the time-out.
    @Test // R23
    void theCallersCancellationInTheCleanupOfAChildWins() throws Exception {
        var cleanup = new Gate<Void>();
        var handle = executor.submit(Timer.timeout(SHORT, Scope.run(scope -> {
            scope.fork(() -> {
                try {
                    await(new Gate<Void>());
                } finally {
                    await(cleanup);
                }
            });
            await(new Gate<Void>());
        })));
        cleanup.waker();
        handle.cancel("why");
        var e = assertThrows(CancellationException.class, handle::join);
        assertEquals("why", e.getMessage());
        assertInstanceOf(TimeoutException.class, e.getSuppressed()[0]);
    }

    /// The cleanup of the inner one is longer than the outer time: it is cancelled, and its end awaited, too.
    @Test // R23
    void theTimeDoesNotEndTheCleanupOfACallerThatIsCancelled() throws Exception {
        var gate = new Gate<Void>();
        var events = new ArrayList<String>();
        var handle = executor.submit(() -> {
            try {
                await(Timer.timeout(Duration.ofMillis(200), async(() -> {
                    try {
                        await(gate);
                    } finally {
                        await(Timer.sleep(Duration.ofMillis(400)));
                        events.add("cleaned up");
                    }
                })));
            } catch (TimeoutException e) {
                events.add("timed out");
            }
        });
        gate.waker();
        handle.cancel("stop");
        assertThrows(CancellationException.class, handle::join);
        assertEquals(List.of("cleaned up"), events);
    }

    /// The cancellation comes while the body runs, so its next await throws it, and the time-out around it is not asked.
    @Test // R23
    void theTimeDoesNotEndTheCleanupOfABodyThatWasCancelledWhileItRan() throws Exception {
        var started = new Gate<JoinHandle<Void>>();
        var events = new ArrayList<String>();
        var handle = executor.submit(() -> {
            try {
                await(Timer.timeout(LONG, Timer.timeout(Duration.ofMillis(200), async(() -> {
                    await(started).cancel("stop");
                    try {
                        await(new Gate<Void>());
                    } finally {
                        await(Timer.sleep(Duration.ofMillis(400)));
                        events.add("cleaned up");
                    }
                }))));
            } catch (TimeoutException e) {
                events.add("timed out");
            }
        });
        started.waker();
        started.open(handle);
        assertEquals("stop", assertThrows(CancellationException.class, handle::join).getMessage());
        assertEquals(List.of("cleaned up"), events);
    }

    /// The body was cancelled and went on before it set the time-out: that one counts.
    @Test
    void aTimeoutThatBeginsAfterTheCancellationEndsInTime() throws Exception {
        var gate = new Gate<Void>();
        var handle = executor.submit(() -> {
            try {
                await(gate);
            } catch (CancellationException e) {
                await(Timer.timeout(SHORT, async(() -> {
                    await(new Gate<Void>());
                })));
            }
        });
        gate.waker();
        handle.cancel();
        assertInstanceOf(TimeoutException.class, assertThrows(CompletionException.class, handle::join).getCause());
    }

    @Test // P4
    void theOuterTimeoutOfTwoCancelsACleanupThatIsTooLong() {
        var order = new ArrayList<String>();
        var inner = Timer.timeout(SHORT, async(() -> {
            try {
                await(new Gate<Void>());
            } finally {
                try {
                    await(Timer.sleep(LONG));
                } catch (CancellationException e) {
                    order.add(e.getMessage());
                    throw e;
                } finally {
                    await(Timer.sleep(SHORT));
                    order.add("ended");
                }
            }
        }));
        var e = assertThrows(CompletionException.class, executor.submit(Timer.timeout(SHORT.multipliedBy(3), inner))::join);
        assertTrue(assertInstanceOf(TimeoutException.class, e.getCause()).getMessage().startsWith("not ready after PT0.06S: "),
                e.getCause().getMessage());
        assertEquals(List.of("timed out after PT0.06S", "ended"), order);
    }

    @Test
    void aScopeAndARaceThatAreLateEndBeforeTheTimeoutIsThrown() {
        for (var kind : List.of("scope", "race")) {
            var order = new ArrayList<String>();
            Future<Void> child = async(() -> {
                try {
                    await(new Gate<Void>());
                } finally {
                    await(Timer.sleep(SHORT));
                    order.add("child ended");
                }
            });
            assertTimesOut(SHORT, Timer.timeout(SHORT, kind.equals("race") ? Future.race(child, Timer.sleep(LONG)) : Scope.run(scope -> {
                scope.fork(child);
                await(new Gate<Void>());
            })));
            assertEquals(List.of("child ended"), order, kind);
        }
    }

    @Test // P4
    void aTimeoutInAChildFailsItsScopeAndIsNoCancellation() {
        var siblings = new ArrayList<Throwable>();
        var scope = executor.submit(Scope.run(s -> {
            s.fork(Timer.timeout(Duration.ofMillis(1), new Gate<Void>()));
            s.fork(() -> {
                try {
                    await(new Gate<Void>());
                } catch (CancellationException e) {
                    siblings.add(e.getCause());
                }
            });
            await(new Gate<Void>());
        }));
        var thrown = assertThrows(CompletionException.class, scope::join).getCause();
        assertEquals(TimeoutException.class, thrown.getClass());
        assertEquals(List.of(thrown), siblings);
    }

    @Test
    void aHandleThatIsLateKeepsItsTask() throws Exception {
        var gate = new Gate<String>();
        var task = executor.submit(gate);
        assertTimesOut(SHORT, Timer.timeout(SHORT, task));
        assertEquals(0, gate.drops.get());
        gate.open("value");
        assertEquals("value", task.join());
    }

    /// What has come since the last poll is in time. That last poll may take a cancellation, too.
    @Test // R23
    void theTimeDoesNotEndTheCleanupOfACancellationThatTheLastPollTakes() {
        var self = new AtomicReference<JoinHandle<Void>>();
        var start = new Gate<Void>();
        var events = new ArrayList<String>();
        var handle = executor.submit(() -> {
            await(start);
            var polls = new int[1];
            Future<Void> cancels = cx -> {
                if (polls[0]++ == 0) return Poll.pending();
                self.get().cancel("stop");
                return Poll.ready(null);
            };
            await(Timer.timeout(Duration.ZERO, async(() -> {
                await(cancels);
                try {
                    await(new Gate<Void>());
                } finally {
                    await(Timer.sleep(SHORT));
                    events.add("cleaned up");
                }
            })));
        });
        self.set(handle);
        start.waker();
        start.open(null);
        assertEquals("stop", assertThrows(CancellationException.class, handle::join).getMessage());
        assertEquals(List.of("cleaned up"), events);
    }

    /// The task was cancelled before. The time-out is that of its cleanup.
    @Test // P5
    void theTimeoutOfACleanupIsATimeoutWhateverEndsIt() {
        var gate = new Gate<Void>();
        var events = new ArrayList<String>();
        var handle = executor.submit(() -> {
            try {
                await(gate);
            } catch (CancellationException e) {
                try {
                    await(Timer.timeout(SHORT, async(() -> {
                        try {
                            await(new Gate<Void>());
                        } finally {
                            Futures.raise(new CancellationException("own"));
                        }
                    })));
                } catch (TimeoutException late) {
                    events.add("late");
                }
            }
        });
        gate.waker();
        handle.cancel();
        handle.join();
        assertEquals(List.of("late"), events);
    }
}
