package examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// An example that runs as a process of its own, as `./trale` runs it.
final class Example implements AutoCloseable {
    static final String OWN_THREAD = "own";
    static final String REACTOR_THREAD = "thread";

    private final Process process;
    private final BufferedReader out;
    private final Path errors;

    /// @param reactor OWN_THREAD or REACTOR_THREAD
    Example(String reactor, Class<?> main, Object... args) throws IOException {
        this(List.of(), List.of(), reactor, main, args);
    }

    /// @param before  what starts the JVM
    /// @param options of the JVM
    Example(List<String> before, List<String> options, String reactor, Class<?> main, Object... args) throws IOException {
        var command = new ArrayList<>(before);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-ea", "-Xmx48m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                "-Dtrale.reactor=" + reactor, "-Dtrale.leaks=true", "-Duser.language=tr", // where "TITLE".toLowerCase() is "tıtle"
                "-cp", System.getProperty("java.class.path")));
        command.addAll(options);
        command.add(main.getName());
        for (var arg : args) command.add(arg.toString());
        errors = Files.createTempFile("trale", ".err");
        process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
        out = process.inputReader();
        // A test that reads from one that hangs goes on at its end.
        process.onExit().orTimeout(55, TimeUnit.SECONDS).exceptionally(_ -> process.destroyForcibly());
    }

    /// Waits for a line.
    ///
    /// @return what the first group matched
    String line(String regex) throws IOException {
        var pattern = Pattern.compile(regex);
        for (String line; (line = out.readLine()) != null; ) {
            var m = pattern.matcher(line);
            if (m.matches()) return m.group(m.groupCount());
        }
        return fail("it ended without the line " + regex + "\n" + errors());
    }

    /// {@return the port that a server listens on}
    int port() throws IOException {
        return Integer.parseInt(line("Listening on .*:(\\d+)"));
    }

    /// {@return the lines it printed until its end, which must be a good one}
    List<String> end() throws IOException, InterruptedException {
        var lines = out.readAllLines();
        assertEquals(0, process.waitFor(), this::errors);
        return lines;
    }

    /// Sends it SIGTERM.
    void terminate() {
        process.toHandle().destroy(); // process.destroy() would close its output too
    }

    /// Sends it SIGTERM, and waits.
    ///
    /// @return the lines it printed until its end, which must be a good one
    List<String> stop() throws IOException, InterruptedException {
        terminate();
        return end();
    }

    /// It must end with this status and with a message that is no stack trace.
    ///
    /// @return the message
    String failure(int status) throws IOException, InterruptedException {
        out.readAllLines();
        assertEquals(status, process.waitFor(), this::errors);
        assertFalse(errors().contains("\tat "), this::errors);
        return errors();
    }

    String errors() {
        try {
            return Files.readString(errors);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly().onExit().join();
        out.close();
        Files.delete(errors);
    }
}
