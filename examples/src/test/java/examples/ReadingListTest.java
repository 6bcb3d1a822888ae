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

/// The tables of the README (evenings) and of docs/design.md (parts) have the code lines that their files have: no blanks, no comments.
///
/// A row names classes (`trale.reactor`: `Slot` `Source`), whole packages (`trale.net`), or *the rest*, which is all of core that no
/// other row names.
@Timeout(60)
class ReadingListTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| (the (?:first|second|third) evening|the compiler) \\| (.*) \\| ([\\d,]+) \\|$");
    private static final Pattern PART = Pattern.compile("(?m)^\\| ([^|]+) \\| (.*) \\| ([\\d,]+) \\|$");
    private static final Pattern MODULE = Pattern.compile("`(explain|test|watch)`");
    private static final Pattern NAME = Pattern.compile("`([\\w.]+)`(:?)");
    private static final int MOST_OF_THE_FIRST = 1_400;

    @Test
    void theNumbersOfTheReadmeAreThoseOfTheFiles() throws IOException {
        var files = filesOf("core");
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
    void theNumbersOfTheDesignAreThoseOfTheFiles() throws IOException {
        var files = filesOf("core");
        var core = files.values().stream().mapToInt(n -> n).sum();
        var shown = new ArrayList<String>();
        var counted = new ArrayList<String>();
        var design = Files.readString(ROOT.resolve("docs/design.md")).split("## What each part costs")[1];
        for (var row : PART.matcher(design).results().toList()) {
            var module = MODULE.matcher(row.group(2));
            var lines = module.matches() ? filesOf(module.group(1)).values().stream().mapToInt(n -> n).sum() : take(row.group(2), files);
            shown.add(row.group(1) + ": " + row.group(3));
            counted.add("%s: %,d".formatted(row.group(1), lines));
        }
        assertEquals(counted, shown);
        files.keySet().removeIf(name -> name.endsWith("package-info"));
        assertEquals(List.of(), List.copyOf(files.keySet()), "in no row");
        assertTrue(design.contains("Core has %,d code lines".formatted(core)), "core has %,d".formatted(core));
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

    /// {@return the code lines of each class of a module, by its name}
    private static TreeMap<String, Integer> filesOf(String module) throws IOException {
        var sources = ROOT.resolve(module + "/src/main/java");
        var files = new TreeMap<String, Integer>();
        try (Stream<Path> found = Files.walk(sources)) {
            for (Path file : found.filter(f -> f.toString().endsWith(".java")).toList()) {
                files.put(sources.relativize(file).toString().replace(".java", "").replace('/', '.'), codeLines(Files.readString(file)));
            }
        }
        return files;
    }

    /// Takes the files of a row out of the map, and adds up their lines.
    private static int take(String row, TreeMap<String, Integer> files) {
        int sum = 0;
        String prefix = "";
        for (var name : NAME.matcher(row).results().toList()) {
            if (!name.group(2).isEmpty()) {
                prefix = name.group(1);
            } else {
                String what = prefix.isEmpty() || name.group(1).startsWith("trale.") ? name.group(1) : prefix + "." + name.group(1);
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
