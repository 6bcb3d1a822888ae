package trale.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A body that holds the thread is accused, and one that had no processor is not.
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LongPollTest {
    private static final long MS = 1_000_000;
    private static final long PAUSE = 15 * MS;

    private final LongPoll poll = new LongPoll();
    private long now = 1000;

    /// Looks so often at this poll, and waits before each look.
    ///
    /// @param starved of each pause, how long the executor's thread waits for a processor
    /// @return after how many looks it was accused; 0: never
    private int accused(int looks, long pause, long number, long starved) {
        var accused = 0;
        for (var i = 1; i <= looks; i++) {
            now += pause;
            if (poll.look(now, number, i * starved) && accused == 0) accused = i;
        }
        return accused;
    }

    @Test
    void aPollThatLasts400MillisecondsHoldsTheThread() {
        assertEquals(1 + (400 + 14) / 15, accused(100, PAUSE, 1, 0));
    }

    @Test
    void pollsThatChangeHoldNothing() {
        for (var number = 1; number < 100; number++) assertEquals(0, accused(20, PAUSE, number, 0));
        assertEquals(0, accused(1000, PAUSE, 0, 0), "no poll");
    }

    /// As after SIGSTOP, a collection of garbage, or on a machine whose processors are all taken.
    @Test
    void aWatchThatDidNotRunItselfAccusesNoBody() {
        assertEquals(0, accused(3, PAUSE, 1, 0));
        now += 10_000 * MS;
        assertFalse(poll.look(now, 1, 0));
        assertEquals(0, accused(10, PAUSE, 1, 0));
        assertTrue(accused(30, PAUSE, 1, 0) > 0, "it does hold the thread");
    }

    @Test
    void aThreadThatHadNoProcessorHoldsNothing() {
        assertEquals(0, accused(1000, PAUSE, 1, PAUSE));
        assertEquals(1 + (400 + 7) / 8, accused(1000, 16 * MS, 2, 8 * MS), "half of the time");
    }

    @Test
    void whatIsExplainedDoesNotCount() {
        assertTrue(accused(40, PAUSE, 1, 0) > 0);
        poll.begin(now, 0);
        assertEquals(0, accused(20, PAUSE, 1, 0));
        assertTrue(accused(20, PAUSE, 1, 0) > 0);
    }

    @Test
    void linuxSaysHowLongAThreadHasWaitedForAProcessor() throws Exception {
        var schedstat = Path.of("/proc/thread-self/schedstat");
        if (!Files.exists(schedstat)) {
            assertEquals(0, ProcessorWait.ofThisThread().nanos());
            return;
        }
        var wait = ProcessorWait.ofThisThread();
        var before = Long.parseLong(Files.readString(schedstat).split(" ")[1]);
        var said = wait.nanos();
        var after = Long.parseLong(Files.readString(schedstat).split(" ")[1]);
        assertTrue(before <= said && said <= after, before + ", " + said + ", " + after);
    }
}
