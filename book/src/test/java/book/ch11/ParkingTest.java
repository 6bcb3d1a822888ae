package book.ch11;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ParkingTest {

    @Test
    void aThousandWakesOfASleeperAreOneWrite() throws IOException, InterruptedException {
        assertEquals(1, Main.writes());
    }

    @Test
    void noOrderOfTheStepsLosesTheWake() {
        assertEquals(List.of(), Main.model(Sleeper.executor()));
    }

    @Test
    void withoutTheSecondLookTheModelFindsTheOrderThatLosesTheWake() {
        assertEquals(List.of("executor: injected.poll()", "waker: injected.add(task)", "waker: parked.getAndSet(false)",
                "executor: parked = true"),
                Main.model(BrokenSleeper.executor()).stream().map(String::strip).toList());
    }
}
