package book.site;

import book.recording.ChapterRecording;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Makes the recordings that the pages show, each the same file every time. There are two kinds:
///
/// - A program that fails on trale's executor, in a simulation with one seed, which records it.
/// - A program on the chapter's own executor, broken and fixed, which tells a [ChapterRecording] what it does.
final class Recordings {
    private static final String FOLDER = "trale.simulation.recordings";

    private static final Map<String, Runnable> SIMULATED = Map.of(
            "ch06", book.ch06.Recorded::chapter6,
            "ch10", book.ch10.Recorded::chapter10,
            "ch13", book.ch13.Recorded::chapter13);

    /// A program that tells what it does.
    @FunctionalInterface
    interface Told {
        void run(ChapterRecording recording) throws IOException, InterruptedException;
    }

    static final Map<String, Told> TOLD = Map.of(
            "ch05", book.ch05.Recorded::broken,
            "ch05-fixed", book.ch05.Recorded::fixed,
            "ch07", book.ch07.Recorded::broken,
            "ch07-fixed", book.ch07.Recorded::fixed,
            "ch08", book.ch08.Recorded::broken,
            "ch08-fixed", book.ch08.Recorded::fixed,
            "ch09", book.ch09.Recorded::broken,
            "ch09-fixed", book.ch09.Recorded::fixed,
            "ch12", book.ch12.Recorded::broken,
            "ch12-fixed", book.ch12.Recorded::fixed);

    private Recordings() {}

    /// @param folder gets a file for each: `ch06.html`
    static void write(Path folder) throws IOException {
        for (String name : TOLD.keySet()) writeTold(name, folder.resolve(name + ".html"));
        for (var entry : SIMULATED.entrySet()) {
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

    static void writeTold(String name, Path html) throws IOException {
        var recording = new ChapterRecording("chapter " + Integer.parseInt(name.substring(2, 4)) + (name.endsWith("-fixed") ? ", fixed" : ", broken"));
        try {
            TOLD.get(name).run(recording);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(name + " was interrupted", e);
        }
        recording.write(html);
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
