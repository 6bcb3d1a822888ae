package trale.test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.async;
import static trale.Async.await;
import static trale.Async.yieldNow;

import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import trale.Context;
import trale.Executor;
import trale.Future;
import trale.JoinHandle;
import trale.Poll;
import trale.Scope;
import trale.sync.Event;
import trale.sync.Semaphore;
import trale.test.Pipe.Mistake;
import trale.time.Timer;

/// What is said of scopes, races, time-outs, channels and permits holds in every order of a small program's steps. Of each
/// program there is a twin with a mistake, which one of its orders shows.
@Timeout(120)
class EveryOrderTest {
    private static final int MAX = 20_000;

    private interface Program {
        void run(Simulation simulation) throws Exception;
    }

    private static void holds(long orders, Program right, Program wrong) {
        var found = assertThrows(AssertionError.class, () -> Simulation.explore(MAX, wrong::run));
        assertTrue(found.getMessage().matches("(?s)order \\d+ failed: .*"), found.getMessage());
        assertEquals(orders, Simulation.explore(MAX, right::run));
    }

    private static final Duration DEADLINE = Duration.ofMillis(1);

    // The tie of a value and a deadline.

    private interface Limit {
        Future<Integer> of(Future<Integer> f);
    }

    private static void valueAtTheDeadline(Simulation simulation, Limit limit, Pipe pipe) throws Exception {
        simulation.run(() -> {
            var sent = new boolean[1];
            var limited = limit.of(pipe.receive()); // both deadlines count from here
            var sleep = Timer.sleep(DEADLINE);
            var receiver = Executor.spawn(() -> {
                try {
                    return await(limited);
                } catch (TimeoutException e) {
                    assertFalse(sent[0], "the value was there");
                    return 0;
                }
            });
            Executor.spawn(() -> {
                await(sleep);
                sent[0] = true;
                await(pipe.send(1));
            });
            var received = await(receiver);
            if (received == 0) assertEquals(1, await(pipe.receive())); // a deadlock if it is lost
            assertEquals(0, pipe.size());
        });
    }

    /// A time-out that looks at the clock first.
    private static Future<Integer> hasty(Future<Integer> f) {
        var sleep = Timer.sleep(DEADLINE);
        return new Future<>() {
            @Override
            public Poll<Integer> poll(Context cx) throws Exception {
                if (sleep.poll(cx) instanceof Poll.Ready<Void>) {
                    f.drop();
                    throw new TimeoutException("hasty");
                }
                return f.poll(cx);
            }

            @Override
            public void drop() {
                f.drop();
            }
        };
    }

    @Test // P2
    void aValueThatComesAtTheDeadlineIsReturnedOrIsStillThere() {
        holds(6, s -> valueAtTheDeadline(s, f -> Timer.timeout(DEADLINE, f), Pipe.right()),
                s -> valueAtTheDeadline(s, EveryOrderTest::hasty, Pipe.right()));
        holds(6, s -> valueAtTheDeadline(s, f -> Timer.timeout(DEADLINE, f), Pipe.wrong(Mistake.NONE)),
                s -> valueAtTheDeadline(s, EveryOrderTest::hasty, Pipe.wrong(Mistake.HANDS_OVER)));
    }

    // A body and its children fail.

    private static final class Failure extends Exception {
        private static final long serialVersionUID = 1;

        Failure(String of) {
            super(of);
        }
    }

    private interface Failing {
        /// Runs a body beside a child.
        Future<Void> both(Future<Void> body, Future<Void> child);
    }

    private static Future<Void> failing(String name, List<Throwable> failures) {
        return async(() -> {
            try {
                await(yieldNow());
            } finally {
                failures.add(new Failure(name));
                throwLast(failures);
            }
        });
    }

    private static void throwLast(List<Throwable> failures) throws Exception {
        throw (Exception) failures.getLast();
    }

    private static void bothFail(Simulation simulation, Set<String> seen, Failing scope) throws Exception {
        simulation.run(() -> {
            var failures = new ArrayList<Throwable>();
            try {
                await(scope.both(failing("body", failures), failing("child", failures)));
            } catch (Failure e) {
                assertSame(failures.getFirst(), e);
                assertEquals(failures.subList(1, failures.size()), suppressed(e)); // a child that never began fails with nothing
                seen.add(String.join(" ", failures.stream().map(Throwable::getMessage).toList()));
                return;
            }
            throw new AssertionError("no failure");
        });
    }

