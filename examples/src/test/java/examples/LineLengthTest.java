package examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The lines of all modules but the book, of all tests, of README.md and of docs fit beside each other on a screen.
///
/// In a page the target of a link is not shown and does not count, and a row of a table may be longer.
@Timeout(60)
class LineLengthTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final int LONGEST = 140;

    @Test
    void noLineIsTooLong() throws IOException {
        assertEquals(List.of(), tooLong(ROOT));
    }

    @Test
    void aLineThatIsTooLongIsNoticed(@TempDir Path root) throws IOException {
        var words = "x".repeat(LONGEST);
        var names = List.of("README.md", "core/src/main/java/A.java", "docs/c.md", "mass/src/main/java/d/D.java",
                "watch/src/test/java/b/B.java");
        for (var file : names) {
            Files.createDirectories(root.resolve(file).getParent());
            Files.writeString(root.resolve(file), "\n" + words + "\n" + words + "y\n");
        }
        Files.writeString(root.resolve("docs/d.md"), "| " + words + " |\n" + "[x](" + words + ")\n");
        assertEquals(names.stream().map(n -> n + ":3").toList(), tooLong(root));
    }

    private static List<String> tooLong(Path root) throws IOException {
        var found = new ArrayList<String>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(f -> root.relativize(f).toString()
                    .matches("((core|watch|test|explain|examples|mass|bench)/src/main|\\w+/src/test)/.*\\.java|README\\.md|docs/.*\\.md"))
                    .sorted().toList()) {
                var name = root.relativize(file).toString();
                var lines = Files.readAllLines(file);
                for (int i = 0; i < lines.size(); i++) {
                    var line = lines.get(i);
                    if (name.endsWith(".md")) line = line.startsWith("|") ? "" : line.replaceAll("]\\([^)]*\\)", "]");
                    if (line.codePointCount(0, line.length()) > LONGEST) found.add(name + ":" + (i + 1));
                }
            }
        }
        return found;
    }
}
