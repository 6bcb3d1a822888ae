package examples;

import static examples.Example.OWN_THREAD;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What users get wrong is told in a sentence or two.
class CommandLineTest {

    private static void assertUsage(String message, Class<?> main, Object... args) throws Exception {
        try (var example = new Example(OWN_THREAD, main, args)) {
            var lines = example.failure(2).lines().toList();
            assertTrue(lines.get(0).contains(message), lines.toString());
            assertTrue(lines.get(1).startsWith("usage: ./trale "), lines.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {Udp.class, Tcp.class, TcpServ.class, Proxy.class, Web.class})
    void wrongArgumentsShowTheUsageAndEndWith2(Class<?> main) throws Exception {
        assertUsage("'65536' is not [HOST:]PORT", main, 65_536);
        assertUsage("there is no host 'no.such.host.invalid'", main, "no.such.host.invalid:1");
        assertUsage("too many arguments", main, 0, 0, 0, 0);
    }

    @Test
    void thePathOfACrawlIsChecked() throws Exception {
        for (var path : List.of("/my file.md", "/a{b}", "%", "README.md", "//host/a"))
            assertUsage("'" + path + "' is not a path", Crawl.class, 1, path);
    }

    @Test
    void theWebServersFolderAndPatienceAreChecked() throws Exception {
        assertUsage("'/no/such' is not a folder", Web.class, 0, "/no/such");
        assertUsage("'soon' is not a number of seconds", Web.class, 0, ".", "soon");
    }

    @ParameterizedTest
    @ValueSource(classes = {TcpServ.class, Proxy.class, Web.class})
    void aPortThatIsTakenIsToldAndEndsWith1(Class<?> main) throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var example = new Example(OWN_THREAD, main, taken.getLocalPort())) {
            assertTaken(example, taken.getLocalPort());
        }
    }

    @Test
    void aUdpPortThatIsTakenIsToldAndEndsWith1() throws Exception {
        try (var taken = new DatagramSocket(new InetSocketAddress("127.0.0.1", 0));
                var example = new Example(OWN_THREAD, Udp.class, taken.getLocalPort())) {
            assertTaken(example, taken.getLocalPort());
        }
    }

    private static void assertTaken(Example example, int port) throws Exception {
        var message = example.failure(1);
        assertTrue(message.startsWith("bind 127.0.0.1:" + port + ": EADDRINUSE"), message);
        assertTrue(message.contains("Choose another port: ./trale "), message);
        assertEquals(1, message.lines().count(), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"server", "command", "web-folder", "http-range", "no-such"})
    void whatIsNoExampleIsAnsweredWithTheListOfThem(String name) throws Exception {
        var process = new ProcessBuilder("../trale", name).start();
        process.onExit().orTimeout(55, TimeUnit.SECONDS).exceptionally(_ -> process.destroyForcibly());
        var lines = process.errorReader().readAllLines();
        assertEquals(2, process.waitFor(), lines.toString());
        assertEquals("trale: there is no example '" + name + "'. There are:", lines.getFirst());
        assertTrue(lines.stream().anyMatch(l -> l.startsWith("  timer ")), lines.toString());
    }

    private static List<String> trale(int status, String... args) throws Exception {
        var command = new ArrayList<>(List.of("../trale"));
        command.addAll(List.of(args));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.onExit().orTimeout(55, TimeUnit.SECONDS).exceptionally(_ -> process.destroyForcibly());
        var lines = process.inputReader().readAllLines();
        assertEquals(status, process.waitFor(), lines.toString());
        return lines;
    }

    /// What can be watched is more than what can be run: programs with a fault.
    @Test
    void watchListsWhatCanBeWatchedAndSoDoesANameThatIsNone() throws Exception {
        for (var args : List.of(List.of("watch"), List.of("watch", "--help"), List.of("watch", "ill-cycle", "--help"))) {
            var lines = trale(0, args.toArray(new String[0]));
            assertTrue(lines.getFirst().startsWith("usage: ./trale "), lines.toString());
            for (var name : List.of("timer", "ill-cycle", "ill-socket"))
                assertTrue(lines.stream().anyMatch(l -> l.startsWith("  " + name + " ")), lines.toString());
        }
        for (var name : List.of("ill", "ill-x")) {
            var lines = trale(2, "watch", name);
            assertEquals("trale: there is no example '" + name + "'. There are:", lines.getFirst());
            assertTrue(lines.stream().anyMatch(l -> l.startsWith("  ill-cycle ")), lines.toString());
        }
    }

    /// A recording has the end of each task, and begins with the server itself.
    @Test
    void theRecordingOfAServerThatIsStoppedHasItsEnd(@TempDir Path folder) throws Exception {
        var file = folder.resolve("run.html");
        try (var example = new Example(List.of(), List.of("-Dtrale.watch=" + file), OWN_THREAD, TcpServ.class, 0)) {
            example.port();
            example.terminate();
            assertTrue(example.failure(128 + 15).startsWith("Watched: "));
        }
        var events = Files.readString(file).lines().filter(l -> l.startsWith("{\"k\":")).toList();
        assertTrue(events.getLast().startsWith("{\"k\":\"stop\""), events.getLast());
        assertEquals(events.stream().filter(e -> e.startsWith("{\"k\":\"spawn\"")).count(),
                events.stream().filter(e -> e.startsWith("{\"k\":\"end\"")).count(), events.toString());
        assertTrue(events.stream().noneMatch(e -> e.contains("rehearse") || e.contains("\"name\":\"close\",\"args\":\"-1\"")),
                events.toString());
    }

    /// Maven has just built all, without the script: that is not built again.
    @Test // M11
    void aSourceFileIsRunWithoutABuildIfMavenHasBuilt(@TempDir Path folder) throws Exception {
        var file = Files.writeString(folder.resolve("Answer.java"),
                "void main(String[] args) { IO.println(trale.Executor.<Integer>blockOn(() -> 41 + args.length)); }");
        var process = new ProcessBuilder("../trale", file.toString(), "one").start();
        process.onExit().orTimeout(55, TimeUnit.SECONDS).exceptionally(_ -> process.destroyForcibly());
        var out = process.inputReader().readAllLines();
        var errors = process.errorReader().readAllLines();
        assertEquals(0, process.waitFor(), errors.toString());
        assertEquals(List.of("42"), out);
        assertEquals(List.of(), errors);
    }

    @Test
    void theReadmeTellsOfEveryExample() throws Exception {
        var readme = Files.readString(Path.of("../README.md"));
        try (var files = Files.list(Path.of("src/main/java/examples"))) {
            for (var file : (Iterable<Path>) files::iterator) {
                var name = file.getFileName().toString().replace(".java", "").replaceAll("(?<=.)(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
                assertEquals(Files.readString(file).contains(" main("), readme.contains("\n| `" + name + "` |"), name);
            }
        }
    }

    @Test
    void theFilesOfTheExamplesAreAsShortAsTheReadmeSays() throws Exception {
        var lengths = new ArrayList<Long>();
        try (var files = Files.list(Path.of("src/main/java/examples"))) {
            for (var file : (Iterable<Path>) files::iterator) lengths.add(Files.lines(file).count());
        }
        Collections.sort(lengths);
        assertTrue(Files.readString(Path.of("../README.md")).contains(" has more than 150 lines, and most have fewer than 80."));
        assertTrue(lengths.getLast() <= 150, lengths.toString());
        assertTrue(lengths.get(lengths.size() / 2) < 80, lengths.toString());
    }
}
