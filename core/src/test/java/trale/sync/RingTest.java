package trale.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayDeque;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// First in, first out, also where it wraps around and grows.
class RingTest {

    @Test
    void itBehavesAsAnArrayDeque() {
        for (var seed = 0; seed < 200; seed++) {
            var random = new Random(seed);
            var ring = new Ring<Integer>();
            var model = new ArrayDeque<Integer>();
            for (var step = 0; step < 400; step++) {
                if (random.nextInt(100) < 55) {
                    ring.add(step);
                    model.add(step);
                } else {
                    ring.removeFirst();
                    model.poll();
                }
                assertEquals(model.peek(), ring.peek(), "seed " + seed + ", step " + step);
                assertEquals(model.size(), ring.size, "seed " + seed + ", step " + step);
            }
        }
    }
}
