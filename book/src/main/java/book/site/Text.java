package book.site;

import book.check.Quotes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.commonmark.Extension;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.ext.heading.anchor.HeadingAnchorExtension;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.BulletList;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.Heading;
import org.commonmark.node.HtmlBlock;
import org.commonmark.node.Image;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.NodeRenderer;
import org.commonmark.renderer.html.HtmlNodeRendererContext;
import org.commonmark.renderer.html.HtmlRenderer;

/// Markdown as HTML.
///
/// Beside what Markdown has, a page has what [Quotes] lists, already filled in; here the marks become a line above the code that links to
/// its file, and a class of the figures. `{trale:type#member}` becomes a link to a line of source. `<!-- recording NAME -->` becomes the
/// recording, in a frame.
final class Text {
    private static final List<Extension> EXTENSIONS = List.of(TablesExtension.create(), HeadingAnchorExtension.create());
    private static final Pattern MARK = Pattern.compile("<!-- (region|diff|figure|recording) (\\S+)(?: (\\S+))? -->");
    private static final Path BOOK = Path.of("book/pages");
    private static final Pattern EXTERNAL = Pattern.compile("(https?|mailto):.*");

    private final Path root;
    private final Quotes quotes;
    private final Set<Path> pages;
    private final Consumer<Path> linked;
    private final List<String> problems = new ArrayList<>();
    private final Set<Path> images = new TreeSet<>();

    /// @param root   the folder of the project
    /// @param pages  the Markdown files that become pages, from there
    /// @param linked gets each file or folder that is linked and is none of the pages, from there
    Text(Path root, Set<Path> pages, Consumer<Path> linked) throws IOException {
        this.root = root;
        this.pages = pages;
        this.linked = linked;
        quotes = new Quotes(root);
    }

    /// {@return the pictures on the pages so far, from the project's folder; in the site they have the same places}
    Set<Path> images() {
        return images;
    }

    /// {@return what the pages so far name that is not there, a sentence each}
    List<String> problems() {
        return problems;
    }

    /// {@return the page that a Markdown file becomes}
    Page page(Path source) throws IOException {
        List<String> lines = Files.readAllLines(root.resolve(source));
        if (source.startsWith(BOOK)) checkQuotes(source, lines);
        Node document = Parser.builder().extensions(EXTENSIONS).build().parse(withLinks(source, lines));
        var title = new String[] {source.toString()};
        document.accept(new AbstractVisitor() {
            @Override
            public void visit(Heading heading) {
                if (heading.getLevel() == 1) title[0] = Page.text(HtmlRenderer.builder().build().render(heading));
                visitChildren(heading);
            }

            @Override
            public void visit(Image image) {
                Path file = root.resolve(source).getParent().resolve(image.getDestination()).normalize();
                if (file.startsWith(root) && Files.isRegularFile(file)) images.add(root.relativize(file));
            }

            @Override
            public void visit(Link link) {
                link.setDestination(destination(source, link.getDestination()));
                visitChildren(link);
            }
        });
        String html = HtmlRenderer.builder().extensions(EXTENSIONS).nodeRendererFactory(context -> new Blocks(context, source))
                .attributeProviderFactory(_ -> Text::attributes).build().render(document);
        return new Page(source, target(source), title[0], html);
    }

    private void checkQuotes(Path source, List<String> lines) throws IOException {
        try {
            if (!quotes.filled(lines).equals(lines)) problems.add(source + ": a quote is not what the source says; ./trale book fill");
        } catch (IllegalArgumentException e) {
            problems.add(source + ": " + e.getMessage());
        }
    }

    /// {@return whether a file is no text to be shown: a picture, or a recording, which is a page already}
    static boolean isCopied(Path source) {
        return source.toString().endsWith(".png") || source.toString().endsWith(".html");
    }

    /// {@return the file of the site that a file or folder of the project becomes}
    Path target(Path source) {
        String name = source.getFileName().toString();
        if (isCopied(source)) return source;
        if (!pages.contains(source)) return source.resolveSibling(Files.isDirectory(root.resolve(source)) ? name + "/index.html" : name + ".html");
        return source.resolveSibling(name.equals("README.md") ? "index.html" : name.replaceAll("\\.md$", ".html"));
    }