    /// What was suppressed, but for the marks of awaits.
    private static List<Throwable> suppressed(Throwable t) {
        var all = new ArrayList<Throwable>();
        for (var s : t.getSuppressed()) if (!(s instanceof JoinHandle.AwaitedHere)) all.add(s);
        return all;
    }

    @Test // P7
    void ofABodyAndAChildThatFailTheFirstIsThrownAndTheOtherSuppressed() {
        var seen = new TreeSet<String>();
        holds(3, s -> bothFail(s, seen, (body, child) -> Scope.run(scope -> {
            scope.fork(child);
            await(body);
        })), s -> bothFail(s, new TreeSet<>(), (body, child) -> async(() -> { // the body's failure is thrown, whichever was first
            var handle = Executor.spawn(child);
            try {
                await(body);
            } catch (Failure e) {
                try {
                    await(handle);
                } catch (Failure later) {
                    e.addSuppressed(later);
                }
                throw e;
            }
        })));
        assertEquals(Set.of("body", "body child", "child body"), seen);
    }

    // Closing.

    /// Spawns a task that sends one item, and tells if it was sent before the close.
    private static JoinHandle<?> sender(Pipe pipe, int item, IntConsumer sent) {
        return Executor.spawn(() -> {
            try {
                await(pipe.send(item));
                sent.accept(item);
            } catch (ClosedChannelException e) {
                // it has sent nothing
            }
        });
    }

    private static void closingOnSenders(Simulation simulation, Pipe pipe) throws Exception {
        simulation.run(() -> {
            var sent = new ArrayList<Integer>();
            var received = new ArrayList<Integer>();
            var tasks = new ArrayList<JoinHandle<?>>();
            for (var i = 1; i <= 3; i++) tasks.add(sender(pipe, i, sent::add));
            tasks.add(Executor.spawn(() -> pipe.close()));
            for (var task : tasks) await(task);
            for (Integer item; (item = await(pipe.receive())) != null; ) received.add(item);
            received.sort(null);
            sent.sort(null);
            assertEquals(sent, received);
        });
    }

    private static void closingOnReceivers(Simulation simulation, Pipe pipe) throws Exception {
        simulation.run(() -> {
            var tasks = new ArrayList<JoinHandle<Integer>>();
            for (var i = 0; i < 3; i++) tasks.add(Executor.spawn(() -> {
                var item = await(pipe.receive());
                return item == null ? 0 : item;
            }));
            Executor.spawn(() -> {
                await(pipe.send(1));
                pipe.close();
            });
            var sum = 0;
            for (var task : tasks) sum += await(task);
            assertEquals(1, sum);
        });
    }

    @Test // P9
    void closingEndsEverySendAndReceiveAndWhatWasSentIsReceived() {
        holds(111, s -> closingOnSenders(s, Pipe.right()), s -> closingOnSenders(s, Pipe.wrong(Mistake.CLOSES_ONE)));
        holds(364, s -> closingOnReceivers(s, Pipe.right()), s -> closingOnReceivers(s, Pipe.wrong(Mistake.CLOSES_ONE)));
        holds(111, s -> closingOnSenders(s, Pipe.wrong(Mistake.NONE)), s -> closingOnSenders(s, Pipe.wrong(Mistake.CLOSES_ONE)));
    }

    // Cancellation.


    private static Future<Boolean> ended(JoinHandle<?> task) {
        return async(() -> {
            try {
                await(task);
                return true;
            } catch (CancellationException e) {
                return false;
            }
        });
    }

    private static void cancelledReceive(Simulation simulation, Pipe pipe) throws Exception {
        simulation.run(() -> {
            var victim = Executor.spawn(pipe.receive());
            var other = Executor.spawn(pipe.receive());
            Executor.spawn(pipe.send(1));
            Executor.spawn(() -> victim.cancel());
            if (await(ended(victim))) await(pipe.send(2));
            assertNotNull(await(other)); // a deadlock if the item, or its wake, is lost
            assertEquals(0, pipe.size());
        });
    }

    private static void cancelledSend(Simulation simulation, Pipe pipe) throws Exception {
        simulation.run(() -> {
            await(pipe.send(0));
            var victim = Executor.spawn(pipe.send(1));
            var other = Executor.spawn(pipe.send(2));
            var first = Executor.spawn(pipe.receive());
            Executor.spawn(() -> victim.cancel());
            var sent = await(ended(victim)) ? 3 : 2;
            assertEquals(0, await(first));
            var sum = 0;
            for (var i = 1; i < sent; i++) sum += await(pipe.receive());
            await(other);
            assertEquals(sent == 3 ? 3 : 2, sum);
            assertEquals(0, pipe.size());
        });
    }

