package book.check;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The pages of the book, compared with what they quote.
public final class Pages {
    private static final Pattern TARGET = Pattern.compile("]\\(([^)#\\s]+)(?:#[^)]*)?\\)");

    private final Path root;
    private final Quotes quotes;

    Pages(Path root) throws IOException {
        this.root = root;
        quotes = new Quotes(root);
    }

    /// {@return what is wrong with a page: a sentence each}
    List<String> problems(Path page) throws IOException {
        var problems = new ArrayList<String>();
        List<String> lines = Files.readAllLines(page);
        try {
            List<String> filled = quotes.filled(lines);
            for (int i = 0; i < Math.max(lines.size(), filled.size()); i++) {
                String is = i < lines.size() ? lines.get(i) : "(the end)";
                String shouldBe = i < filled.size() ? filled.get(i) : "(the end)";
                if (!is.equals(shouldBe)) {
                    problems.add(page + ":" + (i + 1) + ": '" + is + "' is in the source '" + shouldBe + "'");
                    break;
                }
            }
        } catch (IllegalArgumentException e) {
            problems.add(page + ": " + e.getMessage());
        }
        for (String line : lines) {
            for (Matcher target = TARGET.matcher(line); target.find(); ) {
                String file = target.group(1);
                if (file.contains("://") || Files.exists(page.resolveSibling(file))) continue;
                problems.add(page + ": the link " + file + " leads nowhere");
            }
        }
        return problems;
    }
}
