package trale;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
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
import static trale.Async.yieldNow;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import trale.support.Arrangement;
import trale.support.Child;
import trale.support.Futures;
import trale.support.Gate;
import trale.support.UnderBothArrangements;
import trale.sync.Event;

/// What a scope promises of its end, and of its failures.
class ScopeTest extends UnderBothArrangements {
    final List<String> log = new ArrayList<>(); // by the executor's thread

    static Throwable failureOf(JoinHandle<?> handle) {
        return assertThrows(CompletionException.class, handle::join).getCause();
    }

    /// Waits at the gate; when it is cancelled it waits for `turns` turns in its cleanup.
    Future<Void> cleaning(String name, Future<Void> gate, int turns) {
        return async(() -> {
            try {
                await(gate);
                log.add(name + " went on");
            } catch (CancellationException e) {
                log.add(name + " cancelled");
                throw e;
            } finally {
                for (var i = 0; i < turns; i++) await(yieldNow());
                log.add(name + " ended");
            }
        });
    }

    @Test
    void aScopeIsReadyWhenItsBodyAndItsChildrenHaveEnded() throws Exception {
        var gate = new Gate<Void>();
        var handle = executor.submit(Scope.call(scope -> {
            scope.fork(cleaning("child", gate, 3));
            return 42;
        }));
        gate.waker();
        settle();
        assertFalse(handle.isDone(), "the body has ended, the child has not");
        gate.open(null);
        assertEquals(42, handle.join());
        assertEquals(List.of("child went on", "child ended"), log);
    }

    /// The event wakes the child, then the task that cancels. So the scope is over, and its body has not been polled.
    @Test // R23
    void aCancellationThatComesAfterTheLastChildHasFailedIsThrownByTheNextAwait() throws Exception {
        var kinds = List.<Function<Future<Void>, Future<?>>>of(
                f -> Scope.run(scope -> { scope.fork(f); }), f -> Future.all(f), f -> Future.any(f), f -> Future.race(f),
                f -> async(() -> { await(f); }), f -> Scope.run(_ -> { await(Scope.run(s -> { s.fork(f); })); }));
        for (var kind : kinds) {
            var go = new Event();
            var parent = executor.submit(() -> {
                try {
                    await(kind.apply(async(() -> {
                        await(go.await());
                        if (go.isSet()) throw new IOException("the child's");
                    })));
                } catch (IOException e) {
                    log.add(e.getMessage());
                }
                await(new Gate<Void>());
            });
            settle();
            executor.submit(() -> {
                await(go.await());
                parent.cancel();
            });
            settle();
            onExecutor(() -> {
                go.set();
                return null;
            });
            assertThrows(CancellationException.class, parent::join);
        }
        assertTrue(log.size() >= 5, "they failed first: " + log);
    }

    @Test
    void aBodyAwaitsItsChildren() {
        var handle = executor.submit(Scope.call(scope -> {
            var left = scope.fork(() -> {
                await(yieldNow());
                return 20;
            });
            var right = scope.fork(cx -> Poll.ready(22));
            return await(left) + await(right);
        }));
        assertEquals(42, handle.join());
        assertNull(executor.submit(Scope.run(scope -> {})).join());
    }

    @Test
    void theFailureOfAChildCancelsTheBodyAndTheOtherChildrenWithItselfAsTheCause() throws Exception {
        var failure = new IOException("disk");
        var causes = new ArrayList<Throwable>();
        var gates = List.of(new Gate<Void>(), new Gate<Void>());
        var handle = executor.submit(Scope.run(scope -> {
            scope.fork(() -> {
                try {
                    await(gates.get(0));
                } catch (CancellationException e) {
                    causes.add(e.getCause());
                    throw e;
                }
            });
            scope.fork(() -> {
                await(yieldNow());
                throw failure;
            });
            try {
                await(gates.get(1));
            } catch (CancellationException e) {
                causes.add(e.getCause());
                throw e;
            }
        }));
        assertSame(failure, failureOf(handle));
        assertEquals(List.of(failure, failure), causes);
        assertArrayEquals(new Throwable[0], failure.getSuppressed());
        for (var gate : gates) assertEquals(1, gate.drops.get());
    }

