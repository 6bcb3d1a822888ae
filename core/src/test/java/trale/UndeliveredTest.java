package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.async;
import static trale.Async.await;
import static trale.Async.yieldNow;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import trale.support.Gate;
import trale.support.TheLog;
import trale.support.UnderBothArrangements;
import trale.sync.Semaphore;
import trale.time.Timer;

/// A value that `all`, a race or a scope has obtained, and that reaches no code, is closed: a permit is free again.
class UndeliveredTest extends UnderBothArrangements {
    private final Semaphore mutex = new Semaphore(1);

    /// Counts how often it is closed, and may fail then.
    private static final class Resource implements AutoCloseable {
        private int closes;
        private final Throwable fails;

        Resource(Throwable fails) {
            this.fails = fails;
        }

        @Override
        public void close() {
            closes++;
            if (fails != null) JoinHandle.<RuntimeException>rethrow(fails);
        }
    }

    private static <T> Future<T> failing(Exception failure) {
        return async(() -> {
            await(yieldNow());
            throw failure;
        });
    }

    /// Catches its cancellation, and has a value all the same.
    private static <T> Future<T> stubborn(T value) {
        return async(() -> {
            try {
                await(new Gate<Void>());
            } catch (CancellationException e) {
                // returns all the same
            }
            return value;
        });
    }

    private static Throwable failureOf(JoinHandle<?> handle) {
        return assertThrows(CompletionException.class, handle::join).getCause();
    }

    private void assertFree() {
        assertEquals("Semaphore[1 free, 0 wait]", mutex.toString());
    }

    @Test // P14
    void allThatFailsGivesAPermitBack() {
        var failure = new IOException("disk");
        assertSame(failure, failureOf(executor.submit(Future.all(mutex.acquire(), failing(failure)))));
        assertFree();
    }

    @Test // P14
    void allThatIsCancelledOrTimedOutGivesAPermitBack() {
        var handle = executor.submit(() -> await(Future.all(mutex.acquire(), Timer.sleep(Duration.ofHours(1)))));
        settle(); // the members are forked
        settle();
        assertEquals("Semaphore[0 free, 0 wait]", mutex.toString());
        handle.cancel();
        assertThrows(CancellationException.class, handle::join);
        assertFree();
        var late = Timer.timeout(Duration.ofMillis(5), Future.all(mutex.acquire(), Timer.sleep(Duration.ofHours(1))));
        assertInstanceOf(TimeoutException.class, failureOf(executor.submit(late)));
        assertFree();
    }

    @Test // P14
    void aScopeThatFailsOrIsCancelledGivesBackWhatItsBodyHasReturned() {
        var failure = new IOException("disk");
        assertSame(failure, failureOf(executor.submit(Scope.call(scope -> {
            scope.fork(failing(failure));
            return await(mutex.acquire());
        }))));
        assertFree();
        var handle = executor.submit(Scope.call(scope -> {
            scope.fork(Timer.sleep(Duration.ofHours(1)));
            return await(mutex.acquire());
        }));
        settle();
        handle.cancel();
        assertThrows(CancellationException.class, handle::join);
        assertFree();
    }

    @Test
    void whatIsDroppedWhenItIsReadyGivesAPermitBack() throws Exception {
        var scope = Scope.call(s -> {
            s.fork(yieldNow());
            return await(mutex.acquire());
        });
        var gate = new Gate<Semaphore.Permit>();
        for (var f : List.of(Future.race(mutex.acquire(), gate), Future.any(mutex.acquire(), gate), Future.all(mutex.acquire()), scope)) {
            onExecutor(() -> f.poll(Context.of(() -> {})));
            settle();
            assertEquals("Semaphore[0 free, 0 wait]", mutex.toString());
            onExecutor(() -> {
                f.drop();
                return null;
            });
            settle();
            assertFree();
        }
    }

    /// Where the stack ends as one value is closed, the next drop closes that one, and none of the others again.
    @Test
    void aValueThatADropHasClosedIsNotClosedByTheNextDrop() throws Exception {
        var closed = new Resource(null);
        var endsTheStack = new Resource(new StackOverflowError());
        var all = Future.all(async(() -> closed), async(() -> endsTheStack));
        onExecutor(() -> all.poll(Context.of(() -> {})));
        settle();
        for (var i = 0; i < 2; i++) {
            var thrown = assertThrows(CompletionException.class, () -> onExecutor(() -> {
                all.drop();
                return null;
            }));
            assertInstanceOf(StackOverflowError.class, thrown.getCause());
        }
        assertEquals(2, endsTheStack.closes);
        assertEquals(1, closed.closes);
    }

    @Test
    void theValueOfALoserThatCannotBeClosedIsLogged() throws Exception {
        var thrown = new StackOverflowError();
        try (var log = new TheLog()) {
            assertEquals("won", executor.submit(Future.race(stubborn(new Resource(thrown)), async(() -> (Object) "won"))).join());
            var record = log.next();
            assertSame(thrown, record.getThrown());
            assertTrue(record.getMessage().contains("at the end of a child failed: race of 2 futures"), record.getMessage());
        }
    }

