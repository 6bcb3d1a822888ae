package trale.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.await;
import static trale.Async.yieldNow;

import java.io.UncheckedIOException;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import trale.Context;
import trale.Executor;
import trale.Future;
import trale.Scope;
import trale.Snapshot;
import trale.internal.probe.Probe;
import trale.internal.probe.Watched;
import trale.time.Timer;

/// What is taken down of an executor, and how its thread is held.
@Timeout(60)
class WatchTest {

    private static List<String> events(Watch watch) {
        watch.drain();
        return watch.history.after(0, Integer.MAX_VALUE).events();
    }

    private static long count(Watch watch, String part) {
        return events(watch).stream().filter(e -> e.contains(part)).count();
    }

    private static void awaitHeld(Watch watch) throws InterruptedException {
        var known = -1;
        while (!watch.recorder.isHeld()) known = watch.history.await(Long.MAX_VALUE, known, 1000);
    }

    @Test
    void aTaskIsToldFromItsSpawnToItsEnd() {
        try (var executor = Executor.builder().build(); var watch = Watch.of(executor)) {
            var name = "mine";
            executor.submit(() -> {
                int kept = name.length();
                await(Timer.sleep(Duration.ofMillis(1)));
                return kept;
            }).join();
            var all = String.join("\n", events(watch)).lines()
                    .filter(e -> e.contains("\"task\":1") || e.contains("\"k\":\"sleep\"")).toList();
            var kinds = all.stream().map(e -> e.replaceAll("\\{\"k\":\"(\\w+)\".*", "$1"))
                    .filter(k -> !k.equals("sleep") && !k.equals("timer")).toList();
            assertEquals(List.of("spawn", "poll", "pend", "wake", "poll", "end"), kinds);
            var pend = all.stream().filter(e -> e.contains("\"pend\"")).findFirst().orElseThrow();
            assertTrue(pend.contains("\"file\":\"WatchTest.java\"") && pend.contains("\"what\":\"timer\"")
                    && pend.contains("{\"name\":\"kept\",\"value\":\"4\"}"), pend);
            var known = watch.machines.json();
            assertTrue(known.contains("\"trale.watch.WatchTest.aTaskIsToldFromItsSpawnToItsEnd\":[{"), known);
            assertTrue(known.contains("\"trale/watch/WatchTest.java\":\"package trale.watch;"));
        }
    }

    @Test
    void aScopeATurnAndALogAreTold() {
        var logger = Logger.getLogger("trale");
        logger.setFilter(_ -> false);
        try (var executor = Executor.builder().build(); var watch = Watch.of(executor)) {
            executor.submit(() -> {
                await(Scope.run(scope -> {
                    var child = scope.fork(() -> {
                        await(Timer.sleep(Duration.ofMillis(1)));
                    });
                    child.poll(Context.of(() -> {
                        throw new IllegalStateException("logged");
                    }));
                }));
            }).join();
            assertEquals(1, count(watch, "\"scope\":1,\"task\":1,\"do\":\"open\""));
            assertEquals(1, count(watch, "\"scope\":1,\"task\":1,\"do\":\"close\""));
            assertEquals(1, count(watch, "\"parent\":1,\"scope\":1"));
            assertTrue(count(watch, "\"k\":\"sleep\"") + count(watch, "\"k\":\"turn\"") > 0);
            assertEquals(1, count(watch, "\"k\":\"log\""));
            assertEquals(1, count(watch, ": java.lang.IllegalStateException\"}"));
        } finally {
            logger.setFilter(null);
        }
    }

    private static trale.Future<Integer> inner(String word) {
        return trale.Async.async(() -> {
            int length = word.length();
            await(Timer.sleep(Duration.ofMillis(1)));
            return length;
        });
    }

