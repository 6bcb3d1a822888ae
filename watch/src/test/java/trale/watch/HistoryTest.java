package trale.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class HistoryTest {

    @Test
    void aDiagnosisIsKeptWhenTheEventsAroundItAreForgotten() {
        var history = new History(2);
        history.add(List.of(new Event.Diagnosis(1, "busy", false, 7, List.of(), "text", "remedy", List.of())));
        for (var i = 0; i < 5; i++) history.add(List.of(new Event.Turn(i, false)));
        var events = history.after(0, Integer.MAX_VALUE).events();
        assertEquals(4, events.size(), events.toString());
        assertTrue(events.get(0).contains("\"busy\""), events.toString());
        assertTrue(events.get(1).contains("\"lost\""), events.toString());
        assertTrue(events.get(1).contains("\"known\":true"), "what is left of those that are gone was told: " + events);
        assertFalse(history.after(1, Integer.MAX_VALUE).events().getFirst().contains("known"),
                "a page that knew event 1 is told nothing of 2 to 4");
    }

    @Test
    void eventsThatWereLostBeforeTheyCameHereAreCountedToo() {
        var history = new History(2);
        history.add(List.of(new Event.Lost(1, 500, true)));
        for (var i = 0; i < 5; i++) history.add(List.of(new Event.Turn(i, false)));
        var lost = history.after(0, Integer.MAX_VALUE).events().getFirst();
        assertTrue(lost.contains("\"count\":504"), lost);
        assertTrue(lost.contains("\"known\":true"), "no end was lost: " + lost);
    }

    @Test
    void whereEndsWereLostWhatIsLeftMayHaveEnded() {
        var history = new History(2);
        history.add(List.of(new Event.Spawn(1, 1, null, null, 0, 0, null), new Event.Lost(1, 500, false)));
        for (var i = 0; i < 5; i++) history.add(List.of(new Event.Turn(i, false)));
        var lost = history.after(0, Integer.MAX_VALUE).events().get(1);
        assertTrue(lost.contains("\"count\":505"), lost);
        assertFalse(lost.contains("known"), lost);
    }
}
