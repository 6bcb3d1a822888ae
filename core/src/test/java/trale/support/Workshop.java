package trale.support;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import trale.Future;

/// A folder in which programs are written, compiled and run as a user would: by the JDK's own tools. Paths are relative to it.
///
/// @param folder an empty one
public record Workshop(Path folder) {
    private static final int SECONDS = 55;

    /// {@return the folder with trale's classes and its module descriptor}
    public static Path trale() {
        try {
            return Path.of(Future.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    public Workshop write(String file, String text) throws IOException {
        var path = folder.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
        return this;
    }

    /// Runs javac, jar or jlink, in this JVM.
    public Workshop tool(String name, String... arguments) {
        var out = new StringWriter();
        var printer = new PrintWriter(out);
        var status = ToolProvider.findFirst(name).orElseThrow().run(printer, printer, arguments);
        assertEquals(0, status, () -> name + " " + List.of(arguments) + "\n" + out);
        return this;
    }

    public Workshop javac(String... arguments) {
        var all = new ArrayList<>(List.of("-g", "-nowarn", "-proc:none"));
        all.addAll(List.of(arguments));
        return tool("javac", all.toArray(String[]::new));
    }

    /// {@return the path of a file in the folder}
    public String at(String file) {
        return folder.resolve(file).toString();
    }

    /// Runs a program of the JDK in the folder; it must end well.
    ///
    /// @return what it printed
    public String run(String program, String... arguments) throws IOException, InterruptedException {
        return runFrom(Path.of(System.getProperty("java.home")), program, arguments);
    }

    public String java(String... arguments) throws IOException, InterruptedException {
        var all = new ArrayList<>(List.of("-ea", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        all.addAll(List.of(arguments));
        return run("java", all.toArray(String[]::new));
    }

    /// The same of another run-time image.
    public String runFrom(Path image, String program, String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(image.resolve("bin").resolve(program).toString()));
        command.addAll(List.of(arguments));
        var out = folder.resolve("out.txt");
        var err = folder.resolve("err.txt");
        var process = new ProcessBuilder(command).directory(folder.toFile()).redirectOutput(out.toFile())
                .redirectError(err.toFile()).start();
        try {
            var ended = process.waitFor(SECONDS, TimeUnit.SECONDS);
            var printed = Files.readString(out);
            var all = command + "\n" + printed + Files.readString(err);
            assertEquals(true, ended, () -> "it does not end: " + all);
            assertEquals(0, process.exitValue(), all);
            return printed;
        } finally {
            process.destroyForcibly();
        }
    }
}