    @Test
    void theFailureOfTheBodyCancelsTheChildrenAndWaitsForTheirCleanup() {
        var failure = new IOException("disk");
        var handle = executor.submit(Scope.run(scope -> {
            scope.fork(cleaning("child", new Gate<>(), 3));
            await(yieldNow());
            throw failure;
        }));
        assertSame(failure, failureOf(handle));
        assertEquals(List.of("child cancelled", "child ended"), log);
    }

    @Test // P7
    void ofTwoFailuresTheFirstIsThrownAndTheOtherIsSuppressedInIt() {
        var first = new IOException("first");
        var second = new IOException("second");
        for (var childIsFirst : List.of(true, false)) {
            var ofChild = childIsFirst ? first : second;
            var ofBody = childIsFirst ? second : first;
            var handle = executor.submit(Scope.run(scope -> {
                scope.fork(() -> {
                    try {
                        if (!childIsFirst) await(new Gate<Void>());
                    } finally {
                        Futures.raise(ofChild);
                    }
                });
                try {
                    await(childIsFirst ? new Gate<Void>() : yieldNow());
                } finally {
                    Futures.raise(ofBody);
                }
            }));
            assertSame(first, failureOf(handle));
            assertArrayEquals(new Throwable[] {second}, first.getSuppressed(), "child first: " + childIsFirst);
            first = new IOException("first");
        }
    }

    @Test // P6
    void anObjectThatIsThrownTwiceIsThrownOnceAndNotSuppressedInItself() {
        var failure = new IOException("disk");
        var handle = executor.submit(Scope.run(scope -> {
            var child = scope.fork(() -> {
                await(yieldNow());
                throw failure;
            });
            scope.fork(() -> {
                await(child);
            });
            try {
                await(child);
            } catch (CancellationException e) {
                throw (IOException) e.getCause();
            }
        }));
        assertSame(failure, failureOf(handle));
        for (var suppressed : failure.getSuppressed()) assertInstanceOf(JoinHandle.AwaitedHere.class, suppressed);
    }

    @Test
    void theFailureOfAChildReachesABodyWhoseAwaitsAreAllReady() {
        var failure = new IOException("disk");
        assertSame(failure, failureOf(executor.submit(Scope.run(scope -> {
            scope.fork(() -> {
                throw failure;
            });
            for (;;) await(cx -> Poll.ready(null));
        }))));
    }

    @Test
    void aFailureOfWhichTheScopeKnowsIsNotLogged() throws Exception {
        try (var logged = new trale.support.TheLog()) {
            assertInstanceOf(IOException.class, failureOf(executor.submit(Scope.run(scope -> {
                for (var i = 0; i < 3; i++) scope.fork(() -> {
                    throw new IOException();
                });
            }))));
            logged.expect(List.of(failUnseen()));
        }
    }

    @Test
    void cancelReachesTheChildrenAndThoseStillToBeForkedAndIsQuiet() {
        var ran = new ArrayList<String>();
        var handle = executor.submit(Scope.call(scope -> {
            scope.fork(cleaning("child", new Gate<>(), 2));
            var own = scope.fork(new Gate<Void>());
            await(yieldNow());
            scope.cancel();
            scope.fork(() -> {
                ran.add("forked late");
            });
            await(yieldNow());
            log.add("body went on");
            try {
                await(own);
            } catch (CancellationException e) {
                log.add(e.getMessage());
            }
            return "value";
        }));
        assertEquals("value", handle.join());
        assertEquals(List.of(), ran);
        assertEquals(List.of("child cancelled", "body went on", "the scope was cancelled", "child ended"), log);
    }

    @Test
    void aFailureInACleanupAfterCancelIsAFailure() {
        var failure = new IOException("cleanup");
        var handle = executor.submit(Scope.run(scope -> {
            scope.fork(() -> {
                try {
                    await(new Gate<Void>());
                } finally {
                    Futures.raise(failure);
                }
            });
            await(yieldNow());
            scope.cancel();
        }));
        assertSame(failure, failureOf(handle));
    }

