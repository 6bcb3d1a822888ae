package trale;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.async;
import static trale.Async.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import trale.support.Futures;
import trale.support.Gate;
import trale.support.NeedsLinux;
import trale.support.TheLog;
import trale.support.UnderBothArrangements;

/// {fails when} × {its handle is used how, and when} × {woken when} × {hand-written, async body}. Whatever is combined: its
/// outcome reaches the task or thread that asked for it, once, or else the log; it is dropped at most once, and neither polled nor
/// dropped after its end; each wake is followed by a poll, and none comes without.
class TaskLifecycleTest extends UnderBothArrangements {

    private enum Fails {
        NEVER,
        AT_THE_FIRST_POLL,
        AFTER_IT,
        IN_CLEANUP,
        ON_DROP
    }

    private enum Use {
        DROPPED,
        JOINED,
        AWAITED,
        AWAITED_ELSEWHERE,
        CANCELLED
    }

    private enum When {
        BEFORE_THE_FIRST_POLL,
        WHILE_RUNNING,
        WHILE_SUSPENDED,
        AFTER_THE_END
    }

    private enum Woken {
        BEFORE_THE_POLL,
        IN_THE_POLL_BY_ITSELF,
        IN_THE_POLL_BY_ANOTHER_THREAD,
        WHILE_IDLE,
        TWICE,
        AFTER_THE_END
    }

    private enum Kind {
        HAND_WRITTEN,
        BODY
    }

    private record Which(Fails fails, Use use, When when, Woken woken, Kind kind) {}

    static Stream<Arguments> failuresAndUses() {
        return Stream.of(Fails.values()).flatMap(fails -> Stream.of(Use.values()).map(use -> Arguments.of(fails, use)));
    }

    private Executor other;

    @ParameterizedTest
    @MethodSource("failuresAndUses")
    void everyOutcomeIsDeliveredOnceAndNothingIsPolledOrDroppedTwice(Fails fails, Use use) throws Exception {
        try (var log = new TheLog();
                var elsewhere = arrangement.open("other")) {
            other = elsewhere;
            var unseen = new ArrayList<Throwable>();
            for (var when : When.values())
                for (var woken : Woken.values())
                    for (var kind : Kind.values()) unseen.addAll(new Life(new Which(fails, use, when, woken, kind)).live());
            unseen.add(failUnseen());
            log.expect(unseen);
            log.expect(List.of(failUnseen())); // a second one for the same failure would have come by now
        }
    }

    @NeedsLinux(NeedsLinux.THREADS)
    @Test
    void aTaskThatIsCancelledByATaskBeforeItHasArrivedIsCountedOnce() throws Exception {
        onExecutor(() -> {
            var handle = new AtomicReference<JoinHandle<Void>>();
            Thread.ofPlatform().start(() -> handle.set(executor.submit(new Gate<Void>()))).join();
            handle.get().cancel();
            return null;
        });
        settle();
        assertEquals(0, executor.taskCount());
    }

    /// What a task runs, directly or awaited by a body, and all that is done to it.
    private final class Life implements Future<String> {
        private final Which which;
        private final RuntimeException failure;

        // Written on the executor's thread; the test reads them when that has settled.
        private final List<String> wrong = new ArrayList<>();
        private int polls;
        private int drops;
        private int cleanups;
        private boolean ended;
        private Waker waker;

        private boolean open; // a wake publishes it
        private JoinHandle<String> handle;
        private Callable<Object> outcome; // as the joining thread or awaiting task got it

        Life(Which which) {
            this.which = which;
            failure = new IllegalStateException("of " + this);
        }

        @Override
        public String toString() {
            return which.toString();
        }

        @Override
        public Poll<String> poll(Context cx) {
            if (ended) wrong.add("polled after its end");
            waker = cx.waker();
            if (++polls == 1) {
                if (which.when == When.WHILE_RUNNING) inAnotherThread(this::use);
                if (which.woken == Woken.IN_THE_POLL_BY_ITSELF) waker.wake();
                if (which.woken == Woken.IN_THE_POLL_BY_ANOTHER_THREAD) inAnotherThread(waker::wake);
                if (which.fails == Fails.AT_THE_FIRST_POLL) throw end();
            }
            if (!open) return Poll.pending();
            if (which.fails == Fails.AFTER_IT) throw end();
            ended = true;
            if (which.kind == Kind.HAND_WRITTEN) cleanUp();
            return Poll.ready(toString());
        }

        @Override
        public void drop() {
            if (ended) wrong.add("dropped after its end");
            if (!Thread.currentThread().getName().equals("test")) wrong.add("dropped on another thread");
            ended = true;
            drops++;
            if (which.fails == Fails.ON_DROP) throw failure;
            if (which.kind == Kind.HAND_WRITTEN) cleanUp();
        }

        private RuntimeException end() {
            ended = true;
            return failure;
        }

        private void cleanUp() {
            cleanups++;
            if (which.fails == Fails.IN_CLEANUP) throw failure;
        }

        private Future<String> future() {
            return which.kind == Kind.HAND_WRITTEN ? this : async(() -> {
                try {
                    return await(this);
                } finally {
                    await(Futures.yielding(1, () -> {}));
                    cleanUp();
                }
            });
        }

