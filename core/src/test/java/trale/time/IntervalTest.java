package trale.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.async;
import static trale.Async.await;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import trale.Future;
import trale.support.Ground;
import trale.support.UnderBothArrangements;

/// Interval: start + k·d, and what was missed is counted.
@Timeout(60)
class IntervalTest extends UnderBothArrangements {
    private static final long MS = 1_000_000;

    /// Ticks + missed is the number of periods since the start, however late each of them is: no drift.
    private static Future<Void> keepsStep(Duration d, int ticks, Duration work) {
        return async(() -> {
            var before = Ground.nanoTime();
            var interval = Interval.every(d);
            var k = 0L;
            for (var i = 0; i < ticks; i++) {
                if (!work.isZero()) await(Timer.sleep(work));
                k += 1 + await(interval.tick());
                var now = Ground.nanoTime();
                assertTrue(now - before >= k * d.toNanos(), "a tick came early");
                // A tick is counted at some time between the last two readings, so only those of a whole period later are missed.
                assertTrue(k >= 1 && k <= (now - before) / d.toNanos(), "more ticks than time");
            }
        });
    }

    @Test
    void noTickIsEarlyAndLateOnesDoNotDelayTheNext() {
        executor.submit(keepsStep(Duration.ofMillis(2), 20, Duration.ZERO)).join();
        executor.submit(keepsStep(Duration.ofMillis(2), 5, Duration.ofMillis(7))).join();
        executor.submit(keepsStep(Duration.ofNanos(1), 100, Duration.ZERO)).join();
    }

    @Test
    void missedTicksAreCounted() {
        var missed = executor.submit(async(() -> {
            var interval = Interval.every(Duration.ofMillis(10));
            await(Timer.sleep(Duration.ofMillis(35)));
            return await(interval.tick());
        })).join();
        assertTrue(missed >= 2, "missed " + missed + ": those due after 10 and 20 ms at least, if 30 is this one");
    }

    @Test
    void aTickThatIsCancelledOrTimedOutIsStillDue() {
        var interval = Interval.every(Duration.ofMillis(300));
        var start = Ground.nanoTime();
        var handle = executor.submit(interval.tick());
        settle();
        handle.cancel();
        assertThrows(CancellationException.class, handle::join);
        assertThrows(Exception.class, executor.submit(Timer.timeout(Duration.ofMillis(1), interval.tick()))::join);
        var missed = executor.submit(interval.tick()).join();
        var took = Ground.nanoTime() - start;
        assertTrue(took >= 250 * MS, "the first tick is after a period: " + took);
        assertTrue(took <= (missed + 2) * 300 * MS, "a tick was lost: " + missed + " missed in " + took);
    }

    @Test
    void eachTickGoesToOneOfTheTasksThatWait() {
        var interval = Interval.every(Duration.ofMillis(5));
        var start = Ground.nanoTime();
        var a = executor.submit(interval.tick());
        var b = executor.submit(interval.tick());
        var ticks = 2 + a.join() + b.join();
        var took = Ground.nanoTime() - start;
        assertTrue(took + 5 * MS >= ticks * 5 * MS, ticks + " ticks in " + took + " ns");
    }

    @Test
    void onlyAPositiveDurationIsTaken() {
        for (var d : new Duration[] {Duration.ZERO, Duration.ofNanos(-1)}) {
            var e = assertThrows(IllegalArgumentException.class, () -> Interval.every(d));
            assertEquals("an interval of " + d + ": it has to be more than zero", e.getMessage());
        }
        assertTrue(Interval.every(Duration.ofSeconds(Long.MAX_VALUE)).tick().toString().startsWith("a tick every "));
    }
}