    @Test
    void cancelOfAScopeThatIsOverIsNothing() {
        var scopes = new AtomicReference<Scope>();
        executor.submit(Scope.run(scope -> scopes.set(scope))).join();
        onExecutor(() -> {
            scopes.get().cancel();
            return null;
        });
    }

    @Test
    void aChildThatIsCancelledByItsHandleIsNoFailure() {
        var handle = executor.submit(Scope.call(scope -> {
            var child = scope.fork(cleaning("child", new Gate<>(), 1));
            await(yieldNow());
            child.cancel();
            await(yieldNow());
            return "value";
        }));
        assertEquals("value", handle.join());
        assertEquals(List.of("child cancelled", "child ended"), log);
    }

    @Test // P5
    void aCancellationExceptionThatWasNotAskedForIsAFailure() {
        var other = executor.submit(new Gate<Void>());
        var handle = executor.submit(Scope.run(scope -> {
            scope.fork(() -> {
                await(other);
            });
            scope.fork(cleaning("sibling", new Gate<>(), 1));
            await(yieldNow());
            other.cancel("it was another task that was cancelled");
            await(new Gate<Void>());
        }));
        assertEquals("it was another task that was cancelled", assertThrows(CancellationException.class, handle::join).getMessage());
        assertEquals(List.of("sibling cancelled", "sibling ended"), log);
    }

    @Test
    void aScopeThatIsCancelledBeforeItStartsRunsNothing() throws Exception {
        JoinHandle<Void> handle;
        try (var _ = new Hold()) {
            handle = executor.submit(Scope.run(scope -> log.add("ran")));
            handle.cancel("why");
        }
        assertEquals("why", assertThrows(CancellationException.class, handle::join).getMessage());
        assertEquals(List.of(), log);
    }

    @Test
    void aScopeThatIsCancelledWhileItsBodyWaitsCancelsBodyAndChildrenAndAwaitsTheirCleanup() throws Exception {
        var gate = new Gate<Void>();
        var handle = executor.submit(Scope.run(scope -> {
            scope.fork(cleaning("child", new Gate<>(), 5));
            await(yieldNow());
            await(cleaning("body", gate, 2));
        }));
        gate.waker();
        handle.cancel("why");
        assertEquals("why", assertThrows(CancellationException.class, handle::join).getMessage());
        assertEquals(List.of("body cancelled", "child cancelled", "body ended", "child ended"), log);
    }

    @Test
    void aScopeThatIsCancelledAfterItsBodyHasEndedCancelsTheChildren() throws Exception {
        var gate = new Gate<Void>();
        var handle = executor.submit(Scope.call(scope -> {
            scope.fork(cleaning("child", gate, 2));
            return "value";
        }));
        gate.waker();
        handle.cancel("why");
        assertEquals("why", assertThrows(CancellationException.class, handle::join).getMessage());
        assertEquals(List.of("child cancelled", "child ended"), log);
    }

    @Test
    void aScopeThatIsCancelledAgainInItsCleanupCancelsTheCleanups() throws Exception {
        var cleanup = new Gate<Void>();
        var gate = new Gate<Void>();
        var handle = executor.submit(Scope.run(scope -> {
            scope.fork(() -> {
                try {
                    await(gate);
                } finally {
                    await(cleaning("cleanup", cleanup, 1));
                }
            });
            try {
                await(new Gate<Void>());
            } finally {
                await(cleaning("cleanup of the body", new Gate<>(), 1));
            }
        }));
        gate.waker();
        handle.cancel();
        cleanup.waker();
        settle();
        assertEquals(List.of(), log);
        handle.cancel("why");
        assertEquals("why", assertThrows(CancellationException.class, handle::join).getMessage());
        assertEquals(List.of("cleanup of the body cancelled", "cleanup cancelled", "cleanup of the body ended", "cleanup ended"), log);
    }

