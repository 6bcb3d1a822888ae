package trale;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import trale.support.Futures;
import trale.support.Gate;
import trale.support.TheLog;
import trale.support.Tray;
import trale.support.UnderBothArrangements;
import trale.time.Timer;

/// `race`, `any` and `all`: of all members one takes effect, or all; none is running when they are ready.
class RaceTest extends UnderBothArrangements {
    private final List<String> log = new ArrayList<>(); // by the executor's thread

    private static Throwable failureOf(JoinHandle<?> handle) {
        return assertThrows(CompletionException.class, handle::join).getCause();
    }

    private static <T> Future<T> failing(Exception failure, int turns) {
        return async(() -> {
            for (var i = 0; i < turns; i++) await(yieldNow());
            throw failure;
        });
    }

    private static <T> Future<T> late(T value, int turns) {
        return async(() -> {
            for (var i = 0; i < turns; i++) await(yieldNow());
            return value;
        });
    }

    /// Waits for ever. When it is cancelled, its cleanup takes `turns` turns.
    private <T> Future<T> loser(String name, int turns) {
        return async(() -> {
            try {
                return await(new Gate<T>());
            } catch (CancellationException e) {
                log.add(name + ": " + e.getMessage());
                throw e;
            } finally {
                for (var i = 0; i < turns; i++) await(yieldNow());
                log.add(name + " ended");
            }
        });
    }

    @Test
    void theFirstToEndDecidesARaceWithItsValue() {
        assertEquals("hare", executor.submit(Future.race(late("tortoise", 5), late("hare", 2), failing(new IOException(), 4))).join());
    }

    @Test
    void theFirstToEndDecidesARaceWithItsFailure() {
        var failure = new IOException("disk");
        assertSame(failure, failureOf(executor.submit(Future.race(late("tortoise", 5), failing(failure, 2)))));
        assertArrayEquals(new Throwable[0], failure.getSuppressed());
    }

    @Test
    void theFirstValueDecidesAny() {
        assertEquals("value", executor.submit(Future.any(failing(new IOException(), 0), late("value", 3), late("late", 9))).join());
    }

    @Test
    void ifAllFailAnyThrowsTheFirstFailureWithTheOthersSuppressedInOrder() throws Exception {
        var failures = List.of(new IOException("2"), new IOException("0"), new IOException("1"));
        try (var logged = new TheLog()) {
            var thrown =
                    failureOf(executor.submit(Future.any(failing(failures.get(0), 6), failing(failures.get(1), 0),
                            failing(failures.get(2), 3))));
            assertSame(failures.get(1), thrown);
            assertArrayEquals(new Throwable[] {failures.get(2), failures.get(0)}, thrown.getSuppressed());
            logged.expect(List.of(failUnseen()));
        }
    }

    @Test
    void tiesAreDecidedInArgumentOrder() {
        for (var round = 0; round < 20; round++) {
            assertEquals(0, executor.submit(Future.race(cx -> Poll.ready(0), cx -> Poll.ready(1), cx -> Poll.ready(2))).join());
            assertEquals(0, executor.submit(Future.any(late(0, 3), late(1, 3))).join());
        }
    }

    @Test
    void allKeepsTheOrderHoweverTheMembersEnd() {
        for (var seed = 0; seed < 200; seed++) {
            var random = new Random(seed);
            var values = new ArrayList<Integer>();
            var members = new ArrayList<Future<Integer>>();
            for (var i = 0; i < random.nextInt(6); i++) {
                values.add(i);
                members.add(late(i, random.nextInt(5)));
            }
            assertEquals(values, executor.submit(Future.all(members)).join(), "seed " + seed);
        }
        assertEquals(Arrays.asList(null, 1), executor.submit(Future.all(late(null, 1), late(1, 0))).join());
    }

    @Test
    void theFirstFailureCancelsTheOthersOfAll() {
        var failure = new IOException("disk");
        assertSame(failure,
                failureOf(executor.submit(Future.all(loser("a", 3), failing(failure, 1), loser("b", 1),
                        failing(new IOException("late"), 9)))));
        assertEquals(List.of("a: cancelled", "b: cancelled", "b ended", "a ended"), log);
        assertArrayEquals(new Throwable[0], failure.getSuppressed());
    }

