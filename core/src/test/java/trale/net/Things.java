package trale.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.async;
import static trale.Async.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import trale.Async;
import trale.Blocking;
import trale.Executor;
import trale.Future;
import trale.JoinHandle;
import trale.Poll;
import trale.Scope;
import trale.net.GivingUpTest.End;
import trale.net.GivingUpTest.State;
import trale.reactor.Reactor;
import trale.sync.Channel;
import trale.sync.Event;
import trale.sync.Semaphore;
import trale.time.Interval;
import trale.time.Timer;

/// The things of [trale], [trale.sync], [trale.time] and [trale.reactor].
final class Things {
    private static final Duration HOUR = Duration.ofHours(1);

    private Things() {}

    interface How<S> {
        Future<?> of(S thing) throws Exception;
    }

    static Map<String, Thing.Maker> all() {
        var all = new LinkedHashMap<String, Thing.Maker>();
        all.put("Channel.receive", (_, _) -> new Items(Channel::receive));
        all.put("Channel.send", (test, _) -> new Room(test));
        all.put("Semaphore.acquire", (test, _) -> new Permits(test));
        all.put("Event.await", (_, _) -> new Happening());
        all.put("Async.async(Body)", (_, _) -> new Items(c -> async(() -> await(c.receive()))));
        all.put("Async.async(VoidBody)", (_, _) -> new Items(c -> async(() -> {
            await(c.receive());
        })));
        all.put("Async.yieldNow", (_, _) -> new Yielding());
        all.put("Timer.timeout", (_, _) -> new Items(c -> Timer.timeout(HOUR, c.receive())));
        var none = Set.of(End.DROP);
        all.put("Future.all(Future...)", (_, _) -> new Children(c -> Future.all(c.receive(), _ -> Poll.ready(0)), none));
        all.put("Future.all(Collection)",
                (_, _) -> new Children(c -> Future.all(List.<Future<Integer>>of(c.receive(), _ -> Poll.ready(0))), none));
        all.put("Future.any(Future...)", (_, _) -> new Children(c -> Future.any(c.receive(), c.receive()), none));
        all.put("Future.any(Collection)", (_, _) -> new Children(c -> Future.any(List.of(c.receive(), c.receive())), none));
        all.put("Future.race(Future...)", (_, _) -> new Children(c -> Future.race(c.receive(), c.receive()), none));
        all.put("Future.race(Collection)", (_, _) -> new Children(c -> Future.race(List.of(c.receive(), c.receive())), none));
        // A body that is cancelled where it awaits a child does not get what the child has become: the child's handle has it.
        var toTheBody = Set.of(End.DROP, End.CANCEL, End.CLOSE);
        all.put("Scope.call", (_, _) -> new Children(c -> Scope.call(scope -> {
            var child = scope.fork(() -> await(c.receive()));
            return await(child);
        }), toTheBody));
        all.put("Scope.run", (_, _) -> new Children(c -> Scope.run(scope -> {
            var child = scope.fork(c.receive());
            await(child);
        }), toTheBody));
        all.put("Scope.fork(Future)", (_, _) -> new Children(c -> Scope.call(scope -> await(scope.fork(c.receive()))), toTheBody));
        all.put("Scope.fork(Body)",
                (_, _) -> new Children(c -> Scope.call(scope -> await(scope.fork(() -> await(c.receive())))), toTheBody));
        all.put("Scope.fork(VoidBody)", (_, _) -> new Children(c -> Scope.call(scope -> await(scope.fork(() -> {
            await(c.receive());
        }))), toTheBody));
        all.put("Executor.spawn(Future)", (test, _) -> new Handles(test, c -> (JoinHandle<?>) test.on(() -> Executor.spawn(c.receive()))));
        all.put("Executor.spawn(Body)",
                (test, _) -> new Handles(test, c -> (JoinHandle<?>) test.on(() -> Executor.spawn(() -> await(c.receive())))));
        all.put("Executor.spawn(VoidBody)", (test, _) -> new Handles(test, c -> (JoinHandle<?>) test.on(() -> Executor.spawn(() -> {
            await(c.receive());
        }))));
        all.put("Executor.submit(Future)", (test, _) -> new Handles(test, c -> test.executor().submit(c.receive())));
        all.put("Executor.submit(Body)", (test, _) -> new Handles(test, c -> test.executor().submit(() -> await(c.receive()))));
        all.put("Executor.submit(VoidBody)", (test, _) -> new Handles(test, c -> test.executor().submit(() -> {
            await(c.receive());
        })));
        all.put("JoinHandle.named", (test, _) -> new Handles(test, c -> test.executor().submit(c.receive()).named("receiver")));
        all.put("JoinHandle.closing", (test, _) -> new Handles(test, c -> test.executor().submit(c.receive())) {
            private final AtomicInteger closed = new AtomicInteger();

            @Override
            JoinHandle<?> spawned() throws Exception {
                return super.spawned().closing(closed::getAndIncrement);
            }

            @Override
            void ended(int handles) {
                assertEquals(handles, closed.get(), "resources closed");
            }
        });
        all.put("Future.from", (_, _) -> new Stages());
        all.put("Blocking.run", (_, _) -> new Bodies());
        all.put("Timer.sleep", (_, state) -> new Clock(state, Timer::sleep));
        all.put("Reactor.sleepUntil", (_, state) -> new Clock(state, d -> Reactor.sleepUntil(System.nanoTime() + d.toNanos())));
        all.put("Interval.tick", (_, state) -> new Clock(state, d -> Interval.every(d).tick()));
        return all;
    }

    /// A channel of one item, which an operation receives.
    private static class Items extends Thing {
        final Channel<Integer> channel = new Channel<>(1);
        private final How<Channel<Integer>> how;

        Items(How<Channel<Integer>> how) {
            this.how = how;
        }