    @Test
    void theValueOfALoserThatCatchesItsCancellationIsClosed() {
        var resource = new Resource(null);
        var winner = new Resource(null);
        assertSame(winner, executor.submit(Future.race(stubborn(resource), async(() -> winner))).join());
        assertEquals(1, resource.closes);
        assertEquals(0, winner.closes);
    }

    @Test
    void whatClosingThrowsIsSuppressedInTheFailure() {
        var failure = new IOException("disk");
        var thrown = new IllegalStateException("from close");
        assertSame(failure, failureOf(executor.submit(Future.all(async(() -> new Resource(thrown)), failing(failure)))));
        assertSame(thrown, failure.getSuppressed()[0]);
    }

    @Test // P14
    void theValueOfAHandleOrAStageIsNotClosed() {
        var resource = new Resource(null);
        var handle = executor.submit(async(() -> resource));
        handle.join();
        for (var shared : List.of(handle, Future.from(CompletableFuture.completedFuture(resource)),
                Timer.timeout(Duration.ofHours(1), handle))) {
            failureOf(executor.submit(Future.all(shared, failing(new IOException("disk")))));
        }
        assertEquals(0, resource.closes);
    }

    @Test // P14
    void whatNestedMembersHaveIsClosedIfItIsTheirs() {
        var resource = new Resource(null);
        var handle = executor.submit(async(() -> resource));
        handle.join();
        for (var f : List.of(Future.any(handle), Future.race(handle), Timer.timeout(Duration.ofHours(1), Future.any(handle))))
            failureOf(executor.submit(Future.all(f, failing(new IOException("disk")))));
        assertEquals(0, resource.closes);
        failureOf(executor.submit(Future.all(Future.all(mutex.acquire()), failing(new IOException("disk")))));
        assertFree();
    }

    @Test
    void whatAllDeliversIsNotClosed() throws Exception {
        var permits = executor.submit(Future.all(mutex.acquire())).join();
        assertEquals("Semaphore[0 free, 0 wait]", mutex.toString());
        permits.getFirst().close();
        assertFree();
    }

    /// The exception of a drop, or of a resource that is closed while the cancellation unwinds, is suppressed in a cancellation that ends
    /// here.
    @Test
    void whatALosersDropThrowsIsLoggedOrSuppressedInTheFailureThatWon() throws Exception {
        var thrown = new IllegalStateException("from drop");
        try (var log = new TheLog()) {
            assertEquals("won", executor.submit(Future.race(async(() -> "won"), clinging(thrown))).join());
            var record = log.next();
            assertSame(thrown, record.getThrown());
            assertTrue(record.getMessage().contains("race of 2 futures"), record.getMessage());
            assertEquals(List.of(), log.rest());
        }
        var failure = new IOException("disk");
        assertSame(failure, failureOf(executor.submit(Future.race(failing(failure), clinging(thrown)))));
        assertSame(thrown, failure.getSuppressed()[0]);
        assertFalse(List.of(failure.getSuppressed()).contains(failure));
    }

    @Test
    void whatACancelledChildSuppressesIsLoggedByItsScope() throws Exception {
        var thrown = new IllegalStateException("from close");
        try (var log = new TheLog()) {
            executor.submit(Scope.run(scope -> {
                scope.fork(() -> {
                    try (var _ = new Resource(thrown)) {
                        await(new Gate<Void>());
                    }
                });
                await(yieldNow());
                scope.cancel();
            })).join();
            assertSame(thrown, log.next().getThrown());
            assertEquals(List.of(), log.rest());
        }
    }

    @SuppressWarnings("unchecked") // it never has a value
    private static <T> Future<T> clinging(RuntimeException thrown) {
        return (Future<T>) trale.support.Futures.clinging(thrown);
    }

    @Test // P14
    void whatAnAbandonedTaskHasObtainedIsClosedAndItsFailureIsLogged() throws Exception {
        var failure = new IOException("disk");
        for (var kind : List.of("all", "race", "scope")) {
            var other = arrangement.open("other");
            var gate = new Gate<Void>();
            var deaf = ScopeTest.deaf(gate);
            Future<?> f = switch (kind) {
                case "all" -> Future.<Object>all(deaf, mutex.acquire());
                case "race" -> Future.<Object>race(deaf, mutex.acquire());
                default -> Scope.run(s -> {
                    s.fork(deaf);
                    s.fork(UndeliveredTest.<Void>failing(failure));
                });
            };
            try (var log = new TheLog()) {
                other.submit(f);
                gate.waker();
                for (var i = 0; i < 3; i++) other.submit(yieldNow()).join();
                assertFalse(other.close(Duration.ofMillis(1)));
                assertFree();
                assertEquals(kind.equals("scope"), log.rest().stream().anyMatch(r -> r.getThrown() == failure), kind);
            }
        }
    }
}