    @Test
    void theCleanupOfTheLosersHasEndedWhenARaceIsReady() {
        for (var race : List.<Function<List<Future<String>>, Future<String>>>of(Future::race, Future::any)) {
            log.clear();
            executor.submit(() -> {
                log.add(await(race.apply(List.of(loser("a", 5), late("winner", 1), loser("b", 2)))));
            }).join();
            assertEquals(List.of("a: another one won", "b: another one won", "b ended", "a ended", "winner"), log);
        }
    }

    @Test
    void whatTheCleanupOfALoserFailsWithIsLoggedOrSuppressedInTheFailureThatWon() throws Exception {
        var cleanup = new IOException("cleanup");
        try (var logged = new TheLog()) {
            assertEquals("value", executor.submit(Future.race(late("value", 1), cleanupFails(cleanup))).join());
            var record = logged.next();
            assertSame(cleanup, record.getThrown());
            assertEquals("a member failed after another one had won: race of 2 futures", record.getMessage());
            var failure = new IOException("disk");
            assertSame(failure, failureOf(executor.submit(Future.race(failing(failure, 1), cleanupFails(cleanup)))));
            assertArrayEquals(new Throwable[] {cleanup}, failure.getSuppressed());
            assertEquals(List.of(), logged.rest());
        }
    }

    @Test
    void aMemberThatHadFailedBeforeItsAnyLostIsNoCleanupThatFailed() throws Exception {
        try (var logged = new TheLog()) {
            for (var isTimed : List.of(false, true)) {
                var any = Future.<String>any(failing(new IOException("mirror"), 0), new Gate<String>());
                var loses = isTimed ? Timer.timeout(Duration.ofHours(1), any) : any;
                assertEquals("won", executor.submit(Future.race(loses, late("won", 5))).join());
            }
            assertEquals(List.of(), logged.rest());
        }
    }

    private static <T> Future<T> cleanupFails(Exception failure) {
        return async(() -> {
            try {
                return await(new Gate<T>());
            } finally {
                Futures.raise(failure);
            }
        });
    }

    @Test
    void noneOfNothing() {
        assertEquals(List.of(), executor.submit(Future.all()).join());
        assertEquals("race of no futures would never be ready; give it at least one",
                assertThrows(IllegalArgumentException.class, Future::race).getMessage());
        assertEquals("any of no futures would never be ready; give it at least one",
                assertThrows(IllegalArgumentException.class, () -> Future.any(List.of())).getMessage());
        assertEquals("a future is null", assertThrows(NullPointerException.class, () -> Future.all(late(1, 1), null)).getMessage());
    }

    @Test // M1
    void aMemberHasOneOwner() {
        var twice = late("value", 1);
        var e = assertThrows(IllegalStateException.class, () -> Future.race(twice, twice));
        assertTrue(e.getMessage().startsWith("two owners: this future is awaited or spawned already"), e.getMessage());
        var spawned = late("value", 1);
        var handle = executor.submit(spawned);
        assertThrows(IllegalStateException.class, () -> Future.all(spawned));
        assertEquals("value", handle.join());
    }

    @Test
    void aHandleThatLosesKeepsItsTask() throws Exception {
        var gate = new Gate<String>();
        var task = executor.submit(gate);
        gate.waker();
        assertEquals("value", executor.submit(Future.race(task, late("value", 2))).join());
        assertEquals(List.of("a", "a"), executor.submit(Future.all(late("a", 1), late("a", 1))).join());
        assertEquals(0, gate.drops.get());
        gate.open("the task's");
        assertEquals("the task's", task.join());
        assertEquals(List.of("the task's", "the task's"), executor.submit(Future.all(task, task)).join());
    }

    @Test
    void whatIsCancelledFromOutsideCancelsAllAndAwaitsTheirEnds() throws Exception {
        for (var kind : List.<Function<List<Future<String>>, Future<?>>>of(Future::race, Future::any, Future::all)) {
            log.clear();
            var gate = new Gate<String>();
            var handle = executor.submit(kind.apply(List.of(loser("a", 3), loser("b", 1), gate)));
            gate.waker();
            handle.cancel("why");
            assertEquals("why", assertThrows(CancellationException.class, handle::join).getMessage());
            assertEquals(List.of("a: why", "b: why", "b ended", "a ended"), log);
            assertEquals(1, gate.drops.get());
        }
    }

