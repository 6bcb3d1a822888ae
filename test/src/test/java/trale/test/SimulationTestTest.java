package trale.test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import trale.Executor;
import trale.time.Timer;

/// The JUnit annotation: which seeds run, and how often.
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SimulationTestTest {
    private final List<Long> seeds = new ArrayList<>();
    private final List<Long> only = new ArrayList<>();
    private int orders;

    @SimulationTest(runs = 5)
    void runsWithEachSeedAndTheFirstOnesTwice(Simulation simulation) throws Exception {
        seeds.add(simulation.seed());
        simulation.run(() -> await(Timer.sleep(Duration.ofHours(1))));
        assertEquals(1, simulation.elapsed().toHours());
    }

    @SimulationTest(seed = 42)
    void runsWithOneSeed(Simulation simulation) {
        only.add(simulation.seed());
        assertEquals(42, simulation.seed());
    }

    @SimulationTest(exhaustive = true)
    void runsInEveryOrder(Simulation simulation) throws Exception {
        orders++;
        simulation.run(() -> {
            for (var i = 0; i < 3; i++) Executor.spawn(() -> {});
            await(simulation.idle());
        });
        assertTrue(orders <= 6, "orders: " + orders);
    }

    @AfterAll
    void allOfThemHaveRun() {
        if (!seeds.isEmpty()) assertEquals(List.of(0L, 0L, 1L, 1L, 2L, 2L, 3L, 4L), seeds);
        if (!only.isEmpty()) assertEquals(List.of(42L, 42L), only);
        if (orders > 0) assertEquals(6, orders);
    }
}
