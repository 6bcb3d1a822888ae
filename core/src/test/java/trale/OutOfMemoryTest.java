package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.async;
import static trale.Async.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import trale.internal.Cancellation;
import trale.internal.probe.Probe;
import trale.support.Arrangement;
import trale.support.Child;
import trale.support.DirectMemory;
import trale.support.Gate;
import trale.support.LongForm;
import trale.support.UnderBothArrangements;
import trale.sync.Channel;
import trale.time.Timer;

/// Memory that runs out, of the heap or beside it, ends tasks. It ends no executor, and every joiner is told.
class OutOfMemoryTest extends UnderBothArrangements {
    private static final int KIB = 1024;

    /// With G1 each test takes several times as long.
    static List<String> collectors() {
        return LongForm.or(List.of("Serial"), List.of("Serial", "G1"));
    }

    private static Child child(String heap, String collector, Class<?> main, Arrangement arrangement, int... args) throws Exception {
        var options = new ArrayList<>(List.of("-Xmx" + heap, "-XX:-UseSerialGC", "-XX:+Use" + collector + "GC"));
        var all = new ArrayList<>(List.of(arrangement.name()));
        for (var arg : args) all.add(String.valueOf(arg));
        return Child.startWith(options, main, all.toArray(String[]::new));
    }

    /// A child without a byte of direct memory, in which threads that have made no system call yet spawn and wake.
    static final class NoDirectMemory {
        static void main(String[] args) throws Exception {
            try (var executor = Arrangement.valueOf(args[0]).open("child")) {
                executor.submit(cx -> Poll.ready(null)).join();
                var all = DirectMemory.takeAll();
                var sum = 0;
                for (var i = 0; i < 100; i++) {
                    var result = new int[1];
                    var fresh = new Thread(() -> result[0] = executor.submit(cx -> Poll.ready(1)).join());
                    fresh.start();
                    fresh.join();
                    sum += result[0];
                    sum += executor.submit(() -> await(Blocking.run(() -> 1))).join();
                }
                IO.println(sum + ", " + !all.isEmpty());
            }
        }
    }

    @Test // R1
    void aThreadWakesAnExecutorWithoutDirectMemory() throws Exception {
        try (var child = Child.startWith("-XX:MaxDirectMemorySize=16m", NoDirectMemory.class, arrangement.name())) {
            assertEquals("200, true\n", child.end());
        }
    }

    /// A child that fills a channel until the heap ends.
    static final class ManyItems {
        static void main(String[] args) {
            var channel = new Channel<String>(1 << 30);
            var accepted = 0;
            try {
                while (channel.offer("item")) accepted++;
            } catch (OutOfMemoryError e) {
                IO.println(accepted > 1000 && channel.size() == accepted);
            }
        }
    }

    @Test // R22
    void aChannelThatFindsNoMemoryToGrowKeepsItsItems() throws Exception {
        try (var child = Child.startWith(List.of("-Xmx16m", "-XX:+UseSerialGC"), ManyItems.class)) {
            assertEquals("true\n", child.end());
        }
    }

    /// A child with a task that spawns until the heap ends, and catches that, beside one that waits.
    static final class SpawnsWithoutEnd {
        static void main(String[] args) {
            try (var executor = Arrangement.valueOf(args[0]).open("child")) {
                var gate = new Gate<String>();
                var waits = executor.submit(gate);
                var caught = Poll.ready("caught");
                for (var i = 0; i < 2; i++) {
                    var spawner = executor.submit(cx -> {
                        try {
                            for (;;) executor.submit(_ -> Poll.ready(null));
                        } catch (OutOfMemoryError e) {
                            return caught;
                        }
                    });
                    while (executor.taskCount() > 1) LockSupport.parkNanos(1_000_000); // until then there is no memory
                    IO.println(spawner.join());
                    IO.println("tasks: " + executor.taskCount());
                }
                gate.open("still there");
                IO.println(waits.join());
            }
            IO.println("closed");
        }
    }

