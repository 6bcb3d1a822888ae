package ill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Each ill program is diagnosed by the watch, with its own diagnosis and no other. They wait more than they compute, so a few run at once.
@Timeout(120)
class IllTest {
    private static final int AT_ONCE = 3;
    private static final String WELL = "examples.SubTasks";

    private static final List<Class<?>> ILL =
            List.of(Cycle.class, Never.class, Unseen.class, Blocks.class, Busy.class, Late.class, Swallowed.class, Socket.class);

    /// The recording of each; a program that gives none says why.
    private static final Map<Class<?>, Future<String>> RECORDINGS = new HashMap<>();

    private static final ExecutorService STARTER = Executors.newFixedThreadPool(AT_ONCE);

    @TempDir
    private static Path folder;

    @BeforeAll
    static void start() throws Exception {
        for (var main : ILL) start(main, 10);
        start(Class.forName(WELL), 30);
    }

    @AfterAll
    static void end() throws Exception {
        STARTER.shutdownNow(); // what still runs is ended by its interrupted thread
        assertTrue(STARTER.awaitTermination(10, TimeUnit.SECONDS));
    }

    private static void start(Class<?> main, int seconds) {
        var own = folder.resolve(main.getSimpleName());
        RECORDINGS.put(main, STARTER.submit(() -> watched(Files.createDirectory(own).resolve("recording.html"), main, seconds)));
    }

    private static final Pattern DIAGNOSIS = Pattern.compile("\\{\"k\":\"diagnosis\",\"t\":\\d+,\"what\":\"(\\w+)\"");

    private static String watched(Path file, Class<?> main, int seconds) throws Exception {
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dtrale.watch=" + file, "-cp", System.getProperty("java.class.path"), main.getName()));
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

    static List<Class<?>> ill() {
        return ILL;
    }

    @ParameterizedTest
    @MethodSource("ill")
    void eachShowsItsOwnDiagnosisAndNoOther(Class<?> main) throws Exception {
        assertEquals(List.of(main.getSimpleName().toLowerCase(Locale.ROOT)), diagnoses(RECORDINGS.get(main).get()));
    }

    @Test
    void aProgramThatIsWellShowsNone() throws Exception {
        var recording = RECORDINGS.get(Class.forName(WELL)).get();
        assertEquals(List.of(), diagnoses(recording));
        assertTrue(recording.contains("{\"k\":\"end\","), "it was not watched");
    }
}
