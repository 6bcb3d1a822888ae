package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.await;

import java.io.PrintStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import trale.internal.Explanation;
import trale.internal.Waiting;
import trale.support.Child;
import trale.time.Timer;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class DumpTest {
    private static final int LOOKS = 4;

    /// Ready when it has been looked at `left` times: each snapshot asks what it waits for, and nothing but the dump takes one.
    private static final class Looked extends Waiting implements Future<Integer> {
        private volatile int left;
        private volatile @Nullable Waker waker;

        Looked(int times) {
            left = times;
        }

        @Override
        public Poll<Integer> poll(Context cx) {
            waker = cx.waker();
            return left > 0 ? Poll.pending() : Poll.ready(1);
        }

        @Override
        @SuppressWarnings("NonAtomicVolatileUpdate") // by the executor's thread alone
        protected void explain(Explanation to) {
            left--;
            var w = waker;
            if (left == 0 && w != null) w.wake();
        }

        boolean isOver() {
            return left <= 0;
        }
    }

    /// Lets a thread wait until the dump is printed.
    private static final class Printed extends PrintStream {
        final CountDownLatch seen = new CountDownLatch(1);

        Printed() {
            super(System.err, true);
        }

        @Override
        public void println(@Nullable String line) {
            super.println(line);
            if (line != null && line.matches("(?s)(Nothing has run for 1 s|Some tasks can't go on, it seems):\n.*")) seen.countDown();
        }
    }

    /// A child in which nothing runs for some periods; one in which a task runs; one in which short tasks do; one whose body holds the
    /// thread until the dump is printed, and spawns; one in which two tasks wait for each other while another runs.
    static final class Hangs {
        static void main(String[] args) throws Exception {
            var printed = new Printed();
            System.setErr(printed);
            var looked = new Looked(LOOKS);
            var waits = Executor.spawn(() -> await(looked)).named("the one that waits");
            switch (args[0]) {
                case "idle" -> printed.seen.await();
                case "busy" -> Executor.blockOn(() -> {
                    while (!looked.isOver()) await(Timer.sleep(Duration.ofMillis(1)));
                });
                case "short" -> {
                    while (!looked.isOver()) Executor.blockOn(Timer.sleep(Duration.ofMillis(1)));
                }
                case "holds" -> Executor.blockOn(() -> {
                    while (!printed.seen.await(10, TimeUnit.MILLISECONDS)) Executor.spawn(() -> 1);
                });
                case "cycle" -> {
                    var other = new CompletableFuture<JoinHandle<Void>>();
                    var one = Executor.<Void>spawn(() -> await(await(other)));
                    other.complete(Executor.spawn(() -> await(one)));
                    while (printed.seen.getCount() > 0) Executor.blockOn(Timer.sleep(Duration.ofMillis(1)));
                    one.cancel();
                }
                default -> throw new IllegalArgumentException(args[0]);
            }
            IO.println(waits.join());
        }
    }

    /// They wait for seconds of the real clock, so they all do so at the same time.
    private static final Map<String, Child> HANGING = new HashMap<>();

    @BeforeAll
    static void start() throws Exception {
        for (var how : List.of("idle", "busy", "short", "holds", "cycle"))
            HANGING.put(how, Child.startWith("-Dtrale.dump=1", Hangs.class, how));
    }

    @AfterAll
    static void stop() {
        HANGING.values().forEach(Child::close);
    }

    @Test
    void ifNothingRunsASnapshotIsPrintedOnce() throws Exception {
        var child = HANGING.get("idle");
        assertEquals("1\n", child.end());
        var errors = child.errors();
        assertTrue(errors.contains("Nothing has run for 1 s:\n"), errors);
        assertTrue(errors.contains("the one that waits"), errors);
        assertTrue(errors.contains("DumpTest.java:"), errors);
        assertEquals(1, Pattern.compile("Nothing has run").matcher(errors).results().count(), errors);
    }

    @Test
    void asLongAsATaskRunsNothingIsPrinted() throws Exception {
        var child = HANGING.get("busy");
        assertEquals("1\n", child.end());
        assertEquals("", child.errors());
    }

    @Test
    void asLongAsTasksComeAndGoNothingIsPrinted() throws Exception {
        var child = HANGING.get("short");
        assertEquals("1\n", child.end());
        assertEquals("", child.errors());
    }

    @Test
    void ofABodyThatHoldsTheThreadTheLineIsPrinted() throws Exception {
        var child = HANGING.get("holds");
        assertEquals("1\n", child.end());
        var errors = child.errors();
        assertTrue(Pattern.compile("held by #2 for more than 200 ms, at .*DumpTest.java:\\d+").matcher(errors).find(), errors);
    }

    @Test
    void ofTasksThatWaitForEachOtherASnapshotIsPrintedOnceAlthoughAnotherRuns() throws Exception {
        var child = HANGING.get("cycle");
        assertEquals("1\n", child.end());
        var errors = child.errors();
        assertTrue(errors.startsWith("Some tasks can't go on, it seems:\n"), errors);
        assertTrue(errors.contains("! none of these can go on: #2 waits for #3 waits for #2"), errors);
        assertEquals(1, Pattern.compile("none of these can go on").matcher(errors).results().count(), errors);
    }

    @Test
    void aPropertyThatIsNoNumberOfSecondsIsRefused() throws Exception {
        try (var child = Child.startWith("-Dtrale.dump=soon", Hangs.class, "idle")) {
            var failure = assertThrows(AssertionError.class, child::end);
            assertTrue(failure.getMessage().contains("-Dtrale.dump=soon: use a number of seconds from 1 to 999999"), failure.getMessage());
        }
    }

    static final class Refused {
        static void main(String[] args) {
            for (var i = 0; i < 3; i++) assertThrows(IllegalArgumentException.class, () -> Executor.spawn(() -> 1));
            IO.println(Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().startsWith("trale")).toList());
        }
    }

    @Test
    void anExecutorThatIsRefusedForItLeavesNoThread() throws Exception {
        try (var child = Child.startWith("-Dtrale.dump=0", Refused.class)) {
            assertEquals("[]\n", child.end());
        }
    }
}
