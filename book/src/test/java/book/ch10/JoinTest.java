package book.ch10;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import trale.Context;
import trale.Poll;

@Timeout(20)
class JoinTest {

    @Test
    void aTaskWaitsForAnotherAndGetsItsValue() throws InterruptedException {
        assertEquals(42, Main.value());
    }

    @Test
    void joinInsideATaskIsRefused() throws InterruptedException {
        assertTrue(Main.joinInside(new Executor(false, false)).startsWith("join() inside a task would block"));
    }

    @Test
    void joinInsideATaskThatIsNotRefusedBlocksTheExecutorsThread() throws InterruptedException {
        assertEquals("the executor's thread is WAITING", Main.joinInside(new Executor(true, false)));
    }

    @Test
    void aFailureBelongsToItsTask_isThrownWhereItIsAwaited_andIsNeverLost() throws InterruptedException {
        assertEquals("the third task has ended well\nthe parent got java.lang.IllegalArgumentException: the child's\n"
                + "unseen: [java.lang.IllegalStateException: not awaited]", Main.failing(new Executor(false, false)));
    }

    @Test
    void aFailureThatReachesTheLoopEndsAllTasks() throws InterruptedException {
        assertEquals("the third task never ended", Main.failing(new Executor(false, true)));
    }

    @Test
    void aTaskThatPollsAHandleTwiceIsWokenOnceByTheEnd() throws Exception {
        var wakes = new AtomicInteger();
        var cx = Context.of(wakes::incrementAndGet);
        var handle = new JoinHandle<Integer>(new Executor(false, false));
        assertEquals(Poll.pending(), handle.poll(cx));
        assertEquals(Poll.pending(), handle.poll(cx));
        handle.end(42, null);
        assertEquals(1, wakes.get());
        assertEquals(Poll.ready(42), handle.poll(cx));
    }
}
