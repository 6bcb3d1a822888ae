package book.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The pages say what the sources say.
@Timeout(20)
class PagesTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    @Test
    void everyQuoteIsWhatTheSourceSays_andEveryLinkLeadsSomewhere() throws IOException {
        var pages = new Pages(ROOT);
        var all = new Quotes(ROOT).pages();
        assertFalse(all.isEmpty(), "there are pages");
        var problems = new ArrayList<String>();
        for (Path page : all) problems.addAll(pages.problems(page));
        assertEquals(List.of(), problems, "./trale book fill writes the quotes anew");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "<!-- region book/src/main/java/book/check/Quotes.java#gone -->",
        "<!-- region book/src/main/java/book/check/Gone.java#gone -->",
        "<!-- diff book/src/main/java/book/check/Quotes.java#gone book/src/main/java/book/check/Quotes.java#gone -->",
        "<!-- region book/pages/README.md -->\n```java\nnot this\n```",
        "<!-- figure ch00.none -->",
        "<!-- figure -->",
        "in trale this is {trale:trale.reactor.Slot#gone}",
        "in trale this is {trale:trale.reactor.Gone}",
        "in trale this is {trale:trale.reactor.Slot#poll(Gone)}",
        "[a page](gone.md)",
    })
    void whatIsGoneIsFound(String text, @TempDir Path folder) throws IOException {
        var page = Files.writeString(folder.resolve("page.md"), text + "\n");
        assertEquals(1, new Pages(ROOT).problems(page).size(), text);
    }

    @Test
    void aQuoteIsFilledAndThenRight(@TempDir Path folder) throws IOException {
        Files.createDirectories(folder.resolve("book/pages"));
        Files.writeString(folder.resolve("A.java"), "class A {\n    // region x\n    int a;\n    int b;\n    // end\n}\n");
        Files.writeString(folder.resolve("B.java"), "class B {\n  // region x\n  int a;\n  int c;\n  // end\n}\n");
        Files.writeString(folder.resolve("book/figures.properties"), "date=1 May\nch01.x=12 µs\n");
        var page = folder.resolve("book/pages/p.md");
        Files.writeString(page,
                "<!-- region A.java#x -->\n```java\nold\n```\n<!-- diff A.java#x B.java#x -->\n<!-- figure ch01.x -->\n- old\nend\n");
        assertEquals(1, new Pages(folder).problems(page).size(), "the canary");
        Quotes.main(new String[] {folder.toString()});
        assertEquals("<!-- region A.java#x -->\n```java\nint a;\nint b;\n```\n"
                + "<!-- diff A.java#x B.java#x -->\n```diff\n int a;\n-int b;\n+int c;\n```\n"
                + "<!-- figure ch01.x -->\n- 12 µs (1 May)\nend\n", Files.readString(page));
        assertEquals(List.of(), new Pages(folder).problems(page));
    }

    @Test
    void aLineOfTraleIsWhereItIsDeclared() throws IOException {
        var quotes = new Quotes(ROOT);
        var slot = Files.readAllLines(ROOT.resolve(quotes.file("trale.reactor.Slot")));
        assertTrue(slot.get(quotes.line("trale.reactor.Slot", "poll") - 1).contains("public boolean poll(Context cx)"));
        assertTrue(slot.get(quotes.line("trale.reactor.Slot", "state") - 1).contains("private volatile Object state"));
        assertTrue(slot.get(quotes.line("trale.reactor.Slot", null) - 1).contains("public final class Slot"));
        var context = Files.readAllLines(ROOT.resolve(quotes.file("trale.Context")));
        assertTrue(context.get(quotes.line("trale.Context", "waker") - 1).contains("public abstract Waker waker()"),
                "and not the field of that name");
        var async = Files.readAllLines(ROOT.resolve(quotes.file("trale.Async")));
        assertTrue(async.get(quotes.line("trale.Async", "await(Future)") - 1).contains(" await(Future<"), "and not the first await");
    }
}
