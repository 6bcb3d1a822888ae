package ill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Each ill program is diagnosed by the watch, with its own diagnosis and no other.
@Timeout(120)
class IllTest {
    private static final Pattern DIAGNOSIS = Pattern.compile("\\{\"k\":\"diagnosis\",\"t\":\\d+,\"what\":\"(\\w+)\"");

    private static String watched(Path file, Class<?> main, int seconds) throws Exception {
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC", "-Dtrale.watch=" + file, "-cp", System.getProperty("java.class.path"), main.getName()));
        var process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(file.resolveSibling("out").toFile()).start();
        try {
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) process.destroy(); // SIGTERM: the recording is written then
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it does not end");
        } finally {
            process.destroyForcibly();
        }
        assertTrue(Files.exists(file), Files.readString(file.resolveSibling("out")));
        return Files.readString(file);
    }

    private static List<String> diagnoses(String recording) {
        return List.copyOf(new TreeSet<>(DIAGNOSIS.matcher(recording).results().map(m -> m.group(1)).toList()));
    }

    @ParameterizedTest
    @ValueSource(classes = {Cycle.class, Never.class, Blocks.class, Busy.class, Late.class, Swallowed.class, Unseen.class, Socket.class})
    void eachShowsItsOwnDiagnosisAndNoOther(Class<?> main, @TempDir Path folder) throws Exception {
        assertEquals(List.of(main.getSimpleName().toLowerCase(Locale.ROOT)), diagnoses(watched(folder.resolve("ill.html"), main, 10)));
    }

    @Test
    void aProgramThatIsWellShowsNone(@TempDir Path folder) throws Exception {
        var recording = watched(folder.resolve("well.html"), Class.forName("examples.SubTasks"), 30);
        assertEquals(List.of(), diagnoses(recording));
        assertTrue(recording.contains("{\"k\":\"end\","), "it was not watched");
    }
}
