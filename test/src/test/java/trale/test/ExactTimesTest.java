package trale.test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static trale.Async.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import trale.Executor;
import trale.Future;
import trale.JoinHandle;
import trale.time.Interval;
import trale.time.Timer;

/// What timers do, to the nanosecond: in virtual time nothing but the timers decides when. A poll takes 100 ns of it.
class ExactTimesTest {
    private static final Duration FEW_POLLS = Duration.ofNanos(1000);
    private static final Duration HOUR = Duration.ofHours(1);

    private static void assertTook(Duration expected, Duration took) {
        var late = took.minus(expected);
        assertTrue(!late.isNegative() && late.compareTo(FEW_POLLS) < 0, () -> "took " + took + " instead of " + expected);
    }

    /// {@return how long it takes on a simulated host}
    private static Future<Duration> took(Simulation simulation, Supplier<Future<?>> future) {
        return trale.Async.async(() -> {
            var begun = simulation.elapsed();
            await(future.get());
            return simulation.elapsed().minus(begun);
        });
    }

    @Test
    void aSleepIsAsLongAsSaid() {
        Simulation.forEachSeed(5, simulation -> simulation.run(() -> {
            for (var d : List.of(Duration.ofNanos(1), Duration.ofMillis(2), HOUR, Duration.ofDays(10_000)))
                assertTook(d, await(took(simulation, () -> Timer.sleep(d))));
        }));
    }

    @Test
    void sleepersWakeInTheOrderOfTheirDeadlinesWhateverTheOrderOfTheirCalls() {
        Simulation.forEachSeed(20, simulation -> simulation.run(() -> {
            var woken = new ArrayList<Integer>();
            var tasks = new ArrayList<JoinHandle<Void>>();
            for (var i = 0; i < 50; i++) {
                var millis = 1 + simulation.random().nextInt(1000);
                tasks.add(Executor.spawn(() -> {
                    await(Timer.sleep(Duration.ofMillis(millis)));
                    woken.add(millis);
                }));
            }
            for (var task : tasks) await(task);
            assertEquals(woken.stream().sorted().toList(), woken);
        }));
    }

    @Test
    void atHalfTheTimeATimeOutIsCancelledByAValueAndAtItsEndByTheClock() {
        Simulation.forEachSeed(5, simulation -> simulation.run(() -> {
            assertTook(HOUR.dividedBy(2), await(took(simulation, () -> Timer.timeout(HOUR, Timer.sleep(HOUR.dividedBy(2))))));
            var begun = simulation.elapsed();
            try {
                await(Timer.timeout(HOUR, Timer.sleep(HOUR.multipliedBy(2))));
                fail("in time");
            } catch (TimeoutException e) {
                assertTook(HOUR, simulation.elapsed().minus(begun));
            }
        }));
    }

    @Test
    void anIntervalTicksAtEachPeriodAndCountsThoseThatWereMissed() {
        Simulation.forEachSeed(5, simulation -> simulation.run(() -> {
            var begun = simulation.elapsed();
            var interval = Interval.every(HOUR);
            for (var k = 1; k <= 100; k++) {
                assertEquals(0, await(interval.tick()));
                assertTook(HOUR.multipliedBy(k), simulation.elapsed().minus(begun));
            }
            await(Timer.sleep(HOUR.multipliedBy(3).plusMinutes(30)));
            assertEquals(2, await(interval.tick()), "those of hours 101 and 102; 103 is this one");
            assertEquals(0, await(interval.tick()));
            assertTook(HOUR.multipliedBy(104), simulation.elapsed().minus(begun));
        }));
    }

    @Test
    void aTimerBesideTasksThatNeverWaitIsAtMostAFewTurnsLate() {
        Simulation.forEachSeed(20, simulation -> simulation.run(() -> {
            var isOver = new boolean[1];
            for (var i = 0; i < 4; i++) Executor.spawn(() -> {
                while (!isOver[0]) await(trale.Async.yieldNow());
            });
            for (var i = 0; i < 20; i++) {
                var late = await(took(simulation, () -> Timer.sleep(Duration.ofMillis(1)))).minusMillis(1).toNanos();
                assertTrue(late >= 0 && late < 50_000, late + " ns late");
            }
            isOver[0] = true;
        }));
    }
}
