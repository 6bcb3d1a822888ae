package book.ch05;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class RunQueueTest {

    @Test
    void firstInFirstOutPollsEachTaskOnceARound() {
        assertEquals("a3 b1000 a2 b999 a1 b998 b997 b996 b995 b994 - not finished: 1", Main.run());
    }

    @Test
    void lastInFirstOutNeverPollsTheFirstTask() {
        assertEquals("b1000 b999 b998 b997 b996 b995 b994 b993 b992 b991 - not finished: 2", Main.runBroken());
    }
}