    /// A heap that fills with small objects costs full collections, the more the larger it is: each finds the handles of the tasks that
    /// were spawned since the one before, an eighth of the memory, and then each finds the tasks that have ended. With 160 MiB there are
    /// 25 of 0.2 to 0.5 s, of which none is shorter with G1: the tasks are a list, which is marked by one thread.
    @ParameterizedTest // R4
    @MethodSource("collectors")
    void aTaskThatSpawnsUntilTheHeapEndsIsCountedOnce(String collector) throws Exception {
        try (var child = child("24m", collector, SpawnsWithoutEnd.class, arrangement)) {
            assertEquals("caught\ntasks: 1\n".repeat(2) + "still there\nclosed\n", child.end());
        }
    }

    /// A child whose tasks want more heap than there is: their number, the bytes of each, and the milliseconds that each sleeps. A task
    /// that waits longer than all of them awaits each; then main joins each.
    static final class MoreTasksThanHeap {
        private static final long PAUSE = 10_000_000; // ns; an attempt costs the tasks a collection

        static void main(String[] args) {
            try (var executor = Arrangement.valueOf(args[0]).open("child")) {
                var gate = new Gate<List<JoinHandle<Integer>>>();
                // Its awaits may throw because the heap is full, and not because the task that it awaits has failed.
                var observer = executor.submit(() -> {
                    List<JoinHandle<Integer>> handles = null;
                    while (handles == null) {
                        try {
                            handles = await(gate);
                        } catch (OutOfMemoryError e) {
                            // It waits again.
                        }
                    }
                    int values = 0, failures = 0;
                    for (var i = 0; i < handles.size(); ) { // there may be no memory for an iterator
                        var handle = handles.get(i);
                        try {
                            await(handle);
                        } catch (OutOfMemoryError e) {
                            if (!handle.isDone()) continue; // it waits again
                        }
                        if (handle.task.failure() == null) values++;
                        else failures++;
                        i++;
                    }
                    return List.of(values, failures);
                });
                hasValue(spawn(executor, 1, 1, 1).getFirst()); // loads what a task needs
                Need.begins();
                var handles = spawn(executor, Integer.parseInt(args[1]), Integer.parseInt(args[2]), Integer.parseInt(args[3]));
                for (var isOpen = false; !isOpen; ) { // this thread may find no memory either; then it tries again
                    try {
                        gate.open(handles);
                        isOpen = true;
                    } catch (OutOfMemoryError e) {
                        LockSupport.parkNanos(PAUSE);
                    }
                }
                int values = 0, failures = 0;
                for (var i = 0; i < handles.size(); i++) { // there may be no memory for an iterator
                    if (hasValue(handles.get(i))) values++;
                    else failures++;
                }
                IO.println("all: " + (values + failures == handles.size()) + ", values: " + (values > 0) + ", failures: " + (failures > 0));
                IO.println("awaited: " + observer.join().equals(List.of(values, failures)) + ", left: " + executor.taskCount());
            }
            IO.println("closed");
        }

        static List<JoinHandle<Integer>> spawn(Executor executor, int count, int size, int millis) {
            var handles = new ArrayList<JoinHandle<Integer>>(count);
            for (var i = 0; i < count; i++) {
                try {
                    handles.add(executor.submit(() -> {
                        var bytes = new byte[size];
                        await(Timer.sleep(Duration.ofMillis(millis)));
                        return bytes.length;
                    }));
                } catch (OutOfMemoryError e) {
                    // This one is not spawned.
                }
            }
            return handles;
        }

        /// Loads no class, as there may be no memory for one.
        private static boolean hasValue(JoinHandle<Integer> handle) {
            while (true) {
                try {
                    return handle.join() > 0;
                } catch (CompletionException e) {
                    if (e.getCause() instanceof OutOfMemoryError) return false;
                    throw e;
                } catch (OutOfMemoryError e) {
                    LockSupport.parkNanos(PAUSE); // there was none for this thread's exception
                }
            }
        }
    }

    /// A child in which tasks that hold the whole heap are runnable, behind new tasks that want some of it.
    static final class NewBeforeOld {
        private static final int COUNT = 8;

