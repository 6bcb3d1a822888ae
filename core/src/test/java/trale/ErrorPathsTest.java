package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.await;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import trale.internal.linux.Errno;
import trale.internal.linux.Kernel;
import trale.support.Arrangement;
import trale.support.Child;
import trale.support.Gate;
import trale.support.TheLog;
import trale.support.UnderBothArrangements;
import trale.time.Timer;

/// What fails in an executor's own steps — foreign code it calls, a system call, the stack — reaches the caller, and no other task.
class ErrorPathsTest extends UnderBothArrangements {

    /// A child in which each level of an endless recursion spawns, and each level that comes back wakes.
    static final class Recurses {
        private static final int ROUNDS = 10; // each at other depths
        private static boolean woken;

        static void main(String[] args) {
            var arrangement = Arrangement.valueOf(args[0]);
            try (var executor = arrangement.open("child"); var other = arrangement.open("other")) {
                for (var target : List.of(executor, other)) {
                    for (var i = 0; i < ROUNDS; i++) {
                        var padding = i;
                        var recursion = executor.submit(cx -> padded(padding, () -> spawnAtEachLevel(target)));
                        IO.println(assertThrows(CompletionException.class, recursion::join).getCause().getClass().getSimpleName());
                        IO.println(target.submit(cx -> Poll.ready("goes on")).join());
                        wakeWithoutStack(executor, target, padding);
                    }
                }
            }
            IO.println("closed");
        }

        /// Runs the code, a recursion without end, `padding` narrow frames further.
        private static Poll<Void> padded(int padding, Runnable code) throws Exception {
            if (padding > 0) return padded(padding - 1, code);
            return NearTheEndOfTheStack.run(() -> {
                code.run();
                return Poll.ready(null);
            });
        }

        private static void spawnAtEachLevel(Executor target) {
            target.submit(cx -> Poll.ready(null));
            spawnAtEachLevel(target);
        }

        private static void wakeWithoutStack(Executor executor, Executor target, int padding) {
            var gate = new trale.support.Gate<String>();
            var waits = target.submit(gate);
            Waker waker = waits.task::wake;
            assertThrows(CompletionException.class, executor.submit(cx -> {
                woken = false;
                return padded(padding, () -> wakeOnTheWayBack(waker));
            })::join);
            gate.open("opened");
            assertEquals("opened", waits.join());
            assertTrue(woken);
        }

        private static void wakeOnTheWayBack(Waker waker) {
            try {
                wakeOnTheWayBack(waker);
            } finally {
                if (!woken) {
                    waker.wake();
                    woken = true;
                }
            }
        }
    }

    @Test // R2, R3
    void aTaskThatRecursesAndSpawnsOrWakesFailsAlone() throws Exception {
        try (var child = Child.startWith("-Xint", Recurses.class, arrangement.name())) {
            assertEquals("StackOverflowError\ngoes on\n".repeat(2 * Recurses.ROUNDS) + "closed\n", child.end());
        }
    }

    /// An exception of which every method that a report may call throws.
    private static final class Hostile extends RuntimeException {
        private static final long serialVersionUID = 1;

        @Override
        public String getMessage() {
            throw new IllegalStateException("getMessage");
        }

        @Override
        public String toString() {
            throw new IllegalStateException("toString");
        }

        @Override
        public void printStackTrace(PrintStream s) {
            throw new IllegalStateException("printStackTrace");
        }

        @Override
        public void printStackTrace(PrintWriter w) {
            throw new IllegalStateException("printStackTrace");
        }
    }

    /// A handler of java.util.logging that throws.
    private static final class Throwing extends Handler {
        private int calls;

