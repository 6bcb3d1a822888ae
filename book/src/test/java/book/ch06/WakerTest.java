package book.ch06;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class WakerTest {

    @Test
    void everyWakeBringsTheTaskBackOnce() {
        assertEquals(List.of("greeter: no name yet", "writer: half of the name", "writer: the other half", "greeter: hello Ada Lovelace",
                "the run-queue is empty; tasks that still wait: 0"), Main.run(Task::new));
    }

    @Test
    void pendingWithoutAWakerIsAHang() {
        assertEquals(List.of("greeter: no name yet", "writer: half of the name", "writer: the other half",
                "the run-queue is empty; tasks that still wait: 1"), Main.runBroken());
    }

    @Test
    void aWakeDuringThePollThatIsMissedIsAHang() {
        assertEquals(List.of("greeter: no name yet", "writer: half of the name",
                "the run-queue is empty; tasks that still wait: 2"), Main.run(BrokenMissesWake::new));
    }

    @Test
    void aSecondWakeThatQueuesAgainPollsATaskThatHasEnded() {
        assertEquals(List.of("greeter: no name yet", "writer: half of the name", "writer: the other half", "greeter: hello Ada Lovelace",
                "a task failed: polled after its end", "the run-queue is empty; tasks that still wait: -1"),
                Main.run(BrokenQueuesTwice::new));
    }
}
