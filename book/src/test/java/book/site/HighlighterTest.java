package book.site;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class HighlighterTest {
    @Test
    void aKeywordIsOneOnlyWhereItIsOne() {
        assertEquals("<span class=\"keyword\">record</span> <span class=\"type\">Point</span>(<span class=\"keyword\">int</span> x)",
                Highlighter.html("record Point(int x)", "java"));
        assertEquals("record = with.<span class=\"method\">record</span>();", Highlighter.html("record = with.record();", "java"));
        assertEquals("<span class=\"type\">Foo</span>.<span class=\"keyword\">class</span>", Highlighter.html("Foo.class", "java"));
    }

    @Test
    void whatIsInAStringOrACommentIsNoCode() {
        assertEquals("<span class=\"string\">&quot;int // \\&quot;&quot;</span>;", Highlighter.html("\"int // \\\"\";", "java"));
        assertEquals("<span class=\"comment\">// int &quot;x&quot;</span>", Highlighter.html("// int \"x\"", "java"));
        assertEquals("<span class=\"string\">&quot;&quot;&quot;</span>\n"
                + "<span class=\"string\"> &quot;a&quot;</span>\n<span class=\"string\">&quot;&quot;&quot;</span>",
                Highlighter.html("\"\"\"\n \"a\"\n\"\"\"", "java"));
    }

    @Test
    void aDifferenceHasALineForEachLine() {
        assertEquals("<span class=\"line removed\"><i>-</i><span class=\"keyword\">int</span> a;\n</span>"
                + "<span class=\"line added\"><i>+</i><span class=\"keyword\">int</span> b;\n</span>"
                + "<span class=\"line \"><i></i>\n</span><span class=\"line gap\"><i></i>⋯ 3 lines as before ⋯\n</span>",
                Highlighter.html("-int a;\n+int b;\n\n@@ 3 lines as before @@\n", "diff"));
    }

    @Test
    void theTextOfAllSourcesSurvives() throws IOException {
        try (var files = Files.walk(Path.of("..").resolve("core/src/main/java"))) {
            var sources = files.filter(f -> f.toString().endsWith(".java")).toList();
            assertTrue(sources.size() > 50);
            for (Path source : sources) {
                String code = Files.readString(source);
                String text = Highlighter.html(code, "java").replaceAll("<[^>]*>", "").replace("&lt;", "<").replace("&gt;", ">")
                        .replace("&quot;", "\"").replace("&amp;", "&");
                assertEquals(code, text, source.toString());
            }
        }
    }
}