        @Override
        public void publish(LogRecord record) {
            calls++;
            throw new IllegalStateException("the handler throws");
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    /// A future whose toString throws, and that goes on when it is cancelled.
    private static final class Stubborn implements Future<Void> {
        @Override
        public Poll<Void> poll(Context cx) {
            cx.waker().wake();
            return Poll.pending();
        }

        @Override
        public String toString() {
            throw new IllegalStateException("toString");
        }
    }

    /// A child in which all foreign code that the executor calls throws, the logger too.
    static final class AllThrow {
        static void main(String[] args) throws Exception {
            var handler = new Throwing();
            Logger.getLogger("trale").addHandler(handler);
            var executor = Arrangement.valueOf(args[0]).open("child");
            var gate = new trale.support.Gate<String>();
            var waits = executor.submit(gate).closing(() -> {
                throw new Hostile();
            });
            Context throwing = Context.of(() -> {
                throw new Hostile();
            });
            assertFalse(executor.submit(cx -> Poll.ready(poll(waits, throwing) instanceof Poll.Ready)).join());
            var second = executor.submit(() -> await(waits));
            gate.waker();
            gate.open("opened");
            IO.println(waits.join() + ", " + second.join());
            for (var i = 0; i < 1100; i++) executor.submit(cx -> {
                throw new Hostile();
            });
            IO.println(executor.submit(cx -> Poll.ready("goes on")).join());
            executor.submit(() -> {
                for (;;) {
                    try {
                        await(new Stubborn());
                    } catch (java.util.concurrent.CancellationException e) {
                        // goes on
                    }
                }
            });
            executor.submit(cx -> Poll.ready(null)).join(); // it has begun
            IO.println("ended well: " + executor.close(Duration.ofMillis(50)));
            executor.close(); // its thread may not have had a processor for as long as the other waits
            IO.println("the logger was called: " + (handler.calls > 100) + ", left " + executor.taskCount());
        }

        private static Poll<String> poll(JoinHandle<String> handle, Context cx) {
            try {
                return handle.poll(cx);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }

    @Test // R5
    void foreignCodeThatThrowsEndsNoExecutor_notEvenALogger() throws Exception {
        try (var child = Child.start(AllThrow.class, arrangement.name())) {
            assertEquals("""
                    opened, opened
                    goes on
                    ended well: false
                    the logger was called: true, left 0
                    """, child.end());
        }
    }

    /// A child that has used up its descriptors when thousands of its tasks fail.
    static final class NoDescriptors {
        static void main(String[] args) {
            var open = new ArrayList<InputStream>();
            try (var executor = Arrangement.valueOf(args[0]).open("child")) {
                fail(executor, 1);
                var end = assertThrows(IOException.class, () -> {
                    for (;;) open.add(new FileInputStream("/dev/null"));
                });
                fail(executor, 3000);
                IO.println(executor.submit(cx -> Poll.ready("goes on")).join() + ": " + end.getMessage());
            }
        }

        private static void fail(Executor executor, int times) {
            for (var i = 0; i < times; i++) executor.submit(cx -> {
                throw new IOException("unseen");
            });
            executor.submit(cx -> Poll.ready(null)).join();
        }
    }

    @Test // R5
    void failuresAreLoggedWhenThereAreNoDescriptors() throws Exception {
        try (var child = Child.startLimited(100, NoDescriptors.class, arrangement.name())) {
            assertEquals("goes on: /dev/null (Too many open files)\n", child.end());
            assertTrue(child.errors().contains("IOException: unseen"), child.errors());
        }
    }

    /// A child that makes its second body when it has used up its descriptors.
    static final class NoDescriptorForABody {
        static void main(String[] args) {
            Async.async(() -> 1);
            var open = new ArrayList<InputStream>();
            new Later();
            assertThrows(IOException.class, () -> {
                for (;;) open.add(new FileInputStream("/dev/null"));
            });
            IO.println(assertThrows(IllegalArgumentException.class, Later::body).getMessage());
        }

        private static final class Later {
            static Future<Integer> body() {
                return Async.async(() -> 2);
            }
        }
    }

    @Test // E8, M13
    void aBodyForWhoseClassFileThereIsNoDescriptorSaysSo() throws Exception {
        try (var child = Child.startLimited(100, NoDescriptorForABody.class)) {
            var message = child.end();
            assertTrue(message.contains("has no resource ErrorPathsTest$NoDescriptorForABody$Later.class"), message);
            assertTrue(message.endsWith(" It may be there: no file can be opened now, /dev/null (Too many open files). Close descriptors"
                    + " that are not needed, raise the limit (ulimit -n), or make the first body of each class before they are used up.\n"),
                    message);
        }
    }

    /// A child that asks for a second executor when it has used up its descriptors, and again when it has some.
    static final class NoDescriptorForAnother {
        static void main(String[] args) throws IOException {
            var arrangement = Arrangement.valueOf(args[0]);
            try (var first = arrangement.open("first")) {
                first.submit(cx -> Poll.ready(null)).join();
                var open = new ArrayList<InputStream>();
                assertThrows(IOException.class, () -> {
                    for (;;) open.add(new FileInputStream("/dev/null"));
                });
                try {
                    arrangement.open("second");
                } catch (UncheckedIOException e) {
                    IO.println(e.getMessage());
                }
                for (var file : open) file.close();
                try (var second = arrangement.open("second")) {
                    IO.println(second.submit(cx -> Poll.ready("goes on")).join());
                }
            }
        }
    }

    @Test // M13
    void anExecutorForWhichThereIsNoDescriptorSaysSo_andALaterOneOpens() throws Exception {
        try (var child = Child.startLimited(100, NoDescriptorForAnother.class, arrangement.name())) {
            assertEquals("java.io.IOException: epoll_create1: EMFILE (Too many open files)\ngoes on\n", child.end());
        }
    }

    /// A child that ends with unseen failures, and of which the first does not want to be printed.
    static final class EndsHostile {
        static void main(String[] args) {
            try (var executor = Arrangement.valueOf(args[0]).open("child")) {
                var kept = new ArrayList<JoinHandle<Void>>();
                for (var thrown : List.of(new Hostile(), new IllegalStateException("printed"))) {
                    kept.add(executor.submit(cx -> {
                        throw thrown;
                    }));
                }
                executor.submit(cx -> Poll.ready(null)).join();
                assertEquals(2, kept.size());
                System.exit(0); // with the tasks still reachable
            }
        }
    }

    @Test // R12
    void atTheExitEachUnseenFailureIsPrintedByItself() throws Exception {
        try (var child = Child.start(EndsHostile.class, arrangement.name())) {
            child.end();
            var errors = child.errors();
            assertTrue(errors.contains("Hostile, whose printStackTrace threw java.lang.IllegalStateException"), errors);
            assertTrue(errors.contains("java.lang.IllegalStateException: printed"), errors);
        }
    }

    /// A child that keeps its failures for a look while it exits, as an executor's thread may. One has been forgotten before.
    static final class FailsWhileItExits {
        static void main(String[] args) {
            try (var executor = Arrangement.valueOf(args[0]).open("child")) {
                var handle = executor.submit(cx -> Poll.ready(null));
                handle.join();
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    for (var message : List.of("looked at", "not looked at")) {
                        var failure = new UnseenFailure(new IllegalStateException("was " + message), handle.task);
                        if (message.equals("looked at")) failure.see();
                        failure.watch(handle.task);
                    }
                }));
                System.exit(0);
            }
        }
    }

