package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import trale.reactor.Reactor;
import trale.time.Timer;

/// What prints itself says what one would ask of it.
class ToStringTest {

    @Test
    void anExecutorSaysItsNameItsTasksAndWhetherItIsClosed() {
        var executor = Executor.builder().name("shop").build();
        try (executor) {
            assertEquals("Executor[shop, tasks: 0]", executor.toString());
            var never = executor.submit((Future<Void>) cx -> Poll.pending());
            assertEquals("Executor[shop, tasks: 1]", executor.toString());
            never.cancel();
        }
        assertEquals("Executor[shop, tasks: 0, closed]", executor.toString());
    }

    @Test
    void aSleepSaysHowLong() {
        var hour = Timer.sleep(Duration.ofHours(1)).toString();
        assertTrue(hour.startsWith("sleeping for another PT"), hour);
        assertEquals("a sleep that is over", Reactor.sleepUntil(System.nanoTime() - 1).toString());
    }
}