    private String withLinks(Path source, List<String> lines) {
        var text = new StringBuilder();
        boolean isCode = false;
        for (String line : lines) {
            if (line.startsWith("```")) isCode = !isCode;
            text.append(isCode ? line : Quotes.LINK.matcher(line).replaceAll(m -> Matcher.quoteReplacement(link(source, m.group(1), m.group(2))))).append('\n');
        }
        return text.toString();
    }

    private String link(Path source, String type, String member) {
        try {
            String file = quotes.file(type);
            int line = quotes.line(type, member);
            Path up = root.resolve(source).getParent().relativize(root.resolve(file));
            return "[`" + Path.of(file).getFileName() + ":" + line + "`](" + up + "#L" + line + ")";
        } catch (IOException | IllegalArgumentException e) {
            problems.add(source + ": " + e.getMessage());
            return "";
        }
    }

    /// {@return where a link on a page leads in the site}
    private String destination(Path source, String destination) {
        if (destination.startsWith("#") || EXTERNAL.matcher(destination).matches()) return destination;
        int hash = destination.indexOf('#');
        Path parent = root.resolve(source).getParent();
        Path file = root.relativize(parent.resolve(hash < 0 ? destination : destination.substring(0, hash)).normalize());
        if (!file.startsWith("..") && Files.exists(root.resolve(file)) && !file.toString().isEmpty()) {
            if (!pages.contains(file)) linked.accept(file);
            return Page.relative(target(source), target(file)) + (hash < 0 ? "" : destination.substring(hash));
        }
        problems.add(source + ": the link " + destination + " leads nowhere");
        return "";
    }

    private static void attributes(Node node, String tag, Map<String, String> attributes) {
        if (node instanceof BulletList && tag.equals("ul") && node.getPrevious() instanceof HtmlBlock html && html.getLiteral().startsWith("<!-- figure ")) {
            attributes.put("class", "figures");
        }
    }

    /// Code, and the marks of quotes.
    private final class Blocks implements NodeRenderer {
        private final HtmlNodeRendererContext context;
        private final Path source;

        Blocks(HtmlNodeRendererContext context, Path source) {
            this.context = context;
            this.source = source;
        }

        @Override
        public Set<Class<? extends Node>> getNodeTypes() {
            return Set.of(FencedCodeBlock.class, HtmlBlock.class);
        }

        @Override
        public void render(Node node) {
            var out = context.getWriter();
            if (node instanceof FencedCodeBlock code) {
                String language = code.getInfo().split(" ")[0];
                out.line();
                out.raw("<pre class=\"" + (language.isEmpty() ? "text" : Highlighter.escaped(language)) + "\" tabindex=\"0\"><code>"
                        + Highlighter.html(code.getLiteral(), language) + "</code></pre>");
                out.line();
            } else {
                String html = ((HtmlBlock) node).getLiteral();
                Matcher mark = MARK.matcher(html);
                if (mark.lookingAt()) {
                    out.raw(mark(mark.group(1), mark.group(2), mark.group(3)));
                } else if (!html.startsWith("<!--")) {
                    out.raw(html);
                }
            }
        }

        private String mark(String kind, String a, String b) {
            return switch (kind) {
                case "region" -> "<p class=\"from\">" + from(a) + "</p>\n";
                case "diff" -> "<p class=\"from\">" + from(a) + " → " + from(b) + "</p>\n";
                case "recording" -> recording(a);
                default -> "";
            };
        }

        private String from(String quoted) {
            Path file = Path.of(quoted.replaceAll("#.*", ""));
            return "<a href=\"" + destination(source, Page.relative(source, file)) + "\">" + file.getFileName() + "</a>";
        }

        private String recording(String name) {
            Path file = Site.RECORDINGS.resolve(name + ".html");
            if (!Files.exists(root.resolve(Site.MADE_RECORDINGS).resolve(file.getFileName())))
                problems.add(source + ": there is no recording " + name + "; see book.site.Recordings");
            String href = Page.relative(target(source), file);
            return "<figure class=\"recording\"><iframe src=\"%s#start\" title=\"The recording: %s\" loading=\"lazy\"></iframe><figcaption><a href=\"%s#start\">The recording on a page of its own</a></figcaption></figure>%n"
                    .formatted(href, name, href);
        }
    }
}
