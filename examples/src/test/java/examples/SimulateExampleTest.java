package examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/// ./trale simulate
class SimulateExampleTest {

    @Test
    void aSeedBooksTwiceAndNoSeedBreaksTheTwin() throws Exception {
        try (var simulate = new Example(Example.OWN_THREAD, Simulate.class, 0)) {
            var lines = simulate.end();
            assertTrue(lines.getFirst().matches("seed \\d+: booked 2 times"), lines.toString());
            assertEquals(2, lines.stream().filter(l -> l.endsWith("│ books 4711")).count(), lines.toString());
            assertEquals(1, lines.stream().filter(l -> l.contains("╳ partition")).count(), lines.toString());
            assertTrue(lines.getLast().contains("books once with each of 1000 seeds"), lines.toString());
        }
    }
}
