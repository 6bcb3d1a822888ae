package examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// docs/traps.md and the tests agree. A row is a heading `### E12. …`; its tests are links `[Class.method](../core/….java)`. Such a test
/// says so itself by a mark, `@Test // E12, S8`: a link that is lost, and a mark that is lost, leave the other one behind.
/// Where the rule is that something is written down, the row says `Words:` and links to the section, `[any text](async.md#what-it-costs)`.
@Timeout(60)
class TrapsTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Pattern LINK = Pattern.compile("\\[(\\w+)\\.(\\w+)]\\(\\.\\./([^)]+\\.java)\\)");
    private static final Pattern WORDS = Pattern.compile("(?s)\nWords: (.+?)(?:\n\n|$)");
    private static final Pattern SECTION = Pattern.compile("]\\(([^)]+)\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.+)$");
    private static final Pattern ROW = Pattern.compile("(?m)^### ([A-Z]\\d+(?:/[A-Z]\\d+)*)\\. ");
    /// The annotation with the mark, other annotations, the method.
    private static final Pattern TEST =
            Pattern.compile("(?m)^    @(?:Parameterized)?Test(?:\\(.*\\))?(?: // ([A-Z]\\d+(?:, [A-Z]\\d+)*))?$\\n"
            + "(?:    .*\\n)*?    (?:public )?void (\\w+)\\(");

    @Test
    void everyLinkLeadsToATestThatNamesItsRowAndEveryTestThatNamesARowIsLinked() throws IOException {
        assertEquals(List.of(), disagreements(Files.readString(ROOT.resolve("docs/traps.md")), tests(), sections()));
    }

    @Test
    void aBrokenLinkALostOneALostMarkARowWithoutTestsOrWordsAndOneTwiceAreNoticed() {
        var sections = Set.of("a.md#so-it-is", "b.md#too");
        var source = """
                class ATest {
                    @Test // E1
                    void isSo() {}

                    @ParameterizedTest(name = "{0}") // E1, E2
                    @ValueSource(ints = {1, 2})
                    void areSo(int i) {}

                    @Timeout(1)
                    @Test // E3
                    void isSoToo() {}

                    @Test
                    void isInNoRow() {}
                }
                """;
        var page = """
                ### E1. One
                - [ATest.isSo](../core/ATest.java)
                - [ATest.areSo](../core/ATest.java)
                ### E2/E3. Two
                - [ATest.areSo](../core/ATest.java)
                - [ATest.isSoToo](../core/ATest.java)
                ### E4. Three
                Words: [so](a.md#so-it-is),
                [too](b.md#too)

                """;
        assertEquals(List.of(), disagreements(page, Map.of("core/ATest.java", rowsOfTests(source)), sections));
        Map.of(
                page.replace("isSoToo", "isSoo"),
                        List.of("E2/E3: core/ATest.java has no test isSoo", "E3: no link to isSoToo of core/ATest.java"),
                page.replaceFirst("ATest.isSo", "BTest.isSo"), List.of("E1: BTest is not core/ATest.java"),
                page.replaceFirst("core/ATest", "core/BTest"),
                        List.of("E1: core/BTest.java has no test isSo", "E1: ATest is not core/BTest.java",
                                "E1: no link to isSo of core/ATest.java"),
                page.replaceFirst("(?s)(E2/E3. Two\\n)[^\\n]+\\n", "$1"), List.of("E2: no link to areSo of core/ATest.java"),
                page.replaceFirst("(?s)Words.*", ""), List.of("E4 has neither tests nor words"),
                page.replace("b.md#too", "b.md#two"), List.of("E4: there is no section b.md#two"),
                page.replace("E4", "E1"), List.of("E1 is there twice"))
                .forEach((wrong, said) ->
                        assertEquals(said, disagreements(wrong, Map.of("core/ATest.java", rowsOfTests(source)), sections)));
        Map.of(
                source.replace("@Test // E1\n", "@Test\n"), List.of("E1: isSo of core/ATest.java does not say so: @Test // E1"),
                source.replace("void isSo()", "void is()"),
                        List.of("E1: core/ATest.java has no test isSo", "E1: no link to is of core/ATest.java"),
                source.replace("// E1, E2", "// E2"), List.of("E1: areSo of core/ATest.java does not say so: @Test // E1"),
                source.replace(" // E3", ""), List.of("E2/E3: isSoToo of core/ATest.java does not say so: @Test // E2"),
                source.replace("// E3", "// E3, E4"), List.of("E4: no link to isSoToo of core/ATest.java"),
                source.replaceAll("@Test\n(    void isInNoRow)", "@Test // E9\n$1"), List.of("E9: no link to isInNoRow of core/ATest.java"))
                .forEach((wrong, said) -> assertEquals(said, disagreements(page, Map.of("core/ATest.java", rowsOfTests(wrong)), sections)));
    }

    /// What row M5 warns of: a task that is cancelled before its first poll closes nothing.
    private static final Pattern CLOSES_BY_ITSELF =
            Pattern.compile("(?:spawn|submit|fork)\\((?:async\\()?\\(\\) -> \\{[\\s/]*try \\(\\w+\\)");

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
    /// @param tests the rows of each, by the path of its file and its name
    /// @param sections of the pages, as links name them
    private static List<String> disagreements(String text, Map<String, Map<String, Set<String>>> tests, Set<String> sections) {
        var wrong = new ArrayList<String>();
        var linked = new HashSet<String>();
        var rows = new HashSet<String>();
        for (String section : text.split("(?m)^(?=###? )")) {
            Matcher heading = ROW.matcher(section);
            if (!heading.lookingAt()) continue;
            String row = heading.group(1);
            if (!rows.add(row)) wrong.add(row + " is there twice");
            var names = List.of(row.split("/"));
            int links = 0;
            for (Matcher link = LINK.matcher(section); link.find(); links++) {
                String file = link.group(3);
                String name = link.group(2);
                var marks = tests.getOrDefault(file, Map.of()).get(name);
                if (marks == null) wrong.add(row + ": " + file + " has no test " + name);
                else if (names.stream().noneMatch(marks::contains))
                    wrong.add(row + ": " + name + " of " + file + " does not say so: @Test // " + names.getFirst());
                if (!file.endsWith("/" + link.group(1) + ".java")) wrong.add(row + ": " + link.group(1) + " is not " + file);
                for (String one : names) linked.add(one + ": no link to " + name + " of " + file);
            }
            Matcher words = WORDS.matcher(section);
            for (Matcher word = SECTION.matcher(words.find() ? words.group(1) : ""); word.find(); links++) {
                if (!sections.contains(word.group(1))) wrong.add(row + ": there is no section " + word.group(1));
            }
            if (links == 0) wrong.add(row + " has neither tests nor words");
        }
        tests.forEach((file, marked) -> marked.forEach((name, marks) -> {
            for (String row : marks) {
                var lost = row + ": no link to " + name + " of " + file;
                if (!linked.contains(lost)) wrong.add(lost);
            }
        }));
        return wrong;
    }

    /// {@return the headings of the pages beside traps.md, as `async.md#what-it-costs`}
    private static Set<String> sections() throws IOException {
        var sections = new HashSet<String>();
        try (Stream<Path> pages = Files.list(ROOT.resolve("docs"))) {
            for (Path page : pages.filter(p -> p.toString().endsWith(".md")).toList()) {
                Matcher heading = HEADING.matcher(Files.readString(page));
                while (heading.find()) {
                    var anchor = heading.group(1).toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9 _-]", "").replace(' ', '-');
                    sections.add(page.getFileName() + "#" + anchor);
                }
            }
        }
        return sections;
    }

    /// {@return the rows that each test names, by the path of its file and its name}
    private static Map<String, Map<String, Set<String>>> tests() throws IOException {
        var all = new TreeMap<String, Map<String, Set<String>>>();
        try (Stream<Path> modules = Files.list(ROOT)) {
            for (Path tests : modules.map(m -> m.resolve("src/test/java")).filter(Files::isDirectory).toList()) {
                try (Stream<Path> files = Files.walk(tests)) {
                    for (Path file : files.filter(f -> f.toString().endsWith("Test.java")).toList()) {
                        all.put(ROOT.relativize(file).toString(), rowsOfTests(Files.readString(file)));
                    }
                }
            }
        }
        return all;
    }

    private static Map<String, Set<String>> rowsOfTests(String source) {
        var all = new TreeMap<String, Set<String>>();
        for (Matcher test = TEST.matcher(source); test.find();) {
            var rows = new TreeSet<String>();
            if (test.group(1) != null) rows.addAll(List.of(test.group(1).split(", ")));
            all.put(test.group(2), rows);
        }
        return all;
    }
}
