package book.ch08;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class EdgeTest {

    @Test
    void whatDidNotFitTheBufferIsReadWithoutAnotherEvent() throws IOException {
        assertEquals(new Main.Result("hello, edge", 1), Main.run("hello, edge", false, Slot::new));
    }

    @Test
    void aSlotThatForgetsTheRestLeavesItInTheKernel() throws IOException {
        assertEquals(new Main.Result("hello, e", 1), Main.run("hello, edge", false, BrokenForgetsRest::new));
    }

    @Test
    void theEndThatCameWithTheDataIsSeen() throws IOException {
        assertEquals(new Main.Result("bye", 0), Main.run("bye", true, Slot::new));
    }

    @Test
    void aSlotThatForgetsTheEndWaitsForEver() throws IOException {
        assertEquals(new Main.Result("bye", 1), Main.run("bye", true, BrokenForgetsEnd::new));
    }

    @Test
    void anEchoIsThreeSystemCalls() throws IOException {
        assertEquals(3.0, Main.callsOfAnEcho(100));
    }
}
