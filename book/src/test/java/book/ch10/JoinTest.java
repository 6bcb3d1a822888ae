package book.ch10;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

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
        assertEquals("the third task has ended well, the parent got java.lang.IllegalArgumentException: the child's, "
                + "unseen: [java.lang.IllegalStateException: not awaited]", Main.failing(new Executor(false, false)));
    }

    @Test
    void aFailureThatReachesTheLoopEndsAllTasks() throws InterruptedException {
        assertEquals("the third task never ended", Main.failing(new Executor(false, true)));
    }
}