        static void main(String[] args) {
            try (var executor = Arrangement.valueOf(args[0]).open("child")) {
                var held = new Object[COUNT];
                var gates = new ArrayList<Gate<Integer>>();
                var old = new ArrayList<JoinHandle<Void>>();
                for (var i = 0; i < COUNT; i++) {
                    var at = i;
                    gates.add(new Gate<>());
                    old.add(executor.submit(() -> {
                        await(gates.get(at));
                        held[at] = null;
                    }));
                }
                var young = new ArrayList<JoinHandle<Integer>>();
                executor.submit(cx -> {
                    for (var i = 0; i < COUNT; i++) young.add(executor.submit(_ -> Poll.ready(new byte[4 << 20].length)));
                    for (var i = 0; i < COUNT; i++) gates.get(i).open(1);
                    try {
                        for (var i = 0; ; i = (i + 1) % COUNT) held[i] = new Object[] {held[i], new byte[1 << 14]};
                    } catch (OutOfMemoryError e) {
                        return Poll.ready(null);
                    }
                }).join();
                for (var i = 0; i < COUNT; i++) old.get(i).join();
                for (var handle : young) {
                    try {
                        handle.join();
                        IO.println("memory");
                    } catch (CompletionException e) {
                        IO.println(e.getCause().getClass().getSimpleName());
                    }
                }
            }
        }
    }

    /// The first new task may fail: it shows that runnable tasks hold the memory.
    @Test // R20
    void runnableTasksThatHoldTheHeapGoBeforeNewOnes() throws Exception {
        try (var child = child("16m", "Serial", NewBeforeOld.class, arrangement)) {
            assertEquals("memory\n".repeat(NewBeforeOld.COUNT - 1), child.end().replaceFirst("^(memory|OutOfMemoryError)\n", ""));
        }
    }

    private static boolean isOfTrale(String line) {
        return line.contains("] trale.") && line.contains("/core/target/classes");
    }

    /// Its loading marks the time in a log of the classes.
    private static final class Need {
        static void begins() {}
    }

    /// A class that finds no memory when it is loaded or initialised would end the executor, or be lost for good.
    @Test // R20
    void noClassOfTraleIsLoadedWhileTheHeapIsFull() throws Exception {
        var log = Files.createTempFile("trale", ".classes");
        try {
            var options = List.of("-Xmx16m", "-Xlog:class+load:file=" + log);
            try (var child = Child.startWith(options, MoreTasksThanHeap.class, arrangement.name(), "1500", "16384", "300")) {
                child.end();
            }
            var lines = Files.readAllLines(log);
            var need = lines.stream().takeWhile(line -> !line.contains("$Need ")).count();
            assertTrue(need < lines.size(), "the mark is in the log");
            assertTrue(lines.stream().limit(need).anyMatch(OutOfMemoryTest::isOfTrale), "and before it what a task needs");
            assertEquals(List.of(), lines.stream().skip(need).filter(OutOfMemoryTest::isOfTrale).toList());
        } finally {
            Files.delete(log);
        }
    }