    /// The value is returned, late and not lost. The cancellation is not lost either: the next await throws it.
    @Test
    void aValueThatComesInSpiteOfACancellationIsReturnedAndTheNextAwaitThrowsTheCancellation() throws Exception {
        for (var kind : List.of("race", "any", "all")) {
            log.clear();
            var gate = new Gate<Void>();
            var handle = executor.submit(() -> {
                var stubborn = async(() -> {
                    try {
                        await(gate);
                    } catch (CancellationException e) {
                        await(yieldNow());
                    }
                    return "value";
                });
                log.add(switch (kind) {
                    case "race" -> await(Future.race(stubborn, loser("other", 1)));
                    case "any" -> await(Future.any(stubborn, loser("other", 1)));
                    default -> await(Future.all(stubborn)).getFirst();
                });
                await(cx -> Poll.ready(log.add("the cancellation was swallowed")));
            });
            gate.waker();
            handle.cancel("why");
            assertEquals("why", assertThrows(CancellationException.class, handle::join).getMessage());
            assertEquals("value", log.getLast(), kind);
        }
    }

    @Test
    void anyThatIsCancelledIsNoFailureOfAMemberThatHadFailedBefore() throws Exception {
        var early = new IOException("the first mirror");
        var gate = new Gate<String>();
        var handle = executor.submit(Future.any(failing(early, 0), gate));
        gate.waker();
        settle();
        handle.cancel();
        var thrown = assertThrows(CancellationException.class, handle::join);
        assertArrayEquals(new Throwable[] {early}, thrown.getSuppressed());
        var cleanup = new IOException("cleanup");
        gate = new Gate<String>();
        handle = executor.submit(Future.any(failing(early, 0), gate, cleanupFails(cleanup)));
        gate.waker();
        settle();
        handle.cancel();
        assertSame(cleanup, failureOf(handle));
        assertArrayEquals(new Throwable[] {early}, cleanup.getSuppressed());
    }

    /// Both requests come before the task is polled.
    @Test
    void eachOfTwoCancellationsAtOnceIsDelivered() throws Exception {
        for (var wrapped : List.of(true, false)) {
            var gate = new Gate<Void>();
            var race = Future.race(async(() -> {
                try {
                    await(gate);
                } catch (CancellationException e) {
                    log.add("first");
                }
                await(new Gate<Void>());
            }));
            var handle = wrapped ? executor.submit(async(() -> await(race))) : executor.submit(race);
            gate.waker();
            try (var _ = new Hold()) {
                handle.cancel();
                handle.cancel("second");
            }
            assertThrows(CancellationException.class, handle::join);
        }
        assertEquals(List.of("first", "first"), log);
    }

    @Test
    void membersThatWereNeverPolledAreDropped() throws Exception {
        for (var how : List.of("drop", "cancel")) {
            var gate = new Gate<Object>();
            var stage = new CompletableFuture<Object>();
            var race = Future.race(gate, Future.from(stage));
            if (how.equals("drop")) {
                race.drop();
            } else {
                try (var _ = new Hold()) {
                    executor.submit(race).cancel();
                }
            }
            assertEquals(1, gate.drops.get(), how);
            assertEquals(0, gate.polls.get(), how);
            assertTrue(stage.isCancelled(), how);
        }
    }

    /// sent = received + left
    private void receiveInRaces(boolean handsOver, Function<List<Future<Integer>>, Future<Integer>> race, int seeds,
            HashSet<Integer> lost) {
        for (var seed = 0; seed < seeds; seed++) {
            var random = new Random(seed);
            var trays = List.of(new Tray<Integer>(handsOver), new Tray<Integer>(handsOver));
            var received = new ArrayList<Integer>();
            var sent = new int[1];
            var ended = new boolean[1];
            var receiver = executor.submit(() -> {
                while (!ended[0]) {
                    received.add(await(race.apply(List.of(trays.get(0).take(), trays.get(1).take()))));
                    for (var i = random.nextInt(3); i > 0; i--) await(yieldNow());
                }
            });
            executor.submit(() -> {
                for (var i = 0; i < 8; i++) {
                    for (var tray : trays) if (random.nextInt(3) > 0) tray.put(sent[0]++);
                    for (var j = random.nextInt(4); j > 0; j--) await(yieldNow());
                }
                for (var j = 20; j > 0; j--) await(yieldNow());
                ended[0] = true;
                trays.get(random.nextInt(2)).put(sent[0]++);
            }).join();
            receiver.join();
            for (var tray : trays) received.addAll(tray.items());
            Collections.sort(received);
            var all = new HashSet<Integer>();
            for (var i = 0; i < sent[0]; i++) all.add(i);
            received.forEach(all::remove);
            lost.addAll(all);
            if (all.isEmpty()) assertEquals(sent[0], received.size(), "twice, seed " + seed);
        }
    }