    @Test // R23
    void aSecondCancellationThatComesWhenTheBodyHasEndedIsThrownWithWhatTheFirstSuppressed() throws Exception {
        var thrown = new IllegalStateException("from drop");
        var gate = new Gate<Void>();
        var cleanup = new Gate<Void>();
        var handle = executor.submit(Scope.run(scope -> {
            scope.fork(() -> {
                try {
                    await(gate);
                } finally {
                    await(cleanup);
                }
            });
            await(Futures.clinging(thrown));
        }));
        gate.waker();
        handle.cancel("first");
        cleanup.waker();
        handle.cancel("second");
        var e = assertThrows(CancellationException.class, handle::join);
        assertEquals("second", e.getMessage());
        assertArrayEquals(new Throwable[] {thrown}, e.getSuppressed());
    }

    /// The event wakes the child, then the task that cancels. So the inner scope is over, and the outer one has not been polled.
    @Test // R23
    void aSecondCancellationThatComesWhenAnInnerScopeIsOverIsThrownByTheOuterOne() throws Exception {
        var go = new Event();
        var gate = new Gate<Void>();
        var handle = executor.submit(Scope.run(_ -> {
            await(Scope.run(inner -> {
                inner.fork(() -> {
                    try {
                        await(gate);
                    } finally {
                        await(go.await());
                    }
                });
            }));
        }));
        gate.waker();
        handle.cancel("first");
        settle();
        settle(); // the child is in its cleanup
        executor.submit(() -> {
            await(go.await());
            handle.cancel("second");
        });
        settle();
        onExecutor(() -> {
            go.set();
            return null;
        });
        assertEquals("second", assertThrows(CancellationException.class, handle::join).getMessage());
    }

    @Test
    void aFailureInACleanupIsNotHiddenByACancellationFromOutside() throws Exception {
        var failure = new IOException("cleanup");
        for (var inChild : List.of(true, false)) {
            var gate = new Gate<Void>();
            var handle = executor.submit(Scope.run(scope -> {
                Future<Void> failing = async(() -> {
                    try {
                        await(gate);
                    } finally {
                        Futures.raise(failure);
                    }
                });
                if (inChild) scope.fork(failing);
                await(inChild ? new Gate<Void>() : failing);
            }));
            gate.waker();
            handle.cancel();
            assertSame(failure, failureOf(handle));
        }
    }

    /// A cancellation is delivered once to each: one cleanup that fails does not break off the others.
    @Test
    void aCleanupThatFailsLeavesTheOtherCleanupsAlone() throws Exception {
        for (var how : List.of("from outside", "by the scope", "by a failure")) {
            log.clear();
            var failure = new IOException("cleanup");
            var gate = new Gate<Void>();
            var handle = executor.submit(Scope.run(scope -> {
                scope.fork(() -> {
                    try {
                        await(new Gate<Void>());
                    } finally {
                        Futures.raise(failure);
                    }
                });
                scope.fork(() -> {
                    try {
                        await(gate);
                    } finally {
                        await(cleaning("cleanup", yieldNow(), 2));
                    }
                });
                await(yieldNow());
                if (how.equals("by the scope")) scope.cancel();
                if (how.equals("by a failure")) throw new IOException("the first");
                try {
                    await(new Gate<Void>());
                } finally {
                    if (how.equals("from outside")) await(cleaning("cleanup of the body", yieldNow(), 2));
                }
            }));
            gate.waker();
            settle();
            if (how.equals("from outside")) handle.cancel();
            var thrown = failureOf(handle);
            assertTrue(thrown == failure || thrown.getSuppressed()[0] == failure, how);
            assertTrue(log.contains("cleanup went on"), how + log);
            assertEquals(how.equals("from outside"), log.contains("cleanup of the body went on"), how + log);
        }
    }