    /// javac has the JVM make a class for a `+` of strings at its first use, unless it is told not to. That use may come when a task fails
    /// because the heap is full. Then each failure would try again, which takes far more memory than the text, and several collections.
    @Test // R20
    void noClassOfTraleHasTheJvmMakeAClassForAText() throws Exception {
        var folder = Path.of(Executor.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        try (var files = Files.walk(folder)) {
            var classes = files.filter(f -> f.toString().endsWith(".class")).toList();
            assertTrue(classes.size() > 100);
            for (var file : classes) {
                var constants = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                assertFalse(constants.contains("makeConcatWithConstants"), file.toString());
            }
        }
    }

    @ParameterizedTest // R20
    @MethodSource("collectors")
    void ofMoreTasksThanTheHeapHoldsEachEndsAndItsJoinersAreTold(String collector) throws Exception {
        var tasks = LongForm.or(24_000, 48_000) * KIB; // half as much again as the heap
        for (var size : List.of(16 * KIB, 200 * KIB)) {
            try (var child = child(LongForm.or("16m", "32m"), collector, MoreTasksThanHeap.class, arrangement, tasks / size, size, 300)) {
                assertEquals("all: true, values: true, failures: true\nawaited: true, left: 0\nclosed\n", child.end());
            }
        }
    }

    /// A child whose tasks fill the heap and do not end by themselves.
    static final class TasksThatStay {
        static void main(String[] args) throws Exception {
            var executor = Arrangement.valueOf(args[0]).open("child");
            var handles = MoreTasksThanHeap.spawn(executor, 1000, 64 * KIB, Integer.MAX_VALUE);
            IO.println(ProcessHandle.current().pid());
            executor.submit(() -> await(Timer.sleep(Duration.ofMillis(1)))).join();
            if (args.length == 1) {
                for (var handle : handles) assertThrows(CompletionException.class, handle::join); // all that fail, then those that stay
            } else {
                executor.close();
                var told = 0;
                for (var handle : handles) if (handle.isDone()) told++;
                IO.println("told: " + (told == handles.size()));
            }
        }
    }

    @ParameterizedTest // R7
    @MethodSource("collectors")
    void theSignalEndsAJvmWhoseHeapIsFullOfTasks(String collector) throws Exception {
        try (var child = child("48m", collector, TasksThatStay.class, arrangement)) {
            var jvm = ProcessHandle.of(Long.parseLong(child.line())).orElseThrow();
            assertTrue(jvm.destroy());
            jvm.onExit().get(45, TimeUnit.SECONDS);
            assertFalse(jvm.isAlive());
        }
    }

    @ParameterizedTest // R7
    @MethodSource("collectors")
    void anExecutorWhoseTasksFillTheHeapIsClosed(String collector) throws Exception {
        try (var child = child("48m", collector, TasksThatStay.class, arrangement, 1)) {
            assertTrue(child.end().endsWith("\ntold: true\n"));
        }
    }

    /// A child in which single tasks want more than there is, beside many that wait.
    static final class OneThatWantsTooMuch {
        static void main(String[] args) {
            try (var executor = Arrangement.valueOf(args[0]).open("child")) {
                var gate = new Gate<Integer>();
                var first = executor.submit(gate);
                var waiting = new ArrayList<JoinHandle<Integer>>();
                for (var i = 0; i < 1000; i++) waiting.add(executor.submit(() -> await(first)));
                for (var i = 0; i < 5; i++) {
                    IO.println(whatEnds(executor.submit(cx -> Poll.ready(new byte[Integer.MAX_VALUE]))));
                    IO.println(whatEnds(executor.submit(cx -> {
                        for (var all = new ArrayList<Object>(); ; ) all.add(new byte[100]);
                    })));
                }
                gate.open(1);
                IO.println(waiting.stream().mapToInt(JoinHandle::join).sum() + " wait");
            }
        }

        private static String whatEnds(JoinHandle<?> handle) {
            return assertThrows(CompletionException.class, handle::join).getCause().getClass().getSimpleName();
        }
    }

    @ParameterizedTest // R20
    @MethodSource("collectors")
    void aTaskThatWantsMoreThanThereIsFailsAlone(String collector) throws Exception {
        try (var child = child("48m", collector, OneThatWantsTooMuch.class, arrangement)) {
            assertEquals("OutOfMemoryError\n".repeat(10) + "1000 wait\n", child.end());
        }
    }

    /// A child whose reactor finds, at one turn, that no byte of the heap is free.
    static final class NoHeapForATurn {
        private static final CountDownLatch TURNED_AGAIN = new CountDownLatch(1);

        static void main(String[] args) throws Exception {
            try (var executor = Arrangement.valueOf(args[0]).open("child")) {
                executor.submit(cx -> {
                    executor.loop.driver.watch(new Probe() {
                        private int turns;

                        @Override
                        public void turn(boolean block) {
                            if (turns++ == 0) fillAndThrow();
                            NoHeap.all = null;
                            TURNED_AGAIN.countDown();
                        }
                    });
                    return Poll.ready(null);
                }).join();
                TURNED_AGAIN.await(20, TimeUnit.SECONDS);
                IO.println(executor.submit(cx -> Poll.ready("goes on")).join());
            }
        }

        private static void fillAndThrow() {
            NoHeap.fill();
            try {
                HeapReserve.restore(); // lets go of what the JVM can't take
            } catch (OutOfMemoryError e) {
                NoHeap.fill();
            }
            throw NoHeap.NONE;
        }
    }

    /// The executor pauses then. The JVM has loaded the class that a pause needs. But the loader of trale's classes has to find it, too,
    /// and that takes memory.
    @Test // R20
    void anExecutorWhoseReactorFindsNoMemoryGoesOn() throws Exception {
        try (var child = child("16m", "Serial", NoHeapForATurn.class, arrangement)) {
            assertEquals("goes on\n", child.end());
        }
    }

    /// A child that polls with a heap of which no byte is free.
    static final class NoHeap {
        private static final OutOfMemoryError NONE = new OutOfMemoryError("full");
        private static final String NO_MEMORY = String.valueOf("no memory"); // there when it is needed
        private static final String CANCELLED = String.valueOf("cancelled");
        /// Few: the end of each costs two collections.
        private static final int[] SIZES = {1 << 20, 1 << 16, 1 << 12, 1 << 8, 1 << 5, 1 << 3, 2};
        private static volatile Object[] all; // what is written here is freed by any thread
        private static final List<String> ends = new ArrayList<>(10);

        /// The queue polls a leaf once more, which fails. If that were garbage, the Cleaner would log it while the heap is filled.
        private static final List<Object> KEPT = new ArrayList<>();

        static void main(String[] args) {
            try (var executor = Arrangement.valueOf(args[0]).open("child")) {
                for (var fill : List.of(false, true)) { // the first time loads what is needed
                    ends.clear();
                    var gates = Arrays.asList(new Gate<Void>(), new Gate<Void>(), new Gate<Void>(), new Gate<Void>());
                    var body = async(() -> await(gates.get(0)));
                    var timed = Timer.timeout(Duration.ofDays(1), gates.get(1));
                    var late = Timer.timeout(Duration.ofMillis(1), gates.get(2));
                    executor.submit(cx -> Poll.ready(poll(body, cx) + poll(timed, cx) + poll(late, cx))).join();
                    var leaf = executor.submit(gates.get(3));
                    KEPT.add(leaf);
                    executor.submit(() -> await(Timer.sleep(Duration.ofMillis(5)))).join();
                    executor.submit(cx -> {
                        ((StateMachine<?>) body).cancel(Cancellation.PLAIN);
                        ((trale.internal.Cancellable) timed).cancel(Cancellation.PLAIN);
                        leaf.cancel();
                        try {
                            if (fill) fill();
                            poll(body, cx);
                            if (fill) fill();
                            poll(timed, cx);
                            if (fill) fill();
                            poll(late, cx);
                            if (fill) fill();
                            leaf.task.run();
                        } finally {
                            all = null;
                        }
                        return Poll.ready(null);
                    }).join();
                    IO.println(fill + " " + ends + " " + leaf.isDone() + " " + gates.stream().map(g -> g.drops.get()).toList());
                }
            }
        }

        private static int poll(Future<?> f, Context cx) {
            try {
                f.poll(cx);
            } catch (OutOfMemoryError e) {
                ends.add(NO_MEMORY);
            } catch (Exception e) {
                ends.add(CANCELLED);
            }
            return 0;
        }

        /// Throws when the heap is full, if asked to by foreign code.
        static void fillAndThrow() {
            fill();
            throw NONE;
        }

        /// Frees the heap when what is awaited has come, or when it has not come for long.
        static void free(BooleanSupplier hasCome) {
            for (var i = 0; i < 10_000 && !hasCome.getAsBoolean(); i++) LockSupport.parkNanos(1_000_000);
            all = null;
        }

        static void fill() {
            Object[] before;
            do { // a collection may free a little each time
                before = all;
                for (var size : SIZES) fillWith(size);
            } while (all != before);
        }

        private static void fillWith(int size) {
            try {
                for (;;) {
                    var more = new Object[size];
                    more[0] = all;
                    all = more;
                }
            } catch (OutOfMemoryError e) {
                // then smaller ones
            }
        }
    }

    @Test
    void whatIsCancelledWithoutMemoryForAnExceptionGivesUpWhatItWaitedFor() throws Exception {
        try (var child = child("16m", "Serial", NoHeap.class, arrangement)) {
            assertEquals("""
                    false [cancelled, cancelled, cancelled] true [1, 1, 1, 1]
                    true [no memory, no memory, no memory] true [1, 1, 1, 1]
                    """, child.end());
        }
    }

    /// A child in which foreign code at the end of a task finds that the heap is full. It stays so until the task has ended.
    static final class FullAtAnEnd {
        static void main(String[] args) throws Exception {
            var executor = Arrangement.valueOf(args[0]).open("child");
            executor.submit(() -> {}).join();
            var gate = new Gate<Integer>();
            var ends = executor.submit(gate);
            JoinHandle<Integer> second = null;
            if (args[1].equals("0")) ends.closing(NoHeap::fillAndThrow);
            else executor.submit(cx -> Poll.ready(NoHeap.poll(ends, Context.of(NoHeap::fillAndThrow)))).join();
            if (args[1].equals("1")) second = executor.submit(() -> await(ends));
            executor.submit(() -> {}).join();
            BooleanSupplier hasEnded = second == null ? ends::isDone : second::isDone; // before the heap is full
            gate.open(1);
            NoHeap.free(hasEnded);
            IO.println(ends.join());
            IO.println(executor.submit(cx -> Poll.ready(2)).join());
            executor.close();
        }
    }

    @Test // R26
    void aResourceThatFindsTheHeapFullIsLoggedOrNot_andTheExecutorGoesOn() throws Exception {
        try (var child = child("16m", "Serial", FullAtAnEnd.class, arrangement, 0)) {
            assertEquals("1\n2\n", child.end());
        }
    }

    @Test // R26
    void aWakerThatFindsTheHeapFullIsLoggedOrNot_andTheOtherJoinersAreWoken() throws Exception {
        try (var child = child("16m", "Serial", FullAtAnEnd.class, arrangement, 1)) {
            assertEquals("1\n2\n", child.end());
        }
    }

    /// A child that abandons tasks, of which one has a resource that finds that the heap is full.
    static final class FullWhenAbandoned {
        static void main(String[] args) throws Exception {
            var executor = Arrangement.valueOf(args[0]).open("child");
            var handles = new ArrayList<JoinHandle<Void>>();
            for (var i = 0; i < 4; i++) {
                handles.add(executor.submit(() -> {
                    for (;;) {
                        try {
                            await(Timer.sleep(Duration.ofDays(1)));
                        } catch (CancellationException e) {
                            // goes on
                        }
                    }
                }));
            }
            for (var handle : handles) handle.closing(NoHeap::fillAndThrow);
            executor.submit(() -> {}).join();
            var closer = new Thread(() -> executor.close(Duration.ofMillis(1)));
            BooleanSupplier haveEnded = () -> handles.get(0).isDone() && handles.get(1).isDone() && handles.get(2).isDone()
                    && handles.get(3).isDone(); // no iterator, for which there is no memory
            closer.start();
            NoHeap.free(haveEnded);
            for (var handle : handles) assertTrue(handle.isDone());
            closer.join();
            IO.println("ended");
        }
    }

    @Test // R26
    void aResourceThatFindsTheHeapFullKeepsNoAbandonedTaskFromItsEnd() throws Exception {
        try (var child = child("16m", "Serial", FullWhenAbandoned.class, arrangement)) {
            assertEquals("ended\n", child.end());
        }
    }

    /// A child whose executor is watched for the first time when no byte of the heap is free.
    static final class WatchedWithoutMemory {
        static void main(String[] args) throws Exception {
            try (var executor = Arrangement.valueOf(args[0]).open("child")) {
                executor.submit(cx -> {
                    Watching.install(executor.loop, new Probe() {});
                    try {
                        NoHeap.fill();
                        executor.loop.watching.beforePoll(executor.loop.running);
                    } finally {
                        NoHeap.all = null;
                    }
                    return Poll.ready(null);
                }).join();
                IO.println("goes on");
            }
        }
    }

    @Test // R26
    void aWatchThatFindsNoMemoryEndsAlone() throws Exception {
        try (var child = child("16m", "Serial", WatchedWithoutMemory.class, arrangement)) {
            assertEquals("goes on\n", child.end());
        }
    }
}
