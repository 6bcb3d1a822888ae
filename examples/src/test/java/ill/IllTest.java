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
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Each ill program is diagnosed by the watch, with its own diagnosis and no other.
@Timeout(120)
class IllTest {
    private static final String WELL = "examples.SubTasks";

    /// These wait until they are told to end.
    private static final List<Class<?>> QUIET = List.of(Cycle.class, Never.class, Unseen.class, Swallowed.class);

    /// Of some of these the diagnosis is about time.
    private static final List<Class<?>> BUSY = List.of(Socket.class, Blocks.class, Busy.class, Late.class);

    /// Time in which a program waits for a processor is not diagnosed, nor what cannot be told from it. So where other programs take the processors,
    /// one of these may show nothing, and is run again.
    private static final int ATTEMPTS = 5;

    /// The recording of each; a program that gives none says why.
    private static final Map<Class<?>, Future<String>> RECORDINGS = new HashMap<>();

    /// The quiet ones all run at once, the others one after the other.
    private static final ExecutorService AT_ONCE = Executors.newCachedThreadPool();
    private static final ExecutorService IN_TURN = Executors.newSingleThreadExecutor();

    @TempDir
    private static Path folder;

    @BeforeAll
    static void start() throws Exception {
        for (var main : QUIET) start(AT_ONCE, main, 10);
        start(IN_TURN, Class.forName(WELL), 30);
        for (var main : BUSY) start(IN_TURN, main, 10);
    }

    private static void start(ExecutorService how, Class<?> main, int seconds) {
        var own = folder.resolve(main.getSimpleName());
        RECORDINGS.put(main, how.submit(() -> {
            var file = Files.createDirectory(own).resolve("recording.html");
            var recording = watched(file, main, seconds);
            for (var more = 1; BUSY.contains(main) && diagnoses(recording).isEmpty() && more < ATTEMPTS; more++) recording = watched(file, main, seconds);
            return recording;
        }));
    }

    @AfterAll
    static void end() throws Exception {
        for (var threads : List.of(AT_ONCE, IN_TURN)) {
            threads.shutdownNow(); // an interrupted thread ends the program it waits for
            assertTrue(threads.awaitTermination(10, TimeUnit.SECONDS));
        }
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

    static Stream<Class<?>> ill() {
        return Stream.concat(QUIET.stream(), BUSY.stream());
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
