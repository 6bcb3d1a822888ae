package trale.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.await;

import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import trale.Executor;
import trale.explain.StateGraph;
import trale.test.Simulation;
import trale.time.Timer;

/// Programs whose class path was made by hand, and has trale-watch without trale-explain.
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class WithoutExplainTest {
    @TempDir
    Path folder;

    static final class Program {
        static void main() {
            Executor.blockOn(() -> await(Timer.sleep(Duration.ofMillis(1))));
            IO.println("it has run");
        }
    }

    static final class FailingSeed {
        static void main() {
            try {
                Simulation.forEachSeed(1, simulation -> simulation.run(() -> {
                    throw new IllegalStateException("the test's own");
                }));
            } catch (AssertionError e) {
                IO.println(e.getMessage());
            }
        }
    }

    static final class ByHand {
        static void main() {
            try (var executor = Executor.builder().build()) {
                Watch.of(executor);
            } catch (IllegalStateException e) {
                IO.println(e.getMessage());
            }
        }
    }

    private static String output(Class<?> main, String... options) throws Exception {
        var explain = Path.of(StateGraph.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        var all = System.getProperty("java.class.path").split(File.pathSeparator);
        var left = Arrays.stream(all).filter(each -> !Path.of(each).toAbsolutePath().equals(explain))
                .collect(Collectors.joining(File.pathSeparator));
        assertNotEquals(String.join(File.pathSeparator, all), left, "trale-explain is taken out");
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-cp", left));
        command.addAll(List.of(options));
        command.add(main.getName());
        var child = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            var output = new String(child.getInputStream().readAllBytes());
            assertEquals(0, child.waitFor(), output);
            return output;
        } finally {
            child.destroyForcibly();
        }
    }

    @Test
    void theProgramRunsUnwatchedAndTheLogNamesTheMissingArtifact() throws Exception {
        var output = output(Program.class, "-Dtrale.watch=0");
        assertTrue(output.contains("it has run"), output);
        assertTrue(output.contains("the watch does not start") && output.contains("needs trale-explain"), output);
    }

    @Test
    void aWatchByHandIsRefusedByAnErrorThatNamesTheMissingArtifact() throws Exception {
        var output = output(ByHand.class);
        assertTrue(output.contains("needs trale-explain"), output);
    }

    @Test
    void theFailureOfASeedIsToldAndNamesTheMissingArtifact() throws Exception {
        var output = output(FailingSeed.class, "-Dtrale.simulation.recordings=" + folder);
        assertTrue(output.contains("failed: java.lang.IllegalStateException: the test's own"), output);
        assertTrue(output.contains("no recording: ") && output.contains("needs trale-explain"), output);
    }
}
