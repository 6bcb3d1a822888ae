package book.site;

import java.util.List;

/// What the search looks through: all sections of all pages, as a script, because a page from `file:` may not fetch anything else.
final class Search {
    private Search() {}

    static String index(List<Page> pages) {
        var script = new StringBuilder("// title, heading, address, text\nconst SECTIONS = [\n");
        for (Page page : pages) {
            for (Page.Section section : page.sections()) {
                script.append('[').append(string(page.title())).append(',').append(string(section.heading())).append(',')
                        .append(string(page.target() + "#" + section.id())).append(',').append(string(section.text())).append("],\n");
            }
        }
        return script.append("];\n").toString();
    }

    private static String string(String text) {
        var string = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            switch (c) {
                case '"', '\\' -> string.append('\\').append(c);
                case '<' -> string.append("\\u003c");
                default -> string.append(c < ' ' || c == '\u2028' || c == '\u2029' ? "\\u%04x".formatted((int) c) : String.valueOf(c));
            }
        }
        return string.append('"').toString();
    }
}
