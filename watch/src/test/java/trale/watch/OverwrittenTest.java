package trale.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import trale.Executor;
import trale.internal.probe.Probe;
import trale.internal.probe.Watched;

/// What is over is told even if the ring had no room for it.
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class OverwrittenTest {
    private static final int RING = 1 << 16;

    private final Recorder recorder = new Recorder(new Machines(), null, false, () -> {});

    @Test
    void theEndOfWhatBeganBeforeTheLostEventsIsKept() {
        put(spawn(1), timer(1, Probe.Step.SET), timer(2, Probe.Step.SET), new Event.Scope(0, 1, 1, true), fd(7, true));
        drain();
        put(new Event.Turn(1, false), end(1), timer(1, Probe.Step.FIRE), timer(2, Probe.Step.DROP), new Event.Scope(1, 1, 1, false));
        put(fd(7, false));
        overrun();
        assertEquals(List.of(end(1), timer(1, Probe.Step.FIRE), timer(2, Probe.Step.DROP), new Event.Scope(1, 1, 1, false), fd(7, false),
                new Event.Lost(9, 1, true)), drain().subList(0, 6));
    }

    @Test
    void whatBeganInTheLostEventsIsLostWithItsEnd() {
        put(spawn(1));
        drain();
        put(spawn(2), timer(3, Probe.Step.SET), new Event.Scope(0, 4, 2, true));
        put(end(2), timer(3, Probe.Step.DROP), new Event.Scope(0, 4, 2, false), end(1));
        overrun();
        assertEquals(List.of(end(1), new Event.Lost(9, 6, true)), drain().subList(0, 2));
        put(end(2)); // as if its begin had been told
        overrun();
        assertEquals(end(2), drain().getFirst(), "each drain begins anew");
    }

    @Test
    void theLatestOfADescriptorIsKept() {
        put(fd(7, true));
        drain();
        put(fd(7, false), fd(7, true), fd(8, true), fd(7, false), fd(7, true));
        overrun();
        assertEquals(List.of(fd(7, true), fd(8, true), new Event.Lost(9, 3, true)), drain().subList(0, 3));
    }

    @Test
    void theStartAndADiagnosisAreKept() {
        var start = new Event.Start(0, "x", null, null, "own thread", false);
        var diagnosis = new Event.Diagnosis(1, "busy", false, 7, List.of(), "text", "remedy", List.of());
        put(start, diagnosis);
        overrun();
        assertEquals(List.of(start, diagnosis, new Event.Turn(9, false)), drain().subList(0, 3), "nothing is lost");
    }

    /// While tasks come and go faster than they are read, nothing of those that have ended stays behind.
    @Test
    void ofTasksThatHaveEndedInLostEventsAHistoryKeepsNothing() {
        try (var executor = Executor.builder().build()) {
            var diagnoses = new Diagnoses(executor, recorder, () -> 0);
            var history = new History(100);
            for (var n = 1; n <= 300_000; n++) {
                put(spawn(n), new Event.Pend(9, n, null, List.of(), List.of(), List.of(), false));
                if (n > 1_000) put(end(n - 1_000)); // a thousand are there at a time
                if (n % 40_000 == 0) history.add(diagnoses.read(drain()));
            }
            for (var n = 299_001; n <= 300_000; n++) put(end(n));
            overrun();
            history.add(diagnoses.read(drain()));
            assertEquals(0, diagnoses.tasks());
            var left = history.after(0, 10).events();
            assertEquals(0, left.stream().filter(e -> e.contains("\"spawn\"")).count(), left.toString());
        }
    }

    /// Cancelled in a finally block, as many programs do. What is kept would be kept for ever: its end has been told.
    @Test
    void ofATaskThatIsCancelledAfterItsEndNothingIsKept() {
        try (var executor = Executor.builder().build()) {
            executor.probe(recorder);
            var diagnoses = new Diagnoses(executor, recorder, () -> 0);
            var task = executor.submit(() -> 1);
            task.join();
            task.cancel();
            executor.probe(null);
            var events = drain();
            assertEquals(1, events.stream().filter(Event.Cancel.class::isInstance).count(), events.toString());
            diagnoses.read(events);
            assertEquals(0, diagnoses.tasks());
        }
    }

    /// A thread that is about to wake a task, and stands still until it has ended, tells a wake that does nothing.
    @Test
    void ofATaskWhoseWakeIsToldAfterItsEndNothingIsKept() {
        try (var executor = Executor.builder().build()) {
            var diagnoses = new Diagnoses(executor, recorder, () -> 0);
            diagnoses.read(List.of(spawn(1), end(1), new Event.Wake(1, 1, Probe.By.THREAD, 0, "t", Probe.Effect.NOTHING)));
            assertEquals(0, diagnoses.tasks());
        }
    }

    /// From its close a diagnosis is made.
    @Test
    void aSocketThatWasLostIsKeptThoughItsNumberIsTakenAgain() {
        put(fd(7, true));
        drain();
        var leaked = new Event.Descriptor(1, 7, false, true);
        put(leaked, fd(7, true), fd(7, false));
        overrun();
        assertEquals(List.of(leaked, fd(7, false), new Event.Lost(9, 1, true)), drain().subList(0, 3));
    }

    private void put(Event... events) {
        for (var event : events) recorder.put(event);
    }

    private void overrun() {
        for (var i = 0; i < RING; i++) recorder.put(new Event.Turn(9, false));
    }

    private List<Event> drain() {
        var events = new ArrayList<Event>();
        recorder.drain(events);
        return events;
    }

    private static Event spawn(long task) {
        return new Event.Spawn(0, task, null, null, 0, 0, null);
    }

    private static Event end(long task) {
        return new Event.End(1, new Numbered(task), Probe.How.VALUE, null);
    }

    private static Event timer(long timer, Probe.Step step) {
        return new Event.Timer(1, timer, step, 5, 1);
    }

    private static Event fd(int fd, boolean opens) {
        return new Event.Descriptor(1, fd, opens, false);
    }

    private record Numbered(long number) implements Watched {
        @Override
        public @Nullable String name() {
            return null;
        }

        @Override
        public boolean isSeen() {
            return true;
        }

        @Override
        public int cancellations() {
            return 0;
        }
    }
}
