package examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// docs/traps.md and the tests agree. A row is a heading `### E12. …`; its tests are links `[Class.method](../core/….java)`. Where the rule is
/// that something is written down, the row says `Words:` and links to the section, `[any text](async.md#what-it-costs)`.
@Timeout(60)
class TrapsTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Pattern LINK = Pattern.compile("\\[(\\w+)\\.(\\w+)]\\(\\.\\./([^)]+\\.java)\\)");
    private static final Pattern WORDS = Pattern.compile("(?s)\nWords: (.+?)(?:\n\n|$)");
    private static final Pattern SECTION = Pattern.compile("]\\(([^)]+)\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.+)$");
    private static final Pattern ROW = Pattern.compile("(?m)^### ([A-Z]\\d+(?:/[A-Z]\\d+)*)\\. ");
    /// A method of a test class, of which the modifiers and annotations stand before.
    private static final Pattern METHOD = Pattern.compile("(?m)^    (?:public )?(?:static )?(?:void|Stream<\\w+>|List<\\w+>) (\\w+)\\(");
    private static final Pattern ROWS_OF_METHOD = Pattern.compile("^((?:[A-Z]\\d+_)+)");

    @Test
    void everyLinkLeadsToATestAndEveryTestOfARowIsLinked() throws IOException {
        assertEquals(List.of(), disagreements(Files.readString(ROOT.resolve("docs/traps.md")), testMethods(), sections()));
    }

    @Test
    void aBrokenLinkAMissingOneARowWithoutTestsOrWordsAndOneTwiceAreNoticed() {
        var sections = Set.of("a.md#so-it-is", "b.md#too");
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
                Words: [so](a.md#so-it-is),
                [too](b.md#too)

                """;
        assertEquals(List.of(), disagreements(right, methods, sections));
        assertEquals(List.of("E2/E3: core/ATest.java has no test isSoo"), disagreements(right.replace("isSoToo", "isSoo"), methods, sections));
        assertEquals(List.of("E1: core/BTest.java has no test E1_isSo", "E1: ATest is not core/BTest.java", "no link to core/ATest.java E1_isSo in row E1"),
                disagreements(right.replaceFirst("core/ATest", "core/BTest"), methods, sections));
        assertEquals(List.of("no link to core/ATest.java E1_E2_areSo in row E2"), disagreements(
                right.replaceFirst("(?s)(E2/E3. Two\\n)[^\\n]+\\n", "$1"), methods, sections));
        assertEquals(List.of("E4 has neither tests nor words"), disagreements(right.replaceFirst("(?s)Words.*", ""), methods, sections));
        assertEquals(List.of("E4: there is no section b.md#two"), disagreements(right.replace("b.md#too", "b.md#two"), methods, sections));
        assertEquals(List.of("E1 is there twice"), disagreements(right.replace("E4", "E1"), methods, sections));
    }

    /// {@return what does not agree}
    ///
    /// @param methods of the tests, by the path of their files
    /// @param sections of the pages, as links name them
    private static List<String> disagreements(String text, TreeMap<String, List<String>> methods, Set<String> sections) {
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
            Matcher words = WORDS.matcher(section);
            for (Matcher word = SECTION.matcher(words.find() ? words.group(1) : ""); word.find(); links++) {
                if (!sections.contains(word.group(1))) wrong.add(row + ": there is no section " + word.group(1));
            }
            if (!row.isEmpty() && links == 0 && wrong.stream().noneMatch((row + " is there twice")::equals)) {
                wrong.add(row + " has neither tests nor words");
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
