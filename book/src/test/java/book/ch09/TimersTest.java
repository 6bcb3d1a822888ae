package book.ch09;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class TimersTest {

    @Test
    void sleepsEndInTheOrderOfTheirDeadlines() throws IOException {
        assertEquals("100 ms are over; 200 ms are over; 300 ms are over; ", Main.order());
    }

    @Test
    void aDeadlineThatPassesBeforeTheTimerIsSetStillWakes() throws IOException {
        assertEquals(0, Main.late(new Timers()));
    }

    @Test
    void aTimerThatIsSetToZeroIsSwitchedOff() throws IOException {
        assertEquals(1, Main.late(new BrokenTimers()));
    }

    @Test
    void sleepsTakeNoDescriptor() throws IOException {
        assertEquals(0, Main.descriptors(false));
    }

    @Test
    void aTimerFdForEachSleepTakesADescriptorForEach() throws IOException {
        assertEquals(500, Main.descriptors(true));
    }
}
