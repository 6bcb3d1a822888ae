package book.site;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// What is around the text of a page: the list of all pages, the way to the next one.
final class Navigation {
    /// Folders of Markdown files, and how the list of pages calls them.
    private enum Group {
        START("", ""), BOOK("book/pages", "The book"), DOCS("docs", "Documentation"), BENCH("bench", "Measurements"), PROJECT("project", "The project");

        private final Path folder;
        private final String title;

        Group(String folder, String title) {
            this.folder = Path.of(folder);
            this.title = title;
        }
    }

    /// Pages that come first in their group, in this order. The others follow by name.
    private static final List<String> FIRST = List.of("README.md", "docs/design.md", "docs/async.md", "docs/guide.md", "docs/testing.md", "book/pages/README.md");

    private final String frame;
    private final List<Page> pages = new ArrayList<>();

    Navigation() throws IOException {
        try (InputStream in = Navigation.class.getResourceAsStream("frame.html")) {
            frame = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /// {@return the Markdown files that become pages, in the order of the list}
    static List<Path> sources(Path root) throws IOException {
        var sources = new ArrayList<Path>();
        try (Stream<Path> files = Files.walk(root)) {
            files.map(root::relativize).filter(Navigation::isPage).forEach(sources::add);
        }
        sources.sort((a, b) -> {
            int order = group(a).compareTo(group(b));
            if (order == 0) order = Integer.compare(rank(a), rank(b));
            return order == 0 ? a.compareTo(b) : order;
        });
        return sources;
    }

    private static boolean isPage(Path file) {
        String name = file.toString();
        return name.endsWith(".md") && !name.matches("(.*/)?(target|exercises|node_modules|\\..*)/.*");
    }

    private static Group group(Path source) {
        if (source.equals(Path.of("README.md"))) return Group.START;
        for (Group group : List.of(Group.BOOK, Group.DOCS, Group.BENCH)) {
            if (source.startsWith(group.folder)) return group;
        }
        return Group.PROJECT;
    }

    private static int rank(Path source) {
        int rank = FIRST.indexOf(source.toString());
        return rank < 0 ? FIRST.size() : rank;
    }

    /// @param texts in the order of the list; pages in folders below that of the book are reached from its chapters alone
    void add(List<Page> texts) {
        texts.stream().filter(p -> group(p.source()) != Group.BOOK || p.source().getParent().equals(Group.BOOK.folder)).forEach(pages::add);
    }

    /// {@return the whole HTML of a page}
    String framed(Page page) {
        String up = "../".repeat(page.target().getNameCount() - 1);
        return frame.replace("{{title}}", Highlighter.escaped(page.title()) + (page.title().equals("trale") ? "" : " · trale"))
                .replace("{{up}}", up).replace("{{pages}}", list(page)).replace("{{next}}", neighbours(page)).replace("{{text}}", page.html());
    }

    private String list(Page current) {
        var list = new StringBuilder();
        for (Group group : Group.values()) {
            list.append(group.title.isEmpty() ? "" : "<h2>" + group.title + "</h2>\n").append("<ul>\n");
            for (Page page : pages) {
                if (group(page.source()) != group) continue;
                boolean isHere = page.equals(current);
                list.append("<li>").append(link(current, page, isHere ? " aria-current=\"page\"" : "", name(page)));
                if (isHere) headings(list, page);
                list.append("</li>\n");
            }
            list.append("</ul>\n");
        }
        return list.toString();
    }

    private static void headings(StringBuilder list, Page page) {
        List<Page.Section> sections = page.sections().stream().filter(s -> s.level() == 2).toList();
        if (sections.isEmpty()) return;
        list.append("<ol>\n");
        for (Page.Section section : sections) {
            list.append("<li><a href=\"#").append(section.id()).append("\">").append(Highlighter.escaped(section.heading())).append("</a></li>\n");
        }
        list.append("</ol>");
    }

    private static String name(Page page) {
        return page.source().equals(Path.of("README.md")) ? "Start here" : page.title();
    }

    private static String link(Page from, Page to, String attributes, String text) {
        return "<a href=\"" + Page.relative(from.target(), to.target()) + "\"" + attributes + ">" + Highlighter.escaped(text) + "</a>";
    }

    private String neighbours(Page page) {
        int here = pages.indexOf(page);
        if (here < 0) return "";
        var html = new StringBuilder("<nav class=\"next\" aria-label=\"Neighbours\">");
        html.append(here == 0 ? "<span></span>" : link(page, pages.get(here - 1), " rel=\"prev\"", "← " + name(pages.get(here - 1))));
        if (here + 1 < pages.size()) html.append(link(page, pages.get(here + 1), " rel=\"next\"", name(pages.get(here + 1)) + " →"));
        return html.append("</nav>").toString();
    }
}