        /// @return the failure that is still unseen
        List<Throwable> live() throws Exception {
            var awaitedFirst = which.when == When.BEFORE_THE_FIRST_POLL && which.use == Use.AWAITED;
            try (var _ = new Hold()) {
                if (awaitedFirst) use();
                handle = executor.submit(future());
                if (which.when == When.BEFORE_THE_FIRST_POLL && !awaitedFirst) use();
            }
            settle(); // a task that was woken in its poll has gone behind what was there
            assertEquals(pollsAtFirst(), polls, () -> "polls at first of " + this);
            if (which.when == When.WHILE_SUSPENDED) use();
            settle();
            switch (which.woken) {
                case BEFORE_THE_POLL -> pollsFollow(1, () -> {
                    try (var _ = new Hold()) {
                        waker.wake();
                        waker.wake();
                    }
                });
                case TWICE -> pollsFollow(2, () -> {
                    waker.wake();
                    waker.wake();
                });
                case WHILE_IDLE -> pollsFollow(1, () -> waker.wake());
                default -> {}
            }
            open = true;
            pollsFollow(1, () -> waker.wake());
            settle(); // a body goes on in its cleanup
            assertTrue(ended || polls == 0, () -> "not ended: " + this);
            if (which.when == When.AFTER_THE_END) use();
            if (which.woken == Woken.AFTER_THE_END) pollsFollow(0, () -> {
                waker.wake();
                onExecutor(() -> {
                    waker.wake();
                    return null;
                });
            });
            return check();
        }

        private void use() {
            switch (which.use) {
                case DROPPED -> {
                    handle.drop();
                    handle = null;
                }
                case JOINED -> join();
                case AWAITED -> outcome = executor.submit(awaiting())::join;
                case AWAITED_ELSEWHERE -> {
                    outcome = other.submit(awaiting())::join;
                    other.submit(cx -> Poll.ready(null)).join();
                }
                case CANCELLED -> handle.cancel();
            }
        }

        private void join() {
            var joining = new FutureTask<Object>(() -> {
                try {
                    return handle.join();
                } catch (RuntimeException e) {
                    return e;
                }
            });
            outcome = joining::get;
            var thread = Thread.ofPlatform().start(joining);
            while (thread.isAlive() && thread.getState() != Thread.State.WAITING) Thread.onSpinWait();
        }

        private Future<Object> awaiting() {
            return cx -> {
                try {
                    return handle.poll(cx) instanceof Poll.Ready<String>(var value) ? Poll.ready(value) : Poll.pending();
                } catch (Exception e) {
                    return Poll.ready(e);
                }
            };
        }

        private int pollsAtFirst() {
            if (which.use == Use.CANCELLED && which.when == When.BEFORE_THE_FIRST_POLL) return 0;
            var goesOn = which.fails != Fails.AT_THE_FIRST_POLL && !isCancelled(When.WHILE_RUNNING);
            var wokenMeanwhile = which.woken == Woken.IN_THE_POLL_BY_ITSELF || which.woken == Woken.IN_THE_POLL_BY_ANOTHER_THREAD;
            return goesOn && wokenMeanwhile ? 2 : 1;
        }

        private void pollsFollow(int atMost, Wakes wakes) throws Exception {
            if (waker == null) return; // was never polled, so it has no waker
            var before = polls;
            var alive = !ended;
            wakes.wake();
            settle();
            var more = polls - before;
            assertTrue(alive ? 1 <= more && more <= atMost : more == 0, () -> more + " polls after the wakes of " + this);
        }

        private boolean isCancelled(When when) {
            return which.use == Use.CANCELLED && which.when == when;
        }

        private List<Throwable> check() throws Exception {
            settle();
            assertEquals(List.of(), wrong, this::toString);
            assertEquals(0, executor.taskCount(), this::toString);
            var unborn = isCancelled(When.BEFORE_THE_FIRST_POLL);
            var failsAtFirst = which.fails == Fails.AT_THE_FIRST_POLL;
            var duringCleanup = failsAtFirst && which.kind == Kind.BODY && isCancelled(When.WHILE_RUNNING);
            var dropped = !failsAtFirst && (isCancelled(When.WHILE_RUNNING) || isCancelled(When.WHILE_SUSPENDED))
                    || unborn && which.kind == Kind.HAND_WRITTEN;
            var cancelled = unborn || duringCleanup || dropped;
            assertEquals(dropped ? 1 : 0, drops, () -> "drops of " + this);
            if (which.kind == Kind.BODY) assertEquals(unborn || duringCleanup ? 0 : 1, cleanups, () -> "cleanups of " + this);
            var failed = switch (which.fails) {
                case NEVER, ON_DROP -> false;
                case AT_THE_FIRST_POLL, AFTER_IT -> !cancelled;
                case IN_CLEANUP -> !cancelled || which.kind == Kind.BODY && !unborn;
            };
            switch (which.use) {
                case DROPPED -> assertNull(outcome);
                case CANCELLED -> {
                    assertTrue(handle.isDone());
                    if (cancelled && !failed) checkCancellation();
                }
                default -> checkOutcome(outcome.call(), failed);
            }
            return failed && outcome == null ? List.of(failure) : List.of();
        }

        private void checkCancellation() throws Exception {
            join();
            var e = assertInstanceOf(CancellationException.class, outcome.call(), this::toString);
            var expected = drops == 1 && (which.fails == Fails.ON_DROP || which.fails == Fails.IN_CLEANUP);
            assertArrayEquals(expected ? new Throwable[] {failure} : new Throwable[0], e.getSuppressed(), this::toString);
        }

        private void checkOutcome(Object got, boolean failed) {
            if (!failed) {
                assertEquals(toString(), got);
            } else if (which.use == Use.JOINED) {
                assertSame(failure, assertInstanceOf(CompletionException.class, got).getCause());
            } else {
                assertSame(failure, got);
                assertEquals(1, failure.getSuppressed().length, "marks of the place that awaited it");
            }
        }
    }

    @FunctionalInterface
    private interface Wakes {
        void wake() throws Exception;
    }

    private static void inAnotherThread(Runnable action) {
        var thread = Thread.ofPlatform().start(action);
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
