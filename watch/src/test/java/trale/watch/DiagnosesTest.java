package trale.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import trale.Executor;
import trale.internal.probe.Probe;

/// A task that is polled late is told of, if other tasks are the reason.
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class DiagnosesTest {
    private static final long MS = 1_000_000;

    private final Executor executor = Executor.builder().build();
    private long waited; // of the executor's thread, for a processor
    private final Diagnoses diagnoses = new Diagnoses(executor, new Recorder(new Machines(), null, false, () -> {}), () -> waited);

    @AfterEach
    void close() {
        executor.close();
    }

    /// What is diagnosed if task 1 is woken, and these others are polled first, each for so long.
    private List<String> said(int others, long each, long starved) {
        diagnoses.read(List.of());
        var t = 0L;
        var events = new ArrayList<Event>(List.of(new Event.Spawn(t, 1, null, null, 0, 0, null),
                new Event.Wake(t, 1, Probe.By.TASK, 2, null, Probe.Effect.QUEUED)));
        for (var other = 2; other < 2 + others; other++) {
            events.add(new Event.Spawn(t, other, null, null, 0, 0, null));
            events.add(new Event.Poll(t, other, 0));
            events.add(new Event.Pend(t += each, other, null, List.of(), List.of(), List.of(), false));
        }
        events.add(new Event.Poll(t, 1, 0));
        waited += starved;
        return diagnoses.read(events).stream().filter(Event.Diagnosis.class::isInstance).map(e -> ((Event.Diagnosis) e).what()).toList();
    }

    @Test
    void manyPollsBeforeItsOwnMakeATaskLate() {
        assertEquals(List.of("late"), said(40, 8 * MS, 0));
    }

    @Test
    void fewPollsDoNot() {
        assertEquals(List.of(), said(10, 8 * MS, 0));
    }

    @Test
    void oneLongPollIsNoLongQueue() {
        assertEquals(List.of(), said(1, 300 * MS, 0));
    }

    @Test
    void aThreadThatHadNoProcessorMakesNoTaskLate() {
        assertEquals(List.of(), said(40, 8 * MS, 250 * MS));
    }

    /// It was polled and woken again in the events that were lost, so how long it has been in the run-queue is not known.
    @Test
    void aTaskWhosePollAndNextWakeWereLostIsNotLate() {
        diagnoses.read(List.of());
        var t = 0L;
        var events = new ArrayList<Event>(List.of(new Event.Spawn(t, 1, null, null, 0, 0, null),
                new Event.Wake(t, 1, Probe.By.TASK, 2, null, Probe.Effect.QUEUED), new Event.Lost(t, 9, true)));
        for (var other = 2; other < 42; other++) {
            events.add(new Event.Spawn(t, other, null, null, 0, 0, null));
            events.add(new Event.Poll(t, other, 0));
            events.add(new Event.Pend(t += 8 * MS, other, null, List.of(), List.of(), List.of(), false));
        }
        events.add(new Event.Lost(t, 9, true));
        events.add(new Event.Poll(t, 1, 0));
        assertEquals(List.of(), diagnoses.read(events).stream().filter(Event.Diagnosis.class::isInstance).toList());
    }

    /// How long others were polled is known of those polls alone whose begin was told.
    @Test
    void aPollWhoseBeginWasLostMakesNoTaskLate() {
        diagnoses.read(List.of());
        var events = new ArrayList<Event>(List.of(new Event.Poll(0, 2, 0), new Event.Lost(0, 9, true),
                new Event.Spawn(300 * MS, 1, null, null, 0, 0, null),
                new Event.Wake(300 * MS, 1, Probe.By.TASK, 2, null, Probe.Effect.QUEUED)));
        for (var other = 2; other < 5; other++) events.add(new Event.Pend(301 * MS, other, null, List.of(), List.of(), List.of(), false));
        events.add(new Event.Poll(301 * MS, 1, 0));
        assertEquals(List.of(), diagnoses.read(events).stream().filter(Event.Diagnosis.class::isInstance).toList());
    }
}