    // Polls.

    private static void pollBesideASenderThatIsCancelled(Simulation simulation, Pipe pipe) throws Exception {
        simulation.run(() -> {
            await(pipe.send(0));
            var victim = Executor.spawn(pipe.send(1));
            var other = Executor.spawn(pipe.send(2));
            var polled = Executor.spawn(() -> pipe.poll());
            Executor.spawn(() -> victim.cancel());
            assertEquals(0, await(polled));
            if (await(ended(victim))) assertEquals(1, await(pipe.receive()));
            await(other); // a deadlock if the room, or its wake, is lost
            assertEquals(2, pipe.poll());
            assertEquals(0, pipe.size());
        });
    }

    private static void pollBesideAClose(Simulation simulation, Pipe pipe) throws Exception {
        simulation.run(() -> {
            var sum = new int[1];
            var tasks = new ArrayList<JoinHandle<?>>();
            for (var i = 1; i <= 3; i++) tasks.add(sender(pipe, i, item -> sum[0] += item));
            tasks.add(Executor.spawn(() -> {
                var item = pipe.poll();
                if (item != null) sum[0] -= item;
            }));
            tasks.add(Executor.spawn(() -> pipe.close()));
            for (var task : tasks) await(task);
            var left = pipe.poll();
            assertEquals(sum[0], left == null ? 0 : left);
            assertNull(await(pipe.receive()));
        });
    }

    private static void pollBesideAReceiver(Simulation simulation, Pipe pipe) throws Exception {
        simulation.run(() -> {
            var receiver = Executor.spawn(pipe.receive());
            Executor.spawn(pipe.send(1));
            var polled = await(Executor.spawn(() -> pipe.poll()));
            if (polled != null) await(pipe.send(2));
            assertEquals(polled == null ? 1 : 2, await(receiver)); // null if it takes the wake for an item
            assertEquals(0, pipe.size());
        });
    }

    @Test // P8
    void aPollBesideASenderAReceiverOrACloseLosesNoItemAndNoWake() {
        holds(291, s -> pollBesideASenderThatIsCancelled(s, Pipe.right()),
                s -> pollBesideASenderThatIsCancelled(s, Pipe.wrong(Mistake.POLLS_IN_SILENCE)));
        holds(1065, s -> pollBesideAClose(s, Pipe.right()), s -> pollBesideAClose(s, Pipe.wrong(Mistake.CLOSES_ONE)));
        holds(16, s -> pollBesideAReceiver(s, Pipe.right()), s -> pollBesideAReceiver(s, Pipe.wrong(Mistake.TRUSTS_A_WAKE)));
    }

    private interface Permits {
        Future<? extends AutoCloseable> acquire();
    }

    private static Permits semaphore() {
        return new Semaphore(1)::acquire;
    }

    /// A permit is the room in a pipe.
    private static Permits pipe(Mistake mistake) {
        var pipe = Pipe.wrong(mistake);
        return () -> async(() -> {
            await(pipe.send(1));
            return (AutoCloseable) () -> assertTrue(pipe.receive().poll(Context.of(() -> {})) instanceof Poll.Ready<?>);
        });
    }

    private static void cancelledAcquire(Simulation simulation, Permits permits) throws Exception {
        simulation.run(() -> {
            var held = await(permits.acquire());
            var inside = new int[1];
            var tasks = new ArrayList<JoinHandle<Void>>();
            for (var i = 0; i < 2; i++) tasks.add(Executor.spawn(() -> {
                try (var permit = await(permits.acquire())) {
                    assertNotNull(permit);
                    assertEquals(1, ++inside[0]);
                    await(yieldNow());
                } finally {
                    if (inside[0] > 0) inside[0]--;
                }
            }));
            var release = Executor.spawn(() -> held.close());
            Executor.spawn(() -> tasks.getFirst().cancel());
            await(release);
            await(ended(tasks.getFirst()));
            await(tasks.getLast()); // a deadlock if the permit, or its wake, is lost
            await(permits.acquire()).close();
        });
    }

