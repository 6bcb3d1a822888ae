package trale.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.await;
import static trale.Async.yieldNow;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import trale.Executor;
import trale.Future;
import trale.time.Timer;

/// The events for JDK Flight Recorder: recorded, and read from the file.
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class FlightRecorderTest {
    private static final Duration LONG = Duration.ofMillis(60);

    @TempDir
    Path folder;

    /// Runs a program and records it.
    ///
    /// @param threshold of polls and waits
    @SuppressWarnings("try") // closes the executor while the recording is on
    private List<RecordedEvent> record(boolean reactorThread, Duration threshold, Program program) throws Exception {
        var file = folder.resolve("recording.jfr");
        try (var recording = new Recording(); var executor = Executor.builder().name("recorded").reactorThread(reactorThread).build()) {
            recording.enable("trale.Poll").withThreshold(threshold);
            recording.enable("trale.Wait").withThreshold(threshold);
            recording.enable("trale.Task");
            recording.start();
            executor.probe(new FlightRecorder());
            program.run(executor);
            executor.close(); // all has been told
            recording.stop();
            recording.dump(file);
        }
        return RecordingFile.readAllEvents(file).stream().filter(event -> "recorded".equals(event.getString("executor"))).toList();
    }

    private interface Program {
        void run(Executor executor) throws Exception;
    }

    private static List<RecordedEvent> of(List<RecordedEvent> events, String kind, long task) {
        return events.stream()
                .filter(event -> event.getEventType().getName().equals("trale." + kind) && event.getLong("task") == task).toList();
    }

    /// Holds the thread, as a body does that computes.
    private static void compute() {
        for (var begun = System.nanoTime(); System.nanoTime() - begun < LONG.toNanos(); ) Thread.onSpinWait();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aLongPollAWaitAndATaskAreEvents(boolean reactorThread) throws Exception {
        var events = record(reactorThread, Duration.ZERO, executor -> executor.submit(() -> {
            compute();
            await(Timer.sleep(LONG));
            return 1;
        }).named("mine").join());

        var polls = of(events, "Poll", 1);
        assertEquals(2, polls.size(), polls.toString());
        assertTrue(polls.getFirst().getDuration().compareTo(LONG) >= 0, polls.toString());
        assertTrue(polls.getFirst().getString("line").contains("FlightRecorderTest.java:"), polls.toString());
        assertNull(polls.getLast().getString("line"), "it has ended");

        var wait = of(events, "Wait", 1).getFirst();
        assertEquals(1, of(events, "Wait", 1).size());
        assertTrue(wait.getDuration().toMillis() > 0, wait.toString());
        assertEquals("timer 1", wait.getString("waitedFor"));
        assertEquals("timer 1", wait.getString("wokenBy"));
        assertEquals("mine", wait.getString("name"));
        assertTrue(wait.getString("line").contains("FlightRecorderTest.java:"), wait.toString());
        assertTrue(wait.getDuration("queued").compareTo(wait.getDuration()) <= 0, wait.toString());

        var task = of(events, "Task", 1).getFirst();
        assertEquals(1, of(events, "Task", 1).size());
        assertEquals("value", task.getString("end"));
        assertEquals("mine", task.getString("name"));
        assertEquals(2, task.getLong("polls"));
        assertTrue(task.getDuration().compareTo(LONG) >= 0, task.toString());
    }

    @Test
    void whatIsShorterThanTheThresholdIsNoEvent() throws Exception {
        var events = record(false, Duration.ofHours(1), executor -> executor.submit(() -> {
            await(yieldNow());
            await(Timer.sleep(Duration.ofMillis(1)));
        }).join());
        assertEquals(List.of(), of(events, "Poll", 1));
        assertEquals(List.of(), of(events, "Wait", 1));
        assertEquals(1, of(events, "Task", 1).size(), "a task has no threshold");
    }

    @Test
    void aTaskThatFailsSaysWithWhatAndATaskSaysWhichSpawnedIt() throws Exception {
        var events = record(false, Duration.ZERO, executor -> assertThrows(CompletionException.class, () -> executor.submit(() -> {
            await(Executor.spawn(() -> {
                if (Files.exists(Path.of("/"))) throw new IllegalStateException("on purpose");
            }));
        }).join()));
        var child = of(events, "Task", 2).getFirst();
        assertEquals("failure", child.getString("end"));
        assertEquals("java.lang.IllegalStateException: on purpose", child.getString("failure"));
        assertEquals(1, child.getLong("parent"));
        assertEquals("the end of task 2", of(events, "Wait", 1).getFirst().getString("waitedFor"));
        assertEquals("task 2", of(events, "Wait", 1).getFirst().getString("wokenBy"));
    }

    @Test
    void aWakeByAnotherThreadSaysWhich() throws Exception {
        var events = record(false, Duration.ZERO, executor -> {
            var stage = new CompletableFuture<Integer>();
            var task = executor.submit(() -> await(Future.from(stage)));
            while (executor.snapshot().tasks().stream().allMatch(t -> t.waitsFor().isEmpty())) Thread.onSpinWait();
            var thread = new Thread(() -> stage.complete(1), "outside");
            thread.start();
            thread.join();
            assertEquals(1, task.join());
        });
        assertEquals("thread outside", of(events, "Wait", 1).getLast().getString("wokenBy"));
    }

    /// What a child runs.
    static final class Computes {
        static void main() {
            Executor.blockOn(() -> {
                compute();
                await(Timer.sleep(LONG));
            });
        }
    }

    @Test
    void aPropertyWatchesEachExecutorOfAProgram() throws Exception {
        var file = folder.resolve("child.jfr");
        var child = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC", "-Dtrale.watch=jfr", "-XX:StartFlightRecording:settings=none,trale.Poll#enabled=true,filename=" + file,
                "-cp", System.getProperty("java.class.path"), Computes.class.getName()).redirectErrorStream(true).start();
        try {
            var output = new String(child.getInputStream().readAllBytes());
            assertEquals(0, child.waitFor(), output);
            var polls = RecordingFile.readAllEvents(file).stream()
                    .filter(event -> event.getEventType().getName().equals("trale.Poll")).toList();
            assertTrue(polls.stream()
                    .anyMatch(poll -> poll.getString("executor").equals("trale") && poll.getDuration().compareTo(LONG) >= 0),
                    output + polls);
        } finally {
            child.destroyForcibly();
        }
    }
}
