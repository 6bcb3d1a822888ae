package book.site;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A small project becomes a site, and what is wrong in it is found. That the whole project's site has no dead link is the build's last
/// step.
@Timeout(20)
class SiteTest {
    @TempDir
    Path root;

    @BeforeEach
    void aSmallProject() throws IOException {
        write("README.md", "# small\n\nSee [more](docs/more.md#the-end), [Hi](src/Hi.java) and [all](src).\n");
        write("docs/more.md",
                "# More\n\n## [Home](../README.md)\n\n## The end\n\n```java\nint i = 1; // one\n```\n\n[back](../README.md)\n");
        write("src/Hi.java", "class Hi {\n    String s = \"<&\";\n}\n");
        write("core/src/main/java/trale/Waker.java", "package trale;\n\npublic interface Waker {\n    void wake();\n}\n");
        write("book/figures.properties", "date=1 May 2026\nch01.x=12 ns a poll\n");
        write("book/pages/01-one.md",
                "# One\n\n## Why\n\nIn trale this is {trale:trale.Waker#wake}.\n\n<!-- figure ch01.x -->\n- 12 ns a poll (1 May 2026)\n");
    }

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    private String read(String file) throws IOException {
        return Files.readString(root.resolve("target/site").resolve(file));
    }

    private List<String> build() throws IOException {
        return new Site(root, root.resolve("target/site")).build();
    }

    @Test
    void eachMarkdownFileAndWhatItLinksIsAPage() throws IOException {
        assertEquals(List.of(), build());
        String readme = read("index.html");
        assertTrue(readme.contains("<a href=\"docs/more.html#the-end\">more</a>"), readme);
        assertTrue(readme.contains("<a href=\"src/Hi.java.html\">Hi</a>"), readme);
        assertTrue(readme.contains("<a href=\"src/index.html\">all</a>"), readme);
        assertTrue(read("src/index.html").contains("<a href=\"Hi.java.html\">Hi.java</a>"));
        assertTrue(read("src/Hi.java.html").contains("id=\"L2\"")
                && read("src/Hi.java.html").contains("<span class=\"string\">&quot;&lt;&amp;&quot;</span>"));
        assertTrue(read("docs/more.html").contains("<span class=\"comment\">// one</span>"));
    }

    @Test
    void aMemberOfTraleIsALinkToItsLine() throws IOException {
        assertEquals(List.of(), build());
        assertTrue(read("book/pages/01-one.html")
                .contains("<a href=\"../../core/src/main/java/trale/Waker.java.html#L4\"><code>Waker.java:4</code></a>"));
        assertTrue(read("book/pages/01-one.html").contains("<ul class=\"figures\">"));
    }

    @Test
    void theSearchHasEachSectionOnce() throws IOException {
        build();
        String index = read("search.js");
        assertTrue(index.contains("[\"More\",\"The end\",\"docs/more.html#the-end\",\"back int i = 1; // one\"]"), index);
        assertEquals(6, index.lines().filter(line -> line.startsWith("[\"")).count(), index);
        assertFalse(index.contains("class Hi"), "sources are not searched");
    }

    @Test
    void aRecordingPlaysInPlace_andMustBeThere() throws IOException {
        write("book/pages/02-two.md", "# Two\n\n<!-- recording one-wake -->\n\nText.\n");
        assertTrue(build().contains("book/pages/02-two.md: there is no recording one-wake; see book.site.Recordings"));
        write("book/target/recordings/one-wake.html", "<!DOCTYPE html><title>A recording</title>");
        assertEquals(List.of(), build());
        assertTrue(read("book/pages/02-two.html").contains("<iframe src=\"../recordings/one-wake.html#start\""));
        assertTrue(read("book/recordings/one-wake.html").contains("A recording"));
    }

    @Test
    void aPictureIsCopied() throws IOException {
        write("docs/more.md", "# More\n\n## The end\n\n![a curve](curve.svg)\n");
        write("docs/curve.svg", "<svg/>");
        assertEquals(List.of(), build());
        assertEquals("<svg/>", read("docs/curve.svg"));
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', value = {
        "[x](gone.md),                              leads nowhere",
        "[x](../../etc/passwd),                     leads nowhere",
        "[x](docs/more.md#gone),                    has an anchor that is not there",
        "[x](#gone),                                has an anchor that is not there",
        "[x](src/Hi.java#L4),                       has an anchor that is not there",
        "![x](https://example.org/x.png),           loads https://example.org/x.png from elsewhere",
        "<script src=\"//example.org/x.js\"></script>, loads //example.org/x.js from elsewhere",
        "![x](gone.png),                            leads nowhere",
        "{trale:trale.Waker#gone},                  gone",
    })
    void whatIsNotThereOrElsewhereIsFound(String text, String problem) throws IOException {
        write("README.md", "# small\n\n" + text + "\n");
        List<String> problems = build();
        assertEquals(1, problems.size(), problems.toString());
        assertTrue(problems.getFirst().contains(problem), problems.toString());
    }

    @Test
    void aFigureThatWasNotMeasuredIsFound() throws IOException {
        write("book/pages/02-two.md", "# Two\n\n<!-- figure ch02.gone -->\n- 3 ns\n");
        assertTrue(build().toString().contains("ch02.gone"));
    }

    @Test
    void aQuoteThatIsOutOfDateIsFound() throws IOException {
        write("book/pages/02-two.md", "# Two\n\n<!-- figure ch01.x -->\n- 3 ns\n");
        assertTrue(build().toString().contains("is not what the source says"));
    }

    @Test
    void whatWasThereBeforeIsDeleted() throws IOException {
        write("target/site/old.html", "<a href=\"gone.html\">gone</a>");
        assertEquals(List.of(), build());
        assertFalse(Files.exists(root.resolve("target/site/old.html")));
    }
}
