package book.site;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Makes the recordings that the pages show. A chapter's program fails in a simulation, and trale-watch writes what its executor did. The
/// seed is always the same, and so is the file.
final class Recordings {
    private static final String FOLDER = "trale.simulation.recordings";

    private static final Map<String, Runnable> PROGRAMS = Map.of(
            "ch06", book.ch06.Recorded::chapter6,
            "ch10", book.ch10.Recorded::chapter10,
            "ch13", book.ch13.Recorded::chapter13);

    private Recordings() {}

    /// @param folder gets a file for each: `ch06.html`
    static void write(Path folder) throws IOException {
        for (var entry : PROGRAMS.entrySet()) {
            Path made = Files.createTempDirectory("recording");
            System.setProperty(FOLDER, made.toString());
            var failure = failure(entry.getValue());
            var files = filesIn(made);
            if (files.size() != 1) throw new IOException(entry.getKey() + " wrote " + files.size() + " recordings: " + failure);
            Files.createDirectories(folder);
            Files.move(files.getFirst(), folder.resolve(entry.getKey() + ".html"), StandardCopyOption.REPLACE_EXISTING);
            Files.delete(made);
        }
    }

    private static String failure(Runnable program) {
        try {
            program.run();
            return "it did not fail";
        } catch (AssertionError e) {
            return e.getMessage();
        } finally {
            System.clearProperty(FOLDER);
        }
    }

    private static List<Path> filesIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }
}