    @Test // R25
    void aFailureThatIsLookedAtJustBeforeTheExitIsNotPrinted() throws Exception {
        try (var child = Child.start(FailsWhileItExits.class, arrangement.name())) {
            child.end();
            var errors = child.errors();
            assertTrue(errors.contains("IllegalStateException: was not looked at"), errors);
            assertFalse(errors.contains("IllegalStateException: was looked at"), errors);
        }
    }

    @Test // R21
    void aCloseThatRacesWithATaskThatSpawnsIsQuiet() throws Exception {
        try (var log = new TheLog()) {
            for (var i = 0; i < 200; i++) {
                var racing = arrangement.open("racing");
                var spawned = new java.util.concurrent.CountDownLatch(1);
                racing.submit(() -> {
                    for (;;) {
                        Executor.spawn(cx -> Poll.ready(null));
                        spawned.countDown();
                        await(Async.yieldNow());
                    }
                });
                spawned.await();
                racing.close();
                assertEquals(0, racing.taskCount());
            }
            log.expect(List.of(failUnseen()));
            assertEquals(List.of(), log.rest());
        }
    }

    /// Linux, but for one function, which it refuses while it is told to.
    private static final class Refusing implements Kernel {
        private final String refused;
        volatile boolean refuses;

        Refusing(String refused) {
            this.refused = refused;
        }

        @Override
        public int call(String function, long a, long b, long c, long d, long e, long f) {
            return refuses && function.equals(refused) ? -Errno.EPERM : Kernel.linux().call(function, a, b, c, d, e, f);
        }

        Executor open(Arrangement arrangement) {
            return arrangement.open("refused", this);
        }
    }

