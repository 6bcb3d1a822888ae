package book.ch04;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class EchoTest {
    private static final int BYTES = 100_000;

    @Test
    void aTaskThatKnowsThatItWasWritingSendsEveryByteBack() throws IOException {
        assertEquals(BYTES, Main.run(client -> new Echo(client, 16_384)));
    }

    @Test
    void aForgottenStateLosesWhatTheKernelDidNotTake() throws IOException {
        int back = Main.run(client -> new BrokenEcho(client, 16_384));
        assertTrue(back > 0 && back < BYTES, back + " bytes came back");
    }
}
