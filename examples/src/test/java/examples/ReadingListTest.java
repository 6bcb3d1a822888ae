package examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The README's table of evenings has the code lines that its files have: no blanks, no comments.
///
/// A row names classes (`trale.reactor`: `Slot` `Source`), whole packages (`trale.net`), or *the rest*, which is all of core that no
/// other row names.
@Timeout(60)
class ReadingListTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Path CORE = ROOT.resolve("core/src/main/java");
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| (the (?:first|second|third) evening|the compiler) \\| (.*) \\| ([\\d,]+) \\|$");
    private static final Pattern NAME = Pattern.compile("`([\\w.]+)`(:?)");
    private static final int MOST_OF_THE_FIRST = 1_400;

    @Test
    void theNumbersOfTheReadmeAreThoseOfTheFiles() throws IOException {
        var files = new TreeMap<String, Integer>();
        try (Stream<Path> found = Files.walk(CORE)) {
            for (Path file : found.filter(f -> f.toString().endsWith(".java")).toList()) {
                files.put(CORE.relativize(file).toString().replace(".java", "").replace('/', '.'), codeLines(Files.readString(file)));
            }
        }
        var readme = Files.readString(ROOT.resolve("README.md"));
        var rows = ROW.matcher(readme).results().toList();
        assertEquals(4, rows.size());
        var sums = new int[4];
        int rest = -1;
        for (int i = 0; i < 4; i++) {
            if (rows.get(i).group(2).contains("the rest")) {
                rest = i;
            } else {
                sums[i] = take(rows.get(i).group(2), files);
            }
        }
        sums[rest] = files.values().stream().mapToInt(n -> n).sum();
        var shown = new ArrayList<String>();
        var counted = new ArrayList<String>();
        for (int i = 0; i < 4; i++) {
            shown.add(rows.get(i).group(1) + ": " + rows.get(i).group(3));
            counted.add("%s: %,d".formatted(rows.get(i).group(1), sums[i]));
        }
        assertEquals(counted, shown);
        assertTrue(sums[0] < MOST_OF_THE_FIRST, "too much for an evening: " + sums[0]);
    }

    @Test
    void blanksAndCommentsDoNotCount() {
        var code = """
                /// Two lines.
                class A { // here

                    /* not
                       these */
                    String s = \"\"\"
                            text // counts once
                            \"\"\";
                }
                """;
        assertEquals(3, codeLines(code));
    }

    /// Takes the files of a row out of the map, and adds up their lines.
    private static int take(String row, TreeMap<String, Integer> files) {
        int sum = 0;
        String prefix = "";
        for (var name : NAME.matcher(row).results().toList()) {
            if (!name.group(2).isEmpty()) {
                prefix = name.group(1);
            } else {
                String what = prefix.isEmpty() ? name.group(1) : prefix + "." + name.group(1);
                List<String> taken = files.keySet().stream()
                        .filter(f -> f.equals(what) || f.substring(0, f.lastIndexOf('.')).equals(what))
                        .toList();
                assertTrue(!taken.isEmpty(), what + " is not there, or named twice");
                for (String file : taken) {
                    sum += files.remove(file);
                }
            }
        }
        return sum;
    }

    private static int codeLines(String source) {
        String code = source.replaceAll("(?s)\"\"\".*?\"\"\"", "\"\"").replaceAll("(?s)/\\*.*?\\*/", "");
        return (int) code.lines().filter(line -> !line.isBlank() && !line.strip().startsWith("//")).count();
    }
}
