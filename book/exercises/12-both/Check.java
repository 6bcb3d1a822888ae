import static book.learn.Expect.equal;
import static trale.Async.async;
import static trale.Async.await;

import java.time.Duration;
import java.util.Map;
import trale.test.Simulation;
import trale.time.Timer;

void main() throws Exception {
    try (var simulation = new Simulation(1)) {
        simulation.run(() -> {
            var pair = await(new Both<>(
                    async(() -> {
                        await(Timer.sleep(Duration.ofSeconds(2)));
                        return "a";
                    }),
                    async(() -> {
                        await(Timer.sleep(Duration.ofSeconds(1)));
                        await(Timer.sleep(Duration.ofSeconds(1)));
                        return "b";
                    })));
            equal(Map.entry("a", "b"), pair, "the pair");
        });
        equal(2L, simulation.elapsed().toSeconds(), "the number of seconds that two futures of two seconds take together");
    }
}
