package examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// docs/traps.md and the tests agree. A row is a heading `### E12. …`; its tests are links `[Class.method](../core/….java)`, or
/// `Tests: none yet.`
@Timeout(60)
class TrapsTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Pattern LINK = Pattern.compile("\\[(\\w+)\\.(\\w+)]\\(\\.\\./([^)]+\\.java)\\)");
    private static final Pattern ROW = Pattern.compile("(?m)^### ([A-Z]\\d+(?:/[A-Z]\\d+)*)\\. ");
    /// A method of a test class, of which the modifiers and annotations stand before.
    private static final Pattern METHOD = Pattern.compile("(?m)^    (?:public )?(?:static )?(?:void|Stream<\\w+>|List<\\w+>) (\\w+)\\(");
    private static final Pattern ROWS_OF_METHOD = Pattern.compile("^((?:[A-Z]\\d+_)+)");

    @Test
    void everyLinkLeadsToATestAndEveryTestOfARowIsLinked() throws IOException {
        assertEquals(List.of(), disagreements(Files.readString(ROOT.resolve("docs/traps.md")), testMethods()));
    }

    @Test
    void aBrokenLinkAMissingOneARowWithoutTestsAndOneTwiceAreNoticed() {
        var methods = new TreeMap<String, List<String>>();
        methods.put("core/ATest.java", List.of("E1_isSo", "E1_E2_areSo", "isSoToo"));
        var right = """
                ### E1. One
                - [ATest.E1_isSo](../core/ATest.java)
                - [ATest.E1_E2_areSo](../core/ATest.java)
                ### E2/E3. Two
                - [ATest.E1_E2_areSo](../core/ATest.java)
                - [ATest.isSoToo](../core/ATest.java)
                ### E4. Three
                Tests: none yet.
                """;
        assertEquals(List.of(), disagreements(right, methods));
        assertEquals(List.of("E2/E3: core/ATest.java has no test isSoo"), disagreements(right.replace("isSoToo", "isSoo"), methods));
        assertEquals(List.of("E1: core/BTest.java has no test E1_isSo", "E1: ATest is not core/BTest.java", "no link to core/ATest.java E1_isSo in row E1"),
                disagreements(right.replaceFirst("core/ATest", "core/BTest"), methods));
        assertEquals(List.of("no link to core/ATest.java E1_E2_areSo in row E2"), disagreements(
                right.replaceFirst("(?s)(E2/E3. Two\\n)[^\\n]+\\n", "$1"), methods));
        assertEquals(List.of("E4 has neither a test nor the words 'Tests: none yet.'"), disagreements(right.replace("Tests: none yet.", ""), methods));
        assertEquals(List.of("E1 has a test and says that it has none"), disagreements(right.replaceFirst("One\n", "One\nTests: none yet.\n"), methods));
        assertEquals(List.of("E1 is there twice"), disagreements(right.replace("E4", "E1"), methods));
    }

    /// What row M5 warns of: a task that is cancelled before its first poll closes nothing.
    private static final Pattern CLOSES_BY_ITSELF = Pattern.compile("(?:spawn|submit|fork)\\((?:async\\()?\\(\\) -> \\{[\\s/]*try \\(\\w+\\)");

    @Test
    void noExampleLetsABodyCloseWhatItsTaskWasGiven() throws IOException {
        assertEquals(List.of(), leaks(ROOT));
    }

    @Test
    void anExampleWhoseBodyClosesWhatItsTaskWasGivenIsNoticed(@TempDir Path folder) throws IOException {
        var name = Path.of("docs", "a.md");
        Files.createDirectory(folder.resolve("docs"));
        Files.writeString(folder.resolve(name), "Executor.spawn(() -> {\n///     try (stream) {");
        assertEquals(List.of(name), leaks(folder));
        Files.writeString(folder.resolve(name), "Executor.spawn(() -> {\n///     try (var stream = await(connect())) {");
        assertEquals(List.of(), leaks(folder));
    }

    /// {@return the files from which a reader learns, and which have such an example}
    private static List<Path> leaks(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.map(root::relativize)
                    .filter(f -> f.toString().endsWith(".md") || (f.toString().endsWith(".java") && !f.toString().contains("src/test/")))
                    .filter(f -> CLOSES_BY_ITSELF.matcher(read(root.resolve(f))).find())
                    .toList();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// {@return what does not agree}
    ///
    /// @param methods of the tests, by the path of their files
    private static List<String> disagreements(String text, TreeMap<String, List<String>> methods) {
        var wrong = new ArrayList<String>();
        var linked = new HashSet<String>();
        var rows = new HashSet<String>();
        for (String section : text.split("(?m)^(?=###? )")) {
            Matcher heading = ROW.matcher(section);
            String row = heading.lookingAt() ? heading.group(1) : "";
            if (!row.isEmpty() && !rows.add(row)) {
                wrong.add(row + " is there twice");
            }
            int links = 0;
            for (Matcher link = LINK.matcher(section); link.find(); links++) {
                String file = link.group(3);
                if (!methods.getOrDefault(file, List.of()).contains(link.group(2))) {
                    wrong.add(row + ": " + file + " has no test " + link.group(2));
                }
                if (!file.endsWith("/" + link.group(1) + ".java")) {
                    wrong.add(row + ": " + link.group(1) + " is not " + file);
                }
                for (String one : row.split("/")) {
                    linked.add(one + " " + file + " " + link.group(2));
                }
            }
            boolean saysNone = section.contains("Tests: none yet.");
            if (!row.isEmpty() && links == 0 && !saysNone && wrong.stream().noneMatch((row + " is there twice")::equals)) {
                wrong.add(row + " has neither a test nor the words 'Tests: none yet.'");
            }
            if (links > 0 && saysNone) {
                wrong.add(row + " has a test and says that it has none");
            }
        }
        methods.forEach((file, names) -> {
            for (String name : names) {
                Matcher of = ROWS_OF_METHOD.matcher(name);
                if (of.find()) {
                    for (String row : of.group(1).split("_")) {
                        if (!linked.contains(row + " " + file + " " + name)) {
                            wrong.add("no link to " + file + " " + name + " in row " + row);
                        }
                    }
                }
            }
        });
        return wrong;
    }

    private static TreeMap<String, List<String>> testMethods() throws IOException {
        var methods = new TreeMap<String, List<String>>();
        try (Stream<Path> modules = Files.list(ROOT)) {
            for (Path tests : modules.map(m -> m.resolve("src/test/java")).filter(Files::isDirectory).toList()) {
                try (Stream<Path> files = Files.walk(tests)) {
                    for (Path file : files.filter(f -> f.toString().endsWith("Test.java")).toList()) {
                        var names = METHOD.matcher(Files.readString(file)).results().map(m -> m.group(1)).toList();
                        methods.put(ROOT.relativize(file).toString(), names);
                    }
                }
            }
        }
        return methods;
    }
}
