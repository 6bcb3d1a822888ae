package book.ch01;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
class BlockingEchoTest {
    @Test
    void onOneThreadTheSecondClientWaitsForAsLongAsTheFirstIsThere() throws Exception {
        assertFalse(Main.run(BrokenEcho::serve));
    }

    @ParameterizedTest
    @ValueSource(strings = {"platform", "virtual"})
    void withAThreadAClientTheSecondOneHearsItsEcho(String kind) throws Exception {
        assertTrue(Main.run(listener -> Echo.serve(listener, Main.threads(kind)), 15_000));
    }

    @Test
    void aWaitingPlatformThreadHoldsMoreMemoryThanAVirtualOne() throws Exception {
        long platform = Memory.bytesAClient("platform", 300);
        long virtual = Memory.bytesAClient("virtual", 300);
        assertTrue(platform > virtual, platform + " and " + virtual + " bytes");
    }
}
