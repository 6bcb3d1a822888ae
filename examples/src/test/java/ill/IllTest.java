package ill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import trale.watch.Browser;

/// Each ill program is diagnosed by the watch, with its own diagnosis and no other.
@Timeout(120)
class IllTest {
    private static final String WELL = "examples.SubTasks";

    /// These wait until they are told to end.
    private static final List<Class<?>> QUIET = List.of(Cycle.class, Never.class, Unseen.class, Swallowed.class);

    /// Of some of these the diagnosis is about time.
    private static final List<Class<?>> BUSY = List.of(Socket.class, Blocks.class, Busy.class, Late.class);

    /// Time in which a program waits for a processor is not diagnosed, nor what cannot be told from it. So where other programs take the
    /// processors, one of these may show nothing, and is run again.
    private static final int ATTEMPTS = 5;

    /// The recording of each; a program that gives none says why.
    private static final Map<Class<?>, Future<String>> RECORDINGS = new HashMap<>();

    /// The quiet ones all run at once, the others one after the other.
    private static final ExecutorService AT_ONCE = Executors.newCachedThreadPool();
    private static final ExecutorService IN_TURN = Executors.newSingleThreadExecutor();

    private static Browser browser; // when it is needed first

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
            for (var more = 1; BUSY.contains(main) && diagnoses(recording).isEmpty() && more < ATTEMPTS; more++)
                recording = watched(file, main, seconds);
            return recording;
        }));
    }

    @AfterAll
    static void end() throws Exception {
        if (browser != null) browser.close();
        for (var threads : List.of(AT_ONCE, IN_TURN)) {
            threads.shutdownNow(); // an interrupted thread ends the program it waits for
            assertTrue(threads.awaitTermination(10, TimeUnit.SECONDS));
        }
    }

    private static final Pattern DIAGNOSIS = Pattern.compile("\\{\"k\":\"diagnosis\",\"t\":\\d+,\"what\":\"(\\w+)\"");

    private static String watched(Path file, Class<?> main, int seconds) throws Exception {
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dtrale.watch=" + file,
                "-cp", System.getProperty("java.class.path"), main.getName()));
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

    /// What the page calls each diagnosis; where one cannot be certain, it says "perhaps".
    private static final Map<Class<?>, String> TITLES = Map.of(
            Cycle.class, "in a cycle", Never.class, "never woken", Unseen.class, "perhaps failure unseen",
            Swallowed.class, "perhaps swallows its cancellation", Socket.class, "socket lost", Blocks.class, "blocks the thread",
            Busy.class, "perhaps busy loop", Late.class, "polled late");

    /// Each title on a card, and each in the list, once, sorted.
    private static final String ON_CARDS =
            "[...new Set([...document.querySelectorAll('.card em.note')].map(e => e.textContent))].sort().join(', ')";
    private static final String IN_LIST =
            "[...new Set([...document.querySelectorAll('#task .note h3')].map(e => e.firstChild.textContent))].sort().join(', ')";

    /// The same in a real browser. A diagnosis may be over at the end, so one looks at the page behind each.
    @ParameterizedTest
    @MethodSource("ill")
    void thePageOfEachShowsItsOwnDiagnosisAndNoOther(Class<?> main) throws Exception {
        open(RECORDINGS.get(main).get(), main.getSimpleName());
        var title = TITLES.get(main);
        var first = "trale.history.events.findIndex(e => e.k === 'diagnosis') + 1";
        browser.eval("trale.go(" + first + ")");
        browser.press("3");
        assertEquals(title, browser.eval(IN_LIST));
        assertTrue(browser.eval("document.querySelector('#task .note p').textContent").length() > 20, "it says why");
        assertTrue(browser.eval("document.querySelector('#task .note .remedy').textContent").length() > 10, "it says what to do");
        if (main != Socket.class) assertEquals(title, browser.eval(ON_CARDS)); // a socket is no task's
        browser.press("End");
        assertTrue(Set.of("", title).contains(browser.eval(IN_LIST)), browser.eval(IN_LIST));
        assertTrue(Set.of("", title).contains(browser.eval(ON_CARDS)), browser.eval(ON_CARDS));
        assertEquals(List.of(), browser.errors);
    }

    @Test
    void thePageOfAProgramThatIsWellShowsNone() throws Exception {
        open(RECORDINGS.get(Class.forName(WELL)).get(), "Well");
        browser.press("End");
        browser.press("3");
        assertEquals("Nothing is wrong that can be seen from here.", browser.eval("document.querySelector('#task .body').textContent"));
        assertEquals("", browser.eval(ON_CARDS));
    }

    private static void open(String recording, String name) throws Exception {
        Assumptions.assumeTrue(Browser.isInstalled(), "there is no chromium on the PATH; the pages are not looked at");
        if (browser == null) browser = new Browser();
        var file = folder.resolve(name + "-opened.html");
        Files.writeString(file, recording);
        browser.open(file.toUri().toString());
    }

    private static final Pattern CODE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    @ParameterizedTest
    @MethodSource("ill")
    void theLessonOfEachQuotesItsCode(Class<?> main) throws Exception {
        var page = Files.readString(Path.of("../docs/ill.md"));
        var lesson = page.substring(page.indexOf("## " + main.getSimpleName() + "\n"));
        var source = withoutIndentation(Files.readString(Path.of("src/main/java/ill", main.getSimpleName() + ".java")));
        var quotes = CODE.matcher(lesson.substring(0, lesson.indexOf("**What one sees.**"))).results()
                .map(m -> withoutIndentation(m.group(1))).toList();
        assertFalse(quotes.isEmpty());
        for (var quote : quotes) assertTrue(source.contains(quote), quote);
    }

    private static String withoutIndentation(String code) {
        return code.indent(-100);
    }

    @Test
    void aProgramThatIsWellShowsNone() throws Exception {
        var recording = RECORDINGS.get(Class.forName(WELL)).get();
        assertEquals(List.of(), diagnoses(recording));
        assertTrue(recording.contains("{\"k\":\"end\","), "it was not watched");
    }
}