    @Test
    void whatIsKeptSaysWhichBodyKeepsIt() {
        try (var executor = Executor.builder().build(); var watch = Watch.of(executor)) {
            executor.submit(() -> {
                int outer = List.of(5).getFirst();
                int length = await(inner("seven"));
                return outer + length;
            }).join();
            var pend = events(watch).stream().filter(e -> e.contains("\"k\":\"pend\"")).findFirst().orElseThrow();
            assertTrue(pend.contains("{\"name\":\"outer\",\"value\":\"5\"}"), pend);
            assertTrue(pend.contains("{\"name\":\"length\",\"value\":\"5\",\"body\":1}"), pend);
        }
    }

    @Test
    void aPauseHoldsBeforeAPollAndAStepLetsOneThrough() throws Exception {
        var polls = new AtomicInteger();
        try (var executor = Executor.builder().build(); var watch = Watch.of(executor, null, true)) {
            var task = executor.submit(() -> {
                while (polls.incrementAndGet() < 10) await(yieldNow());
            });
            for (var n = 0; n < 5; n++) {
                awaitHeld(watch);
                assertEquals(n, polls.get());
                assertEquals(Snapshot.State.QUEUED, executor.snapshot().tasks().getFirst().state());
                watch.step();
                while (polls.get() == n) Thread.onSpinWait();
            }
            awaitHeld(watch);
            assertFalse(task.isDone());
            watch.resume();
            task.join();
            assertEquals(10, polls.get());
        }
    }

    @Test
    void whatWatchesIsClosedAndTheExecutorRunsOn() throws Exception {
        try (var executor = Executor.builder().build()) {
            var watch = Watch.of(executor, null, true);
            var task = executor.submit(() -> 7);
            awaitHeld(watch);
            watch.close();
            watch.close();
            assertEquals(7, task.join());
            assertThrows(IllegalStateException.class, () -> watch.serve(0));
        }
    }

    @Test
    void aTaskThatWasThereBeforeIsThere() throws Exception {
        try (var executor = Executor.builder().build()) {
            var gate = new CompletableFuture<Integer>();
            var task = executor.submit(() -> await(Future.from(gate))).named("early");
            while (executor.snapshot().tasks().isEmpty() || executor.snapshot().tasks().getFirst().state() != Snapshot.State.WAITING)
                Thread.onSpinWait();
            try (var watch = Watch.of(executor)) {
                assertEquals(1, count(watch, "\"k\":\"spawn\",\"t\":"));
                assertEquals(1, count(watch, "\"k\":\"pend\",\"t\":"));
                assertEquals(1, count(watch, "\"name\":\"early\",\"class\":\"trale.watch.WatchTest\""));
                gate.complete(1);
                task.join();
                assertEquals(1, count(watch, "\"what\":\"thread\",\"name\":\"" + Thread.currentThread().getName() + "\""),
                        String.join("\n", events(watch)));
            }
        }
    }

    @Test
    void anExecutorThatIsHeldByABodyIsWatchedAfterThatPoll() throws Exception {
        try (var executor = Executor.builder().build()) {
            var begun = new CountDownLatch(1);
            var end = new CountDownLatch(1);
            var held = executor.submit(() -> {
                begun.countDown();
                end.await();
                await(yieldNow());
            });
            begun.await(); // a task that is counted may not be polled yet
            try (var watch = Watch.of(executor)) {
                assertFalse(watch.recorder.isInstalled());
                end.countDown();
                held.join();
                executor.submit(() -> 1).join();
                assertEquals(1, count(watch, "\"task\":2,\"how\":\"value\""));
                assertTrue(watch.thread.isAlive(), "the watch's own thread goes on");
            }
        }
    }

    /// It has no number until it arrives.
    @Test
    void aTaskThatIsCancelledBeforeItArrivesIsNoTaskZero() throws Exception {
        try (var executor = Executor.builder().build(); var watch = Watch.of(executor)) {
            var begun = new CountDownLatch(1);
            var end = new CountDownLatch(1);
            var holds = executor.submit(() -> {
                begun.countDown();
                end.await();
            });
            begun.await();
            var early = executor.submit(() -> {
                await(yieldNow());
            });
            early.cancel();
            end.countDown();
            holds.join();
            assertThrows(CancellationException.class, early::join);
            assertEquals(0, count(watch, "\"task\":0"), String.join("\n", events(watch)));
            assertEquals(1, count(watch, "\"how\":\"cancelled\""));
        }
    }