    @Test // R18
    void aWakeThatLinuxRefusesIsAnError_andTheNextOneTriesAgain() {
        var kernel = new Refusing("eventfd_write");
        try (var refused = kernel.open(arrangement)) {
            for (var i = 0; i < 10; i++) {
                kernel.refuses = true;
                if (arrangement == Arrangement.OWN_THREAD) {
                    var failure = untilItsThreadSleeps(refused);
                    assertTrue(failure.getMessage().contains("eventfd_write"), failure.getMessage());
                }
                kernel.refuses = false;
                assertEquals("goes on", refused.submit(cx -> Poll.ready("goes on")).join());
            }
        }
    }

    /// After a wake that was refused the thread sleeps, unless it finds the task as it goes to sleep. Then this tries again.
    @Test // R18
    void aCancelOfACompletableFutureWhoseWakeIsRefusedIsDeliveredOnce() {
        var kernel = new Refusing("eventfd_write");
        try (var refused = kernel.open(arrangement)) {
            boolean isRefused;
            do {
                var gate = new Gate<String>();
                var cleanup = new Gate<String>();
                var handle = refused.submit(() -> {
                    try {
                        return await(gate);
                    } catch (CancellationException e) {
                        return await(cleanup);
                    }
                });
                gate.waker();
                var future = handle.toCompletableFuture();
                kernel.refuses = true;
                if (arrangement == Arrangement.OWN_THREAD) untilItsThreadSleeps(refused);
                try {
                    future.cancel(true);
                    isRefused = false;
                } catch (IllegalStateException e) {
                    isRefused = true;
                }
                kernel.refuses = false;
                assertTrue(future.cancel(true));
                refused.submit(cx -> Poll.ready(null)).join();
                cleanup.open("cleaned up");
                assertEquals("cleaned up", handle.join());
            } while (!isRefused && arrangement == Arrangement.OWN_THREAD);
        }
    }

    /// {@return the failure of the wake} The thread goes on to sleep.
    private static IllegalStateException untilItsThreadSleeps(Executor refused) {
        return assertThrows(IllegalStateException.class, () -> {
            for (;;) {
                var done = refused.submit(cx -> Poll.ready(null));
                while (!done.isDone()) Thread.onSpinWait();
            }
        });
    }

    @Test // R18
    void aTimerThatLinuxRefusesIsAnErrorOfTheSleep() throws Exception {
        var kernel = new Refusing("timerfd_settime");
        try (var log = new TheLog(); var refused = kernel.open(arrangement)) {
            assertEquals(1, refused.submit(cx -> Poll.ready(1)).join());
            kernel.refuses = true;
            var sleep = refused.submit(() -> await(Timer.sleep(Duration.ofDays(1))));
            var failure = assertThrows(CompletionException.class, sleep::join).getCause();
            if (arrangement == Arrangement.OWN_THREAD) {
                assertInstanceOf(RejectedExecutionException.class, failure);
                failure = failure.getCause();
                assertEquals("an executor failed: refused", log.next().getMessage());
            } else {
                var gate = new Gate<Void>();
                var timed = refused.submit(Timer.timeout(Duration.ofHours(1), gate));
                assertTrue(assertThrows(CompletionException.class, timed::join).getCause().getMessage().contains("timerfd_settime"));
                assertEquals(1, gate.drops.get(), "what the time-out waited for is given up");
                kernel.refuses = false;
                assertEquals("goes on", refused.submit(cx -> Poll.ready("goes on")).join());
            }
            assertTrue(failure.getMessage().contains("timerfd_settime"), failure.getMessage());
        }
    }

    /// The thread stands still between two readings of the clock.
    @Test // E9
    void aPauseWhileAnExecutorIsMadeDelaysNoneOfItsTimers() {
        var usual = Kernel.use((function, a, b, c, d, e, f) -> {
            if (function.equals("clock_gettime")) LockSupport.parkNanos(1_300_000_000L);
            return Kernel.linux().call(function, a, b, c, d, e, f);
        });
        Executor paused;
        try {
            paused = arrangement.open("paused");
        } finally {
            Kernel.use(usual);
        }
        try (paused) {
            var start = System.nanoTime();
            paused.submit(Timer.sleep(Duration.ofMillis(50))).join();
            var millis = (System.nanoTime() - start) / 1_000_000;
            assertTrue(millis < 1000, "50 ms took " + millis + " ms");
        }
    }
}