    @Test // H9, P1
    void aRaceOfTwoReceivesLosesNoItem() {
        var lost = new HashSet<Integer>();
        receiveInRaces(false, Future::race, 1_000, lost);
        receiveInRaces(false, Future::any, 200, lost);
        assertEquals(new HashSet<>(), lost);
    }

    /// Canary: a tray that gives an item to a future which may not be polled again.
    @Test // P1
    void aTrayThatHandsItemsOverLosesThem() {
        var lost = new HashSet<Integer>();
        receiveInRaces(true, Future::race, 200, lost);
        assertFalse(lost.isEmpty());
    }

    /// Canary: a race that cancels the losers in its own poll, a turn after the end of the winner.
    @Test // P1
    void aRaceThatCancelsInItsOwnPollLosesItems() {
        var lost = new HashSet<Integer>();
        receiveInRaces(false, RaceTest::lateRace, 200, lost);
        assertFalse(lost.isEmpty());
    }

    private static <T> Future<T> lateRace(List<Future<T>> futures) {
        return new Future<>() {
            private List<JoinHandle<T>> handles;

            @Override
            public Poll<T> poll(Context cx) throws Exception {
                if (handles == null) handles = futures.stream().map(Executor::spawn).toList();
                for (var handle : handles) {
                    if (!(handle.poll(cx) instanceof Poll.Ready<T> ready)) continue;
                    for (var other : handles) other.cancel();
                    return ready;
                }
                return Poll.pending();
            }
        };
    }

    /// Oxide's RFD 609: a future that waits for a lock is held, and not polled, while its owner waits for the same lock.
    @Test // P3
    void aMemberThatWaitsForALockIsPolledOrCancelledAndNeverHeld() {
        var lock = new Tray<String>(false);
        var handle = executor.submit(() -> {
            lock.put("the lock");
            var holder = Executor.spawn(() -> {
                var taken = await(lock.take());
                for (var i = 0; i < 10; i++) await(yieldNow());
                lock.put(taken);
            });
            await(yieldNow());
            Future<String> first = lock.take();
            await(Future.race(first, late("a tick", 3)));
            var again = await(lock.take()); // behind `first`, which would have been given the lock
            lock.put(again);
            await(holder);
            return again;
        });
        assertEquals("the lock", handle.join());
        assertEquals(0, lock.waiting());
    }

    @Test // P5
    void aCancellationThatAMemberThrowsUnaskedIsAFailure() throws Exception {
        var gate = new Gate<Void>();
        var other = executor.submit(gate);
        gate.waker();
        var all = executor.submit(Future.all(other, loser("sibling", 1)));
        settle(); // forks
        settle(); // the members wait
        other.cancel("the other");
        assertEquals("the other", assertThrows(CancellationException.class, all::join).getMessage());
        assertEquals(List.of("sibling: cancelled", "sibling ended"), log);
    }

    @Test // F2, P11
    void aRaceInALoopLetsOtherTasksRun() {
        var ended = new boolean[1];
        var turns = new int[1];
        var loop = executor.submit(() -> {
            while (!ended[0]) {
                await(Future.race(cx -> Poll.ready(1), cx -> Poll.ready(2)));
                turns[0]++;
            }
        });
        executor.submit(Futures.yielding(100, () -> {})).join();
        onExecutor(() -> ended[0] = true);
        loop.join();
        assertTrue(turns[0] > 0);
    }

    @Test
    void aRaceMayWinWithAMemberThatCancelsItsOwnTask() throws Exception {
        var self = new AtomicReference<JoinHandle<?>>();
        var start = new Gate<Void>();
        var handle = executor.submit(() -> {
            await(start);
            return await(Future.race(async(() -> {
                self.get().cancel("by a member");
                return "value";
            }), loser("other", 0)));
        });
        self.set(handle);
        start.waker();
        start.open(null);
        assertInstanceOf(String.class, handle.join());
    }
}
