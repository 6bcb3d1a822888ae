package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.async;
import static trale.Async.await;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import trale.internal.linux.Libc;
import trale.support.UnderBothArrangements;
import trale.time.Timer;

/// A task's share of the thread: that it ends, and that no value is lost where it does.
class BudgetTest extends UnderBothArrangements {
    private static final Future<String> READY = cx -> Poll.ready("ready");

    /// Computes for a while, as a body does that needs its time.
    private static void compute(Duration time) {
        for (var end = System.nanoTime() + time.toNanos(); System.nanoTime() < end; ) Thread.onSpinWait();
    }

    @Test // F2
    void the128thAwaitOfAPollEndsIt() {
        for (var timed : new boolean[] {false, true}) {
            var budget = new Budget(timed, 128);
            for (var poll = 0; poll < 3; poll++) {
                budget.pollBegins();
                var spent = 1;
                while (budget.spend()) spent++;
                assertTrue(spent == 128 || (timed && spent < 128), "spent: " + spent);
            }
        }
    }

    @Test
    void aPollThatGoesOnAllTheSameHasAnotherShare() {
        var budget = new Budget(false, 128);
        budget.pollBegins();
        for (var share = 0; share < 3; share++) {
            for (var i = 1; i < 128; i++) assertTrue(budget.spend());
            assertFalse(budget.spend());
        }
    }

    /// Its time is over: a thread that stands still for a moment must not end it twice.
    @Test
    void aPollThatGoesOnAfterItsTimeHas128AwaitsHoweverLongTheyTake() {
        var budget = new Budget(true, 128);
        budget.pollBegins();
        while (budget.spend()) compute(Duration.ofMillis(1));
        for (var i = 1; i < 128; i++) {
            compute(Duration.ofNanos(i % 10 == 0 ? 1_000_000 : 0));
            assertTrue(budget.spend());
        }
        assertFalse(budget.spend());
    }

    @Test
    void anAwaitAfterTooLongATimeEndsThePoll() {
        var budget = new Budget(true, 128);
        for (var poll = 0; poll < 10; poll++) {
            budget.turned();
            budget.pollBegins();
            var awaits = 1;
            for (; budget.spend(); awaits++) compute(Duration.ofMillis(1));
            assertTrue(awaits <= (poll == 0 ? 33 : 4), awaits + " awaits of 1 ms in poll " + poll);
        }
    }

    @Test
    void theReactorIsTurnedAfter64PollsAtTheLatest() {
        var budget = new Budget(true, 128);
        for (var turn = 0; turn < 100; turn++) {
            budget.turned();
            var polls = 1;
            for (budget.pollBegins(); !budget.isTurnDue(); budget.pollBegins()) polls++;
            assertTrue(polls <= 64, "polls: " + polls);
        }
    }

    @Test
    void theReactorIsTurnedWhenATaskAsksForIt() {
        var budget = new Budget(true, 128);
        budget.turned();
        budget.turnNext();
        assertTrue(budget.isTurnDue());
        budget.turned();
        for (var polls = 1; !budget.isTurnDue(); polls++) assertTrue(polls < 64);
    }

    /// Short polls have made the readings of the clock rare.
    @Test // F1
    void theReactorIsTurnedAfterEachLongPollOnceTheyAreKnownToBeLong() {
        var budget = new Budget(true, 128);
        for (var turn = 0; turn < 100; turn++) {
            budget.turned();
            while (!budget.isTurnDue()) budget.pollBegins();
        }
        budget.turned();
        for (var turn = 0; turn < 10; turn++) {
            var polls = 0;
            do {
                budget.pollBegins();
                compute(Duration.ofMillis(1));
                polls++;
            } while (!budget.isTurnDue());
            assertTrue(polls <= (turn == 0 ? 32 : 1), polls + " polls of 1 ms before turn " + turn);
            budget.turned();
        }
    }

    /// Lines of 20 µs. The await that ends the poll has just read the clock, and the steps until the next reading are not over.
    @Test // F3
    void theReactorIsTurnedAfterThePollInWhichItsTimeHasComeWhicheverStepReadTheClock() {
        for (var round = 0; round < 10; round++) {
            var budget = new Budget(true, 128);
            budget.pollBegins();
            for (var i = 0; i < 4; i++) budget.spend(); // short steps, so the next readings are some steps apart
            budget.turned();
            var turned = Libc.nanoTime();
            boolean due;
            do {
                long beforeTheEnd;
                budget.pollBegins();
                do {
                    compute(Duration.ofNanos(20_000));
                    beforeTheEnd = Libc.nanoTime();
                } while (budget.spend());
                due = budget.isTurnDue();
                assertTrue(due || beforeTheEnd - turned < 500_000, "not due after " + (beforeTheEnd - turned) + " ns");
            } while (!due);
        }
    }

    /// The deadline comes while the budget is spent: at each of the awaits, and by each of the limits.
    @Test
    void aTimeOutWhoseValueIsThereAtItsDeadlineReturnsItWhereverTheBudgetEnds() {
        for (var n = 0; n <= 260; n++) {
            var before = n;
            var handle = executor.submit(() -> {
                for (var i = 0; i < before; i++) await(READY);
                return await(Timer.timeout(Duration.ZERO, nested()));
            });
            assertEquals("ready", handle.join(), "after " + n + " awaits");
        }
    }

    @Test
    void aTimeOutWhoseValueIsThereAtItsDeadlineReturnsItWhenTheTimeIsUp() {
        for (var n = 0; n < 40; n++) {
            var before = n;
            var handle = executor.submit(() -> await(Timer.timeout(Duration.ZERO, async(() -> {
                for (var i = 0; i < before; i++) await(READY);
                compute(Duration.ofMillis(1));
                return await(nested());
            }))));
            assertEquals("ready", handle.join(), "after " + n + " awaits");
        }
    }

    private static Future<String> nested() {
        return async(() -> await(async(() -> await(async(() -> await(READY))))));
    }

    @Test // F2
    void aValueIsTakenOnceWhereverTheBudgetEnds() {
        var values = new AtomicInteger();
        var sum = executor.submit(() -> {
            var all = 0L;
            for (var i = 0; i < 10_000; i++) all += await(cx -> Poll.ready(values.getAndIncrement()));
            return all;
        }).join();
        assertEquals(10_000L * 9_999 / 2, sum);
        assertEquals(10_000, values.get());
    }
}
