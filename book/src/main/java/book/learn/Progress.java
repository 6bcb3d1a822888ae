package book.learn;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Which exercises are done: a file in the learner's folder, a name a line.
final class Progress {
    private final Path file;
    private final List<String> done = new ArrayList<>();

    Progress(Path learner) throws IOException {
        file = learner.resolve(".progress");
        if (Files.exists(file)) done.addAll(Files.readAllLines(file));
    }

    boolean isDone(Exercise exercise) {
        return done.contains(exercise.name());
    }

    void set(Exercise exercise, boolean isDone) throws IOException {
        done.remove(exercise.name());
        if (isDone) done.add(exercise.name());
        Files.createDirectories(file.getParent());
        Files.write(file, done);
    }
}
