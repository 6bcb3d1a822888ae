package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.await;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import trale.support.Child;
import trale.support.Gate;
import trale.time.Timer;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class DumpTest {

    /// A child that hangs for 3.5 s and then goes on, and one that never hangs.
    static final class Hangs {
        static void main(String[] args) throws Exception {
            var gate = new Gate<Integer>();
            var waits = Executor.spawn(() -> await(gate)).named("the one that waits");
            if (args[0].equals("busy")) Executor.blockOn(() -> {
                for (var i = 0; i < 35; i++) await(Timer.sleep(Duration.ofMillis(100)));
            });
            else Thread.sleep(3500);
            gate.open(1);
            IO.println(waits.join());
        }
    }

    @Test
    void ifNothingRunsASnapshotIsPrintedOnce() throws Exception {
        try (var child = Child.startWith("-Dtrale.dump=1", Hangs.class, "idle")) {
            assertEquals("1\n", child.end());
            var errors = child.errors();
            assertTrue(errors.contains("Nothing has run for 1 s:\n"), errors);
            assertTrue(errors.contains("the one that waits"), errors);
            assertTrue(errors.contains("DumpTest.java:"), errors);
            assertEquals(1, Pattern.compile("Nothing has run").matcher(errors).results().count(), errors);
        }
    }

    @Test
    void asLongAsATaskRunsNothingIsPrinted() throws Exception {
        try (var child = Child.startWith("-Dtrale.dump=1", Hangs.class, "busy")) {
            assertEquals("1\n", child.end());
            assertEquals("", child.errors());
        }
    }

    @Test
    void aPropertyThatIsNoNumberOfSecondsIsRefused() throws Exception {
        try (var child = Child.startWith("-Dtrale.dump=soon", Hangs.class, "idle")) {
            var failure = org.junit.jupiter.api.Assertions.assertThrows(AssertionError.class, child::end);
            assertTrue(failure.getMessage().contains("-Dtrale.dump=soon: use a number of seconds from 1 to 999999"), failure.getMessage());
        }
    }
}