    @Test
    void ofScopesThreeDeepTheInnerOnesHaveEndedBeforeTheOuterOnesGoOn() {
        var failure = new IOException("at the bottom");
        var handle = executor.submit(Scope.run(outer -> {
            outer.fork(cleaning("outer child", new Gate<>(), 1));
            try {
                await(Scope.run(middle -> {
                    middle.fork(cleaning("middle child", new Gate<>(), 3));
                    try {
                        await(Scope.run(inner -> {
                            inner.fork(cleaning("inner child", new Gate<>(), 5));
                            inner.fork(() -> {
                                await(yieldNow());
                                throw failure;
                            });
                            await(cleaning("inner body", new Gate<>(), 1));
                        }));
                    } finally {
                        log.add("inner over");
                    }
                }));
            } finally {
                log.add("middle over");
            }
        }));
        assertSame(failure, failureOf(handle));
        assertEquals(
                List.of("inner child cancelled", "inner body cancelled", "inner body ended", "inner child ended", "inner over",
                        "middle child cancelled", "middle child ended", "middle over", "outer child cancelled", "outer child ended"),
                log);
        assertArrayEquals(new Throwable[0], failure.getSuppressed());
    }

    @Test
    void aCancellationFromOutsideReachesScopesThreeDeepOnce() throws Exception {
        for (var how : List.of("cancel", "close")) {
            var gate = new Gate<Void>();
            log.clear();
            var other = arrangement.open("other");
            var handle = other.submit(Scope.run(outer -> {
                outer.fork(cleaning("1", new Gate<>(), 9));
                outer.fork(Scope.run(nested -> {
                    nested.fork(cleaning("2", new Gate<>(), 9));
                    await(cleaning("3", new Gate<>(), 9));
                }));
                await(Scope.run(middle -> {
                    middle.fork(cleaning("4", new Gate<>(), 9));
                    await(Future.race(cleaning("5", new Gate<>(), 9), cleaning("6", gate, 9)));
                }));
            }));
            gate.waker();
            if (how.equals("cancel")) {
                handle.cancel();
                assertThrows(CancellationException.class, handle::join);
            }
            other.close();
            assertThrows(CancellationException.class, handle::join);
            assertEquals(12, log.size(), log::toString); // a second delivery would have broken off a cleanup
            for (var i = 1; i <= 6; i++) assertTrue(log.contains(i + " cancelled") && log.contains(i + " ended"), log::toString);
        }
    }

    @Test
    void aTaskThatIsCancelledWhileItsBodyRunsTellsTheChildrenAtTheNextAwait() throws Exception {
        var self = new AtomicReference<JoinHandle<?>>();
        var start = new Gate<Void>();
        var handle = executor.submit(() -> {
            await(start);
            await(Scope.run(outer -> {
                outer.fork(cleaning("outer child", new Gate<>(), 1));
                await(Scope.run(inner -> {
                    inner.fork(cleaning("inner child", new Gate<>(), 1));
                    await(yieldNow());
                    self.get().cancel("while it runs");
                    await(cx -> Poll.ready(log.add("went on")));
                }));
            }));
        });
        self.set(handle);
        start.waker();
        start.open(null);
        assertEquals("while it runs", assertThrows(CancellationException.class, handle::join).getMessage());
        assertEquals(List.of("inner child cancelled", "outer child cancelled", "inner child ended", "outer child ended"), log);
    }

    @Test
    void forkingOnAScopeThatIsOverIsRefused() {
        var scopes = new AtomicReference<Scope>();
        executor.submit(Scope.run(scope -> scopes.set(scope))).join();
        var e = onExecutor(() -> assertThrows(IllegalStateException.class, () -> scopes.get().fork(new Gate<>())));
        assertEquals("fork on a scope that is over, which can wait for nothing any more. Fork while its body or a child runs; "
                + "spawn what is to outlive it, with Executor.spawn", e.getMessage());
    }

    @Test
    void forkAndCancelOnAnotherThreadAreRefused() throws Exception {
        var scopes = new AtomicReference<Scope>();
        var gate = new Gate<Void>();
        var handle = executor.submit(Scope.run(scope -> {
            scopes.set(scope);
            await(gate);
        }));
        gate.waker();
        var scope = scopes.get();
        var here = assertThrows(IllegalStateException.class, () -> scope.fork(new Gate<>()));
        assertTrue(here.getMessage().startsWith("fork on thread " + Thread.currentThread().getName()
                + ": a scope, and its children, belong to executor test, on which the body runs. "), here.getMessage());
        assertThrows(IllegalStateException.class, scope::cancel);
        try (var other = arrangement.open("other")) {
            var there = failureOf(other.submit(cx -> {
                scope.fork(new Gate<>());
                return Poll.ready(null);
            }));
            assertTrue(assertInstanceOf(IllegalStateException.class, there).getMessage().startsWith("fork on thread other: "),
                    there.getMessage());
        }
        gate.open(null);
        handle.join();
        assertEquals(0, executor.taskCount());
    }

