package book.ch07;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class LevelTest {

    @Test
    void theReactorSleepsWhileAClientSaysNothing() throws IOException {
        int turns = Main.run(new Reactor());
        assertTrue(turns < 10, turns + " turns");
    }

    @Test
    void aDescriptorThatStaysInTheSetWakesTheReactorForEver() throws IOException {
        int turns = Main.run(new BrokenReactor());
        assertTrue(turns >= 1000, turns + " turns");
    }

    @Test
    void anEchoIsSixSystemCalls() throws IOException {
        assertEquals(6.0, Main.callsOfAnEcho(100));
    }
}
