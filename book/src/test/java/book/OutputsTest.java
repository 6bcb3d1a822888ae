package book;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a page says that its program prints is what the program prints. Numbers may differ where they do from run to run.
@Timeout(60)
class OutputsTest {
    private static final Path PAGES = Path.of("pages");
    private static final Set<Integer> VARYING = Set.of(4, 7);

    private static String output(int chapter, String... args) throws Exception {
        var main = Class.forName("book.ch%02d.Main".formatted(chapter)).getMethod("main", String[].class);
        var bytes = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            main.invoke(null, (Object) args);
        } finally {
            System.setOut(before);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static String page(int chapter) throws Exception {
        try (var pages = Files.list(PAGES)) {
            return Files.readString(pages.filter(p -> p.getFileName().toString().startsWith("%02d-".formatted(chapter))).findFirst()
                    .orElseThrow());
        }
    }

    private static String comparable(int chapter, String text) {
        return VARYING.contains(chapter) ? text.replaceAll("\\d+", "#") : text;
    }

    /// Every line that is printed is on the page; but a title of the broken run, `--- …`, need not be.
    @ParameterizedTest
    @CsvSource({"4,", "4,broken", "5,", "5,broken", "6,", "6,broken", "7,", "7,broken", "8,", "8,broken", "9,", "9,broken",
        "10,", "10,broken", "11,", "11,broken", "12,broken", "13,", "13,broken"})
    void theProgramPrintsWhatItsPageSays(int chapter, String argument) throws Exception {
        String printed = argument == null ? output(chapter) : output(chapter, argument);
        assertFalse(printed.isBlank(), "it prints something");
        Set<String> page = comparable(chapter, page(chapter)).lines().collect(Collectors.toSet());
        List<String> missing = comparable(chapter, printed).lines().filter(l -> !l.startsWith("---") && !page.contains(l)).toList();
        assertEquals(List.of(), missing);
    }
}