    /// A scope keeps its number, and the second watch hears of the forks of one that the first has numbered.
    @Test
    void aSecondWatchNumbersItsScopesBehindThoseOfTheFirst() {
        try (var executor = Executor.builder().build()) {
            var gate = new CompletableFuture<Integer>();
            Runnable join;
            try (var watch = Watch.of(executor)) {
                join = executor.submit(() -> {
                    await(Scope.run(scope -> {
                        await(Future.from(gate));
                        scope.fork(() -> 1);
                    }));
                })::join;
                while (executor.snapshot().tasks().isEmpty() || executor.snapshot().tasks().getFirst().state() != Snapshot.State.WAITING)
                    Thread.onSpinWait();
                assertEquals(1, count(watch, "\"scope\":1,\"task\":1,\"do\":\"open\""));
            }
            try (var watch = Watch.of(executor)) {
                executor.submit(() -> {
                    await(Scope.run(scope -> {
                        scope.fork(() -> 1);
                    }));
                }).join();
                gate.complete(1);
                join.run();
                assertEquals(1, count(watch, "\"scope\":2,\"task\":2,\"do\":\"open\""), String.join("\n", events(watch)));
                assertEquals(1, count(watch, "\"parent\":1,\"scope\":1"), String.join("\n", events(watch)));
            }
        }
    }

    private static final class Unreadable implements Watched {
        @Override
        public long number() {
            throw new IllegalStateException("its number");
        }

        @Override
        public @Nullable String name() {
            return null;
        }

        @Override
        public boolean isSeen() {
            return true;
        }

        @Override
        public int cancellations() {
            return 0;
        }
    }

    /// Waits until the watch's own thread has taken so many events down.
    private static void awaitEvents(Watch watch, String part, long count) throws InterruptedException {
        var known = -1;
        while (true) {
            var batch = watch.history.after(0, Integer.MAX_VALUE);
            if (batch.events().stream().filter(e -> e.contains(part)).count() >= count) return;
            known = watch.history.await(batch.last(), known, 1000);
        }
    }

    @Test
    void theWatchGoesOnAfterWhatItCannotRead() throws Exception {
        try (var executor = Executor.builder().build(); var watch = Watch.of(executor)) {
            executor.submit(() -> 1).join();
            for (var failures = 1; failures <= 2; failures++) {
                watch.recorder.put(new Event.End(0, new Unreadable(), Probe.How.VALUE, null));
                awaitEvents(watch, "\"k\":\"lost\"", failures); // it says what may have ended
                executor.submit(() -> 2).join();
                awaitEvents(watch, "\"task\":" + (failures + 1) + ",\"how\":\"value\"", 1);
            }
            var logged = events(watch).stream().filter(e -> e.contains("\"k\":\"log\"")).toList();
            assertEquals(1, logged.size(), logged.toString());
            assertTrue(logged.getFirst().contains("could not take down what happened: java.lang.IllegalStateException"), logged.toString());
        }
    }

    @Test
    void anExecutorThatIsClosedCannotBeWatched() {
        var executor = Executor.builder().build();
        executor.close();
        assertThrows(RejectedExecutionException.class, () -> Watch.of(executor));
    }

    @Test
    void whichThreadSpawnedATaskIsToldAndNotKept() throws Exception {
        try (var executor = Executor.builder().build(); var watch = Watch.of(executor)) {
            var thread = new Thread(() -> {
                for (var i = 0; i < 100; i++) executor.submit(() -> 1).join();
            }, "outside");
            thread.start();
            thread.join();
            assertEquals(100, count(watch, "\"by\":\"thread outside\""));
            assertEquals(0, watch.recorder.wakesOnTheirWay());
        }
    }

