package mass;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// That `mass/run` can fail, can be repeated, and a small part of what it does.
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class MassTest {
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final Report report = new Report(new PrintStream(printed, true, StandardCharsets.UTF_8));

    private static Canaries canaries(boolean isNoticed) {
        return new Canaries(Map.of(Mistake.SKIPS_A_FINALLY,
                CompletableFuture.completedFuture(new Canaries.Verdict(isNoticed, "what it said"))));
    }

    private String printed() {
        return printed.toString(StandardCharsets.UTF_8);
    }

    @Test
    void canariesThatAreNoticedAreFine() {
        report.canaries(canaries(true));
        assertTrue(report.end(), printed());
    }

    @Test
    void aCanaryThatIsNotNoticedFailsTheCommand() {
        report.canaries(canaries(false));
        assertFalse(report.end());
        assertTrue(printed().contains("FAILED  not noticed: " + Mistake.SKIPS_A_FINALLY.what), printed());
    }

    @Test
    void aDifferenceFailsTheCommandAndTheOtherPartsStillRun() {
        var strewer = new Strewer(1, true, false);
        var driver = new Driver(strewer.places, 0);
        driver.suspensions = driver.cancellations = 1;
        report.part("first", strewer, driver, () -> {
            throw new Difference("first, case 7");
        });
        report.part("second", strewer, driver, () -> "2 cases");
        assertFalse(report.end());
        assertTrue(printed().contains("FAILED  first, case 7"), printed());
        assertTrue(printed().contains("2 cases"), printed());
    }

    @Test
    void theSeedSaysWhereTheAwaitsStand() {
        var original = Library.moved(null, List.of("java.util.BitSet")).read("moved.java.util.BitSet");
        var strewn = new Strewer(1, true, false).strew(original);
        assertArrayEquals(strewn, new Strewer(1, true, false).strew(original));
        assertFalse(Arrays.equals(strewn, new Strewer(2, true, false).strew(original)));
    }

    @Test
    void collectionsWhoseMethodsAreAsyncBodiesDoTheSame() throws Exception {
        var trial = Trial.all(1, Long.MAX_VALUE).getLast();
        for (int n = 0; n < 50; n++) trial.compare(n);
        assertEquals("collections", trial.name);
        assertTrue(trial.driver.suspensions > 1_000, "suspensions: " + trial.driver.suspensions);
        assertTrue(trial.driver.handled > 0, "no cancellation got to a handler");
    }

    @Test
    void aPartInWhichNoBodyWasSuspendedFailsTheCommand() {
        var strewer = new Strewer(1, true, false);
        report.part("idle", strewer, new Driver(strewer.places, 0), () -> "300 cases");
        assertFalse(report.end(), printed());
        assertTrue(printed().contains("FAILED  idle: no body was suspended"), printed());
    }
}