    @Test // P2, P8
    void aReceiveASendAndAnAcquireThatAreCancelledAtAnyStepLoseNothing() {
        holds(121, s -> cancelledReceive(s, Pipe.right()), s -> cancelledReceive(s, Pipe.wrong(Mistake.KEEPS_WAKE)));
        holds(100, s -> cancelledReceive(s, Pipe.wrong(Mistake.NONE)), s -> cancelledReceive(s, Pipe.wrong(Mistake.HANDS_OVER)));
        holds(132, s -> cancelledSend(s, Pipe.right()), s -> cancelledSend(s, Pipe.wrong(Mistake.KEEPS_WAKE)));
        holds(1349, s -> cancelledAcquire(s, semaphore()), s -> cancelledAcquire(s, pipe(Mistake.KEEPS_WAKE)));
    }

    // Nested scopes.

    private interface Nesting {
        /// A body beside a child; ready when both have ended.
        Future<Void> of(Future<Void> body, Future<Void> child);
    }

    private static Future<Void> noting(String name, Set<String> begun, List<String> ended) {
        return async(() -> {
            begun.add(name);
            try {
                await(new Event().await()); // for ever
            } finally {
                await(yieldNow());
                ended.add(name);
            }
        });
    }

    private static void threeDeep(Simulation simulation, Nesting nesting) throws Exception {
        simulation.run(() -> {
            var begun = new TreeSet<String>();
            var ended = new ArrayList<String>();
            var failure = new Failure("at the bottom");
            Future<Void> bottom = async(() -> {
                await(yieldNow());
                throw failure;
            });
            Future<Void> inner = level("3", bottom, nesting, begun, ended);
            Future<Void> middle = level("2", inner, nesting, begun, ended);
            try {
                await(level("1", middle, nesting, begun, ended));
            } catch (Failure e) {
                assertSame(failure, e);
                assertEquals(List.of(), suppressed(e));
                var expected = new ArrayList<String>();
                for (var scope : List.of("3", "2", "1")) {
                    if (begun.contains("child " + scope)) expected.add("child " + scope); // else it was cancelled before
                    expected.add("scope " + scope);
                }
                assertEquals(expected, ended);
                return;
            }
            throw new AssertionError("no failure");
        });
    }

    private static Future<Void> level(String name, Future<Void> body, Nesting nesting, Set<String> begun, List<String> ended) {
        return async(() -> {
            try {
                await(nesting.of(body, noting("child " + name, begun, ended)));
            } finally {
                ended.add("scope " + name);
            }
        });
    }

    @Test // P7
    void aFailureAtTheBottomOfThreeScopesEndsThemFromTheInside() {
        holds(88, s -> threeDeep(s, (body, child) -> Scope.run(scope -> {
            scope.fork(child);
            await(body);
        })), s -> threeDeep(s, (body, child) -> async(() -> { // cancels the child, and does not wait for its cleanup
            var handle = Executor.spawn(child);
            await(yieldNow());
            try {
                await(body);
            } finally {
                handle.cancel();
            }
        })));
    }

    // Races.

    private interface Race {
        Future<Integer> of(Future<Integer> one, Future<Integer> other);
    }

    private static void raceOfTwo(Simulation simulation, Pipe pipe, Race race) throws Exception {
        simulation.run(() -> {
            var other = pipe instanceof Pipe.Right ? Pipe.right() : Pipe.wrong(Mistake.HANDS_OVER);
            Executor.spawn(pipe.send(1));
            Executor.spawn(other.send(2));
            var won = await(race.of(pipe.receive(), other.receive()));
            assertEquals(won == 1 ? 2 : 1, await((won == 1 ? other : pipe).receive())); // a deadlock if it is lost
        });
    }

    @Test // P1
    void aRaceOfTwoReceivesLosesNoItem() {
        holds(70, s -> raceOfTwo(s, Pipe.right(), (one, other) -> Future.race(one, other)),
                s -> raceOfTwo(s, Pipe.wrong(Mistake.HANDS_OVER), (one, other) -> Future.race(one, other)));
        holds(70, s -> raceOfTwo(s, Pipe.right(), (one, other) -> Future.race(one, other)),
                s -> raceOfTwo(s, Pipe.right(), EveryOrderTest::tardy));
    }

    /// A race that cancels the other one when it is polled itself.
    private static Future<Integer> tardy(Future<Integer> one, Future<Integer> other) {
        return async(() -> {
            var tasks = List.of(Executor.spawn(one), Executor.spawn(other));
            while (!tasks.getFirst().isDone() && !tasks.getLast().isDone()) await(yieldNow());
            var winner = tasks.getFirst().isDone() ? 0 : 1;
            tasks.get(1 - winner).cancel();
            return await(tasks.get(winner));
        });
    }
}
