package book.learn;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/// One exercise: a folder of `book/exercises`.
///
/// ```text
/// book/exercises/list.txt                 the order, a folder a line; the only place where it is said
/// book/exercises/NN-name/Starter.java     what the learner gets. NN is the chapter. The comment at the top says what to do;
///                                         the file compiles, and its check is red
///                        Solution.java    the same class, done: its check is green. Shown to the learner when theirs is green
///                        Check.java       a program: `void main() throws Exception` that throws when the exercise is not
///                                         done, by book.learn.Expect, within 5 seconds. With trale-test: in a Simulation
///                        hints.md         the hints, from gentle to plain, with a line `---` between two
/// exercises/NN-name/Echo.java             the learner's file, named after the first class in Starter.java
/// ```
///
/// Starter, Solution and Check are in the unnamed package. On their class path are trale, trale-test and the book.
record Exercise(Path folder) {
    private static final Pattern CLASS = Pattern.compile("^(?:final |abstract |sealed )*(?:class|interface|record|enum) (\\w+)", Pattern.MULTILINE);

    /// {@return all exercises in their order}
    ///
    /// @param root the folder of the project
    static List<Exercise> all(Path root) throws IOException {
        Path exercises = root.resolve("book/exercises");
        return Files.readAllLines(exercises.resolve("list.txt")).stream().filter(line -> !line.isBlank())
                .map(line -> new Exercise(exercises.resolve(line.strip()))).toList();
    }

    String name() {
        return folder.getFileName().toString();
    }

    int chapter() {
        return Integer.parseInt(name().substring(0, name().indexOf('-')));
    }

    Path starter() {
        return folder.resolve("Starter.java");
    }

    Path solution() {
        return folder.resolve("Solution.java");
    }

    Path check() {
        return folder.resolve("Check.java");
    }

    /// {@return the name of the learner's file}
    String fileName() throws IOException {
        var matcher = CLASS.matcher(Files.readString(starter()));
        if (!matcher.find()) throw new IOException(starter() + " has no class at the beginning of a line");
        return matcher.group(1) + ".java";
    }

    /// {@return what the comment at the top of the starter asks for, its first line}
    String title() throws IOException {
        try (var lines = Files.lines(starter())) {
            return lines.filter(line -> line.startsWith("/// ")).findFirst()
                    .orElseThrow(() -> new IOException(starter() + " does not say what to do")).substring(4);
        }
    }

    List<String> hints() throws IOException {
        return Arrays.stream(Files.readString(folder.resolve("hints.md")).split("(?m)^---$")).map(String::strip).toList();
    }
}