    @Test
    void aRecordingHasWhatHappenedAndIsReplaced(@TempDir Path folder) throws Exception {
        try (var executor = Executor.builder().build(); var watch = Watch.of(executor)) {
            var file = folder.resolve("a/b.html");
            watch.record(file);
            var before = Files.size(file);
            for (var i = 0; i < 20; i++) executor.submit(() -> 1).join();
            watch.record(file);
            assertTrue(Files.size(file) > before);
            assertTrue(Files.readString(file).contains("{\"k\":\"end\","));
        }
    }

    @Test
    void aPortThatIsTakenIsTold() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress()); var executor = Executor.builder().build();
                var watch = Watch.of(executor)) {
            var failure = assertThrows(UncheckedIOException.class, () -> watch.serve(taken.getLocalPort()));
            assertTrue(failure.getMessage().contains("port " + taken.getLocalPort()), failure.getMessage());
            assertNotEquals(taken.getLocalPort(), watch.serve(0).getPort());
        }
    }

    @Test
    void aRingThatIsFullSaysHowManyEventsAreLost() {
        try (var executor = Executor.builder().build(); var watch = Watch.of(executor)) {
            var recorder = new Recorder(watch.machines, null, false, () -> {});
            for (var i = 0; i < (1 << 16) + 100; i++) recorder.put(new Event.Poll(i, i, 0));
            var events = new ArrayList<Event>();
            assertTrue(recorder.drain(events));
            assertEquals(new Event.Lost(100, 100, true), events.getFirst());
            assertEquals(new Event.Poll(100, 100, 0), events.get(1));
            assertEquals((1 << 16) + 1, events.size());
            assertFalse(recorder.drain(events));
        }
    }

    @Test
    void whatABodyKeepsIsThatOfTheEndOfThePollAndNotOfTheMomentWhenItIsRead() {
        var recorder = new Recorder(new Machines(), null, false, () -> {});
        try (var executor = Executor.builder().build()) {
            executor.probe(recorder);
            executor.submit(() -> {
                for (var i = 0; i < 5; i++) await(yieldNow());
            }).join();
            executor.probe(null);
        }
        var events = new ArrayList<Event>();
        recorder.drain(events);
        assertEquals(List.of("0", "1", "2", "3", "4"), events.stream().filter(Event.Pend.class::isInstance)
                .map(e -> Values.of(((Event.Pend) e).keeps().getFirst().value())).toList());
    }

    @Test
    void anObjectThatABodyKeptIsGarbageAfterItsTask() {
        var kept = new AtomicReference<WeakReference<Object>>();
        try (var executor = Executor.builder().build(); var watch = Watch.of(executor)) {
            executor.submit(() -> {
                var object = new Object();
                kept.set(new WeakReference<>(object));
                await(yieldNow());
                return object.hashCode();
            }).join();
            assertEquals(1, count(watch, "{\"name\":\"object\",\"value\":\"Object\"}"));
            while (kept.get().get() != null) System.gc(); // until the timeout of the test
            assertEquals(1, count(watch, "{\"name\":\"object\",\"value\":\"Object\"}"));
        }
    }

    @Test
    void whatARecordThatABodyKeptRefersToIsGarbageAfterItsTask() {
        record Holder(Object held) {}
        var kept = new AtomicReference<WeakReference<Object>>();
        try (var executor = Executor.builder().build(); var watch = Watch.of(executor)) {
            executor.submit(() -> {
                var holder = new Holder(new Object());
                kept.set(new WeakReference<>(holder.held));
                await(yieldNow());
                return holder.hashCode();
            }).join();
            assertEquals(1, count(watch, "{\"name\":\"holder\",\"value\":\"WatchTest$1Holder[held=Object]\"}"));
            while (kept.get().get() != null) System.gc(); // until the timeout of the test
            assertEquals(1, count(watch, "{\"name\":\"holder\",\"value\":\"WatchTest$1Holder[held=Object]\"}"));
        }
    }

    @Test
    void theValueOfATaskThatHasEndedIsGarbageWhenItsHandleIs() {
        try (var executor = Executor.builder().build(); var watch = Watch.of(executor)) {
            var value = new WeakReference<>(executor.submit(() -> new Object()).join());
            assertEquals(1, count(watch, "\"how\":\"value\""));
            while (value.get() != null) System.gc(); // until the timeout of the test
            assertEquals(1, count(watch, "\"how\":\"value\""));
        }
    }

    @Test
    void ofAHistoryThatIsFullTheTasksThatAreLeftAreKept() {
        var history = new History(10);
        var all = new ArrayList<Event>(List.of(new Event.Start(0, "trale", null, null, "own thread", true)));
        for (var task = 1; task <= 20; task++) {
            all.add(new Event.Spawn(task, task, null, null, 0, 0, null));
            all.add(new Event.Pend(task, task, null, List.of(), List.of(), List.of(), false));
        }
        history.add(all);
        var batch = history.after(0, 1000);
        assertEquals(41, batch.last());
        assertEquals(20, batch.events().stream().filter(e -> e.contains("spawn")).count());
        assertTrue(batch.events().getFirst().contains("\"k\":\"start\""));
        assertEquals(1, batch.events().stream().filter(e -> e.contains("\"k\":\"lost\",\"t\":16,\"count\":31")).count(),
                batch.events().toString());
        var later = history.after(20, 1000);
        assertTrue(later.events().getFirst().contains("\"k\":\"lost\",\"t\":16,\"count\":11"), later.events().toString());
        assertEquals(11, later.events().size());
    }

    @Test
    void anEventCostsSomeTensOfNanoseconds() {
        try (var executor = Executor.builder().build(); var watch = Watch.of(executor)) {
            executor.submit(() -> 1).join();
            var best = Long.MAX_VALUE;
            for (var round = 0; round < 50; round++) {
                var start = System.nanoTime();
                for (var i = 0; i < 20_000; i++) watch.recorder.turn(false);
                best = Math.min(best, (System.nanoTime() - start) / 20_000);
            }
            System.out.println("an event takes " + best + " ns");
            assertTrue(best < 600, best + " ns an event"); // ten times what it is on a machine that does nothing else
        }
    }

    @Test
    void ofAProgramsObjectsNoMethodIsCalled() {
        record Pair(String a, int b) {}
        class Own {
            @Override
            public String toString() {
                throw new AssertionError("called");
            }
        }
        assertEquals("WatchTest$1Pair[a=\"x\", b=3]", Values.of(Values.keep(new Pair("x", 3))));
        class OwnClock extends Clock {
            @Override
            public ZoneId getZone() {
                throw new AssertionError("called");
            }

            @Override
            public Clock withZone(ZoneId zone) {
                throw new AssertionError("called");
            }

            @Override
            public Instant instant() {
                throw new AssertionError("called");
            }

            @Override
            public String toString() {
                throw new AssertionError("called");
            }
        }
        assertEquals("WatchTest$1Own", Values.of(Values.keep(new Own())));
        assertEquals("Clock$OffsetClock", Values.of(Values.keep(Clock.offset(new OwnClock(), Duration.ofHours(1)))));
        assertEquals("\"" + "y".repeat(200) + "…\"", Values.of("y".repeat(1000)));
        assertEquals("\"" + "y".repeat(200) + "…\"", Values.of(Values.keep("y".repeat(1000))));
        assertEquals("SECONDS", Values.of(Values.keep(TimeUnit.SECONDS)));
        assertEquals("PT2S", Values.of(Values.keep(Duration.ofSeconds(2))));
        assertEquals("null", Values.of(Values.keep(null)));
        assertEquals("int[]", Values.of(Values.keep(new int[3])));
    }
}
