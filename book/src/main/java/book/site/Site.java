package book.site;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// Makes the site: each Markdown file of the project a page, and each file that one of them links a page of its source.
///
/// ```text
/// *.md docs/ book/pages/ …  ─▶ Text ──────▶ Page ─▶ frame, navigation ─▶ target/site ─▶ Links: nothing leads nowhere
///                               │ linked files          │
///                               └─▶ Sources ─▶ Page     └─▶ search.js: all sections, for the search without a server
/// ```
///
/// The site needs no server and loads nothing from elsewhere: it opens from `file:`.
final class Site {
    /// Where the build puts recordings, and where they are in the site.
    static final Path MADE_RECORDINGS = Path.of("book/target/recordings");
    static final Path RECORDINGS = Path.of("book/recordings");

    private static final List<String> ASSETS = List.of("style.css", "site.js");

    private final Path root;
    private final Path site;
    private final Set<Path> sources = new LinkedHashSet<>();
    private final Navigation navigation;
    private final List<Page> pages = new ArrayList<>();

    /// @param root the folder of the project
    /// @param site the folder that is written; what is in it is deleted before
    private final List<Path> copied = new ArrayList<>(); // linked files that are no text

    Site(Path root, Path site) throws IOException {
        this.root = root;
        this.site = site;
        sources.addAll(Navigation.sources(root));
        navigation = new Navigation();
    }

    /// @param args the folder of the project, and the folder of the site
    static void main(String[] args) throws IOException {
        Path root = Path.of(args[0]).toRealPath();
        Recordings.write(root.resolve(MADE_RECORDINGS));
        var site = new Site(root, Path.of(args[1]).toAbsolutePath().normalize());
        List<String> problems = site.build();
        problems.forEach(System.err::println);
        if (!problems.isEmpty()) System.exit(1);
        IO.println("The site: " + site.site.resolve("index.html") + ", " + site.pages.size() + " pages");
    }

    /// {@return what is wrong, a sentence each: a link that leads nowhere, a quote or a figure that is not there}
    List<String> build() throws IOException {
        var linked = new ArrayDeque<Path>();
        var text = new Text(root, sources, linked::add);
        for (Path source : sources) {
            pages.add(text.page(source));
        }
        navigation.add(pages);
        int texts = pages.size();
        addSources(text, linked);
        delete();
        for (Page page : pages) {
            write(page.target(), navigation.framed(page));
        }
        for (String asset : ASSETS) {
            try (InputStream in = Site.class.getResourceAsStream(asset)) {
                Files.copy(in, site.resolve(asset));
            }
        }
        write(Path.of("search.js"), Search.index(pages.subList(0, texts)));
        for (Path image : text.images()) copy(image);
        for (Path file : copied) copy(file);
        copyRecordings();
        var problems = new ArrayList<>(text.problems());
        problems.addAll(new Links(site).problems());
        return problems;
    }

    private void addSources(Text text, ArrayDeque<Path> linked) throws IOException {
        var files = new Sources(root, text);
        var seen = new LinkedHashSet<Path>();
        Path file;
        while ((file = linked.poll()) != null) {
            if (!seen.add(file)) continue;
            if (Text.isCopied(file)) {
                copied.add(file);
                continue;
            }
            pages.add(files.page(file));
            if (Files.isDirectory(root.resolve(file))) files.files(file).stream().filter(f -> !sources.contains(f)).forEach(linked::add);
        }
    }

    private void write(Path target, String content) throws IOException {
        Path file = site.resolve(target.toString());
        Files.createDirectories(file.getParent());
        Files.write(file, content.getBytes(StandardCharsets.UTF_8));
    }

    private void delete() throws IOException {
        if (!Files.exists(site)) return;
        try (Stream<Path> files = Files.walk(site)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private void copyRecordings() throws IOException {
        if (!Files.isDirectory(root.resolve(MADE_RECORDINGS))) return;
        Files.createDirectories(site.resolve(RECORDINGS));
        try (Stream<Path> files = Files.list(root.resolve(MADE_RECORDINGS))) {
            for (Path file : files.toList()) Files.copy(file, site.resolve(RECORDINGS).resolve(file.getFileName()));
        }
    }

    private void copy(Path file) throws IOException {
        Path copy = site.resolve(file);
        Files.createDirectories(copy.getParent());
        Files.copy(root.resolve(file), copy, StandardCopyOption.REPLACE_EXISTING);
    }
}