        @Override
        Future<?> operation() throws Exception {
            return how.of(channel);
        }

        @Override
        void makeReady() {
            assertTrue(channel.offer(1), channel::toString);
        }

        @Override
        void giveBack(Object value) {
            makeReady();
        }

        @Override
        String text() {
            return channel.toString();
        }
    }

    /// Receives in a child.
    private static final class Children extends Items {
        private final Set<End> losing;

        Children(How<Channel<Integer>> how, Set<End> losing) {
            super(how);
            this.losing = losing;
        }

        @Override
        boolean hasChildren() {
            return true;
        }

        @Override
        Set<End> losing() {
            return losing;
        }

        @Override
        String impossible(State state) {
            return state == State.READY ? "the first poll forks the children, and they have not been polled yet" : "";
        }
    }

    /// Receives in a task of its own, which a handle that is given up leaves alone.
    private static class Handles extends Items {
        private final GivingUpTest test;
        private JoinHandle<?> last;
        private int handles;

        Handles(GivingUpTest test, How<Channel<Integer>> how) {
            super(how);
            this.test = test;
        }

        JoinHandle<?> spawned() throws Exception {
            return (JoinHandle<?>) super.operation();
        }

        @Override
        final Future<?> operation() throws Exception {
            handles++;
            return last = spawned();
        }

        @Override
        final void afterwards(boolean ready, boolean returned) {
            if (!ready) {
                test.on(() -> null); // the task has been polled
                assertEquals("Channel[0 of 1, 1 receivers wait]", channel.toString());
                assertFalse(last.isDone());
                last.cancel();
                assertThrows(CancellationException.class, last::join);
            } else if (!returned) {
                giveBack(last.join());
            }
            ended(handles);
        }

        void ended(int handles) {}

        @Override
        final boolean isReadyAtOnce() {
            return false;
        }
    }

    /// A full channel of one item, to which an operation sends.
    private static final class Room extends Thing {
        private final Channel<Integer> channel = new Channel<>(1);
        private final GivingUpTest test;

        Room(GivingUpTest test) {
            this.test = test;
            assertTrue(channel.offer(0));
        }

        @Override
        Future<?> operation() {
            return channel.send(1);
        }

        @Override
        void makeReady() {
            assertEquals(0, channel.poll());
        }

        @Override
        void giveBack(Object value) {
            assertEquals(1, channel.size());
            test.executor().submit(channel.receive()).join();
        }

        @Override
        String text() {
            return channel.toString();
        }
    }

    private static final class Permits extends Thing {
        private final Semaphore semaphore = new Semaphore(1);
        private Semaphore.Permit permit;

        Permits(GivingUpTest test) {
            permit = test.executor().submit(semaphore.acquire()).join();
        }

        @Override
        Future<?> operation() {
            return semaphore.acquire();
        }

        @Override
        void makeReady() {
            permit.close();
        }

        @Override
        void giveBack(Object value) {
            permit = (Semaphore.Permit) value;
            permit.close();
        }

        @Override
        String text() {
            return semaphore.toString();
        }
    }

    private static final class Happening extends Thing {
        private final Event event = new Event();

        @Override
        Future<?> operation() {
            return event.await();
        }

        @Override
        void makeReady() {
            event.set();
        }

        @Override
        String text() {
            return event.toString().replace("set", "0 wait"); // it is set for good
        }
    }

    private static final class Yielding extends Thing {
        @Override
        Future<?> operation() {
            return Async.yieldNow();
        }

        @Override
        boolean isReadyAtOnce() {
            return false;
        }

        @Override
        String impossible(State state) {
            return switch (state) {
                case PENDING -> "the first poll wakes the task itself";
                case READY -> "the first poll always waits";
                default -> "";
            };
        }
    }

    private static final class Stages extends Thing {
        private final List<CompletableFuture<Integer>> stages = new ArrayList<>();
        private boolean ready;

        @Override
        Future<?> operation() {
            var stage = new CompletableFuture<Integer>();
            stages.add(stage);
            if (ready) stage.complete(1);
            return Future.from(stage);
        }

        @Override
        void makeReady() {
            ready = true;
            if (!stages.isEmpty()) stages.getLast().complete(1);
        }

        @Override
        void afterwards(boolean ready, boolean returned) {
            assertEquals(!ready, stages.getLast().isCancelled(), "cancelled");
        }
    }

    /// Code that blocks, and may be interrupted.
    private static final class Bodies extends Thing {
        private final CountDownLatch gate = new CountDownLatch(1);
        private final Phaser running = new Phaser(1);

        @Override
        Future<?> operation() {
            return Blocking.run(() -> {
                running.register();
                try {
                    gate.await();
                    return 1;
                } finally {
                    running.arriveAndDeregister();
                }
            });
        }

        @Override
        void makeReady() {
            gate.countDown();
        }

        @Override
        boolean isReadyAtOnce() {
            return false;
        }

        /// It comes to its end, whether it was interrupted or let through.
        @Override
        void afterwards(boolean ready, boolean returned) throws Exception {
            running.awaitAdvanceInterruptibly(running.arrive(), 20, TimeUnit.SECONDS);
        }
    }

    /// The clock makes these ready: soon, or not before the end of the test.
    private static final class Clock extends Thing {
        private final How<Duration> how;
        private Duration duration;

        Clock(State state, How<Duration> how) {
            this.how = how;
            duration = state == State.NOT_POLLED || state == State.PENDING ? HOUR : Duration.ofMillis(20);
        }

        @Override
        Future<?> operation() throws Exception {
            return how.of(duration);
        }

        @Override
        void makeReady() {
            duration = Duration.ofNanos(1);
        }

        @Override
        boolean isReadyAtOnce() {
            return false;
        }
    }
}