    @Test
    void aChildForksIntoTheScopeOfItsParent() {
        var handle = executor.submit(Scope.run(scope -> {
            scope.fork(() -> {
                await(yieldNow());
                scope.fork(cleaning("grandchild", yieldNow(), 5));
                log.add("child ended");
            });
        }));
        handle.join();
        assertEquals(List.of("child ended", "grandchild went on", "grandchild ended"), log);
    }

    @Test // P10
    void theChildrenOfAnAcceptLoopAreForgottenWhenTheyEnd() {
        var children = new ArrayList<WeakReference<Task<?>>>();
        var count = new int[1];
        var used = new ArrayList<Long>();
        executor.submit(Scope.run(scope -> {
            for (var i = 0; i < 1_000_000; i++) {
                var child = scope.fork(cx -> Poll.ready(count[0]++));
                if (i % 100 == 0) await(yieldNow());
                if (i % 100_000 == 0) children.add(new WeakReference<>(child.task));
                if (i == 100_000 || i == 999_999) {
                    System.gc();
                    used.add(Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
                }
            }
            child(children);
        })).join();
        assertEquals(1_000_000, count[0]);
        assertTrue(used.get(1) - used.get(0) < 8_000_000, used::toString); // 9 bytes a child would be more
    }

    private static void child(List<WeakReference<Task<?>>> children) {
        for (var i = 0; i < children.size() - 1; i++) while (children.get(i).get() != null) System.gc(); // the test's limit ends this
    }

    @Test // P10
    void theHandleOfAnEndedChildDoesNotKeepTheScope() throws Exception {
        var handles = new ArrayList<JoinHandle<?>>();
        var scope = new WeakReference<>(scopeWithChild(handles));
        while (scope.get() != null) System.gc(); // the test's limit ends this
        assertTrue(handles.getFirst().isDone());
    }

    private Object scopeWithChild(List<JoinHandle<?>> handles) {
        var scope = new Object[1];
        executor.submit(Scope.run(s -> {
            scope[0] = s;
            handles.add(s.fork(yieldNow()));
        })).join();
        return scope[0];
    }

    /// A child whose stack is small, and whose frames are all of the interpreter: a compiled recursion takes half a minute to its end.
    static final class ForksAtTheEndOfTheStack {
        static void main(String[] args) {
            try (var executor = Arrangement.valueOf(args[0]).open("child")) {
                var ended = executor.submit(Scope.call(scope -> {
                    var counts = new int[2];
                    scope.fork(Futures.yielding(50, () -> {})); // among the siblings all the time
                    for (var i = 0; i < 20; i++) padded(scope, counts, i);
                    await(yieldNow());
                    await(yieldNow());
                    return counts;
                })).join();
                assertEquals(ended[0], ended[1], "forked, run");
                assertTrue(ended[0] > 0);
                IO.println("tasks: " + executor.taskCount());
            }
        }
    }

    @Test // R2
    void aForkThatFindsNoStackLeavesTheScopeAsItWas() throws Exception {
        try (var child = Child.startWith("-Xint", ForksAtTheEndOfTheStack.class, arrangement.name())) {
            assertEquals("tasks: 0\n", child.end());
        }
    }

    private static void padded(Scope scope, int[] ended, int padding) {
        if (padding > 0) padded(scope, ended, padding - 1);
        else assertThrows(StackOverflowError.class, () -> NearTheEndOfTheStack.run(() -> forkOnTheWayBack(scope, ended)));
    }

    private static Void forkOnTheWayBack(Scope scope, int[] ended) {
        try {
            return forkOnTheWayBack(scope, ended);
        } catch (StackOverflowError e) {
            scope.fork(cx -> Poll.ready(ended[1]++));
            ended[0]++; // needs no stack
            throw e;
        }
    }

    @Test
    void aScopeThatIsDroppedGoesOnUntilItsChildrenHaveEnded() throws Exception {
        var gate = new Gate<Void>();
        var handle = executor.<Void>submit(new Future<>() {
            final Future<Void> scope = Scope.run(s -> {
                s.fork(cleaning("child", gate, 3));
                await(cleaning("body", new Gate<>(), 2));
            });

            @Override
            public Poll<Void> poll(Context cx) throws Exception {
                return scope.poll(cx);
            }

            @Override
            public void drop() {
                scope.drop();
                scope.drop(); // the second one does nothing
            }
        });
        gate.waker();
        handle.cancel();
        assertThrows(CancellationException.class, handle::join);
        while (executor.taskCount() > 0) settle();
        assertEquals(List.of("body cancelled", "child cancelled", "body ended", "child ended"), log);
        try (var logged = new trale.support.TheLog()) {
            logged.expect(List.of(failUnseen())); // the cancellation is no failure
        }
    }

    /// The wrapper ends when it is cancelled and tells the scope nothing.
    @Test
    void closeReachesTheChildrenOfAScopeThatWasForgotten() throws Exception {
        var other = arrangement.open("other");
        var gate = new Gate<Void>();
        var scope = Scope.run(s -> {
            s.fork(cleaning("child", gate, 3));
        });
        other.submit(scope::poll);
        gate.waker();
        other.close();
        assertEquals(List.of("child cancelled", "child ended"), log);
    }

    @Test
    void childrenThatDoNotStopAreAbandonedByACloseWithGrace() throws Exception {
        try (var logged = new trale.support.TheLog()) {
            for (var asTask : List.of(true, false)) {
                var other = arrangement.open("other");
                var gate = new Gate<Void>();
                Future<Void> scope = Scope.run(s -> {
                    s.fork(deaf(new Gate<>()));
                    await(deaf(gate));
                });
                var handle = asTask ? other.submit(scope) : other.submit(() -> {
                    await(trale.time.Timer.timeout(java.time.Duration.ofHours(1), scope));
                });
                gate.waker();
                assertFalse(other.close(java.time.Duration.ofMillis(1)));
                assertThrows(CancellationException.class, handle::join);
                assertEquals(0, other.taskCount());
                var rest = logged.rest();
                assertEquals(2, rest.size(), () -> rest.stream().map(r -> r.getMessage()).toList().toString());
                for (var record : rest) assertTrue(record.getMessage().contains("ScopeTest.java:"), record.getMessage());
            }
        }
    }

    /// Goes on, whatever it is told.
    static Future<Void> deaf(Future<Void> first) {
        return async(() -> {
            var f = first;
            for (;;) {
                try {
                    await(f);
                } catch (CancellationException e) {
                    f = new Gate<>();
                }
            }
        });
    }

    @Test
    void aChildThatIsForkedWhileTheExecutorIsBeingClosedIsCancelledToo() throws Exception {
        var other = arrangement.open("other");
        var gate = new Gate<Void>();
        var handle = other.submit(Scope.run(scope -> {
            try {
                await(gate);
            } finally {
                scope.fork(() -> {
                    log.add("ran");
                });
                await(Scope.run(cleanup -> cleanup.fork(() -> {
                    log.add("a cleanup may have children");
                })));
            }
        }));
        gate.waker();
        other.close();
        assertThrows(CancellationException.class, handle::join);
        assertEquals(List.of("a cleanup may have children"), log);
    }

    @Test
    void aLateChildIsToldTheSameAsTheOthers() throws Exception {
        var gate = new Gate<Void>();
        var late = new AtomicReference<JoinHandle<Void>>();
        var handle = executor.submit(Scope.run(scope -> {
            try {
                await(gate);
            } finally {
                late.set(scope.fork(() -> {}));
            }
        }));
        gate.waker();
        handle.cancel("why");
        assertThrows(CancellationException.class, handle::join);
        assertEquals("why", assertThrows(CancellationException.class, late.get()::join).getMessage());
    }

    @Test
    void aScopeSaysWhereItsBodyIs() throws Exception {
        var gate = new Gate<Void>();
        var scopes = new AtomicReference<Scope>();
        var handle = executor.submit(Scope.run(scope -> {
            scopes.set(scope);
            await(gate);
        }));
        gate.waker();
        settle();
        assertTrue(scopes.get().toString().matches("scope of async body .*ScopeTest.java:\\d+\\) waiting"), scopes.get().toString());
        handle.cancel();
        assertThrows(CancellationException.class, handle::join);
        assertNotNull(assertThrows(NullPointerException.class, () -> scopes.get().fork((Future<Void>) null)).getMessage());
    }

    @Test
    void whatIsReadyWhenTheCancellationComesIsNotLost() throws Exception {
        var other = new AtomicReference<JoinHandle<String>>();
        var child = new Gate<Void>();
        var handle = executor.submit(() -> {
            var value = await(Scope.call(scope -> {
                scope.fork(cx -> {
                    if (!(child.poll(cx) instanceof Poll.Ready<Void> ready)) return Poll.pending();
                    other.get().cancel("when all has ended");
                    return ready;
                });
                return "value";
            }));
            log.add(value);
            await(cx -> Poll.ready(log.add("went on")));
            return value;
        });
        other.set(handle);
        child.waker();
        child.open(null);
        assertEquals("when all has ended", assertThrows(CancellationException.class, handle::join).getMessage());
        assertEquals(List.of("value"), log);
    }

    private static Future<Void> failsAt(Gate<Void> gate, Exception failure) {
        return async(() -> {
            await(gate);
            Futures.raise(failure);
        });
    }

    private static Future<Void> hesitant(Gate<Void> cleanup) {
        return async(() -> {
            try {
                await(new Gate<Void>());
            } finally {
                await(cleanup);
            }
        });
    }

    /// One child has failed, and the other one is in its cleanup.
    @Test // R23
    void aCancellationThatComesInTheCleanupAfterAFailureIsThrownByTheNextAwait() throws Exception {
        var kinds = List.<Function<List<Future<Void>>, Future<?>>>of(
                fs -> Scope.run(scope -> { for (var f : fs) scope.fork(f); }), fs -> Future.all(fs), fs -> Future.race(fs));
        for (var kind : kinds) {
            var fails = new Gate<Void>();
            var cleanup = new Gate<Void>();
            var members = List.of(hesitant(cleanup), failsAt(fails, new IOException("the child's")));
            var parent = executor.submit(() -> {
                try {
                    await(kind.apply(members));
                } catch (IOException e) {
                    log.add(e.getMessage());
                }
                await(new Gate<Void>());
            });
            fails.waker();
            settle();
            fails.open(null);
            cleanup.waker();
            parent.cancel("stop");
            assertEquals("stop", assertThrows(CancellationException.class, parent::join).getMessage());
        }
        assertEquals(List.of("the child's", "the child's", "the child's"), log);
    }

    @Test // R23
    void theFailureOfAScopeReachesItsBodyThoughAnInnerScopeHasFailedBefore() {
        var failure = new IOException("outer");
        var inner = new Gate<Void>();
        var outer = new Gate<Void>();
        var cleanup = new Gate<Void>();
        var handle = executor.submit(Scope.run(scope -> {
            scope.fork(failsAt(outer, failure));
            try {
                await(Scope.run(s -> {
                    s.fork(hesitant(cleanup));
                    s.fork(failsAt(inner, new IOException("inner")));
                }));
            } catch (IOException e) {
                log.add(e.getMessage());
            }
            await(new Gate<Void>());
        }));
        inner.waker();
        outer.waker();
        settle();
        inner.open(null);
        cleanup.waker();
        outer.open(null);
        assertSame(failure, failureOf(handle));
        assertEquals(List.of("inner"), log);
    }
}
