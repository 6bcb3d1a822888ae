package book.site;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Pages of files and folders of the project that are linked from a page of text: the source, a line of which can be linked.
final class Sources {
    private final Path root;
    private final Text text;

    Sources(Path root, Text text) {
        this.root = root;
        this.text = text;
    }

    Page page(Path source) throws IOException {
        return Files.isDirectory(root.resolve(source)) ? folder(source) : file(source);
    }

    private Page file(Path source) throws IOException {
        String name = source.getFileName().toString();
        String language = name.endsWith(".java") ? "java" : name.endsWith(".xml") ? "xml" : name.endsWith(".md") ? "text" : name.contains(".") ? "text" : "sh";
        var html = new StringBuilder("<h1 class=\"path\">" + Highlighter.escaped(source.toString()) + "</h1>\n<pre class=\"source " + language + "\"><code>");
        int number = 0;
        for (String line : Highlighter.html(Files.readString(root.resolve(source)), language).split("\n")) {
            number++;
            html.append("<span class=\"line\" id=\"L").append(number).append("\"><a href=\"#L").append(number).append("\">").append(number)
                    .append("</a>").append(line).append("\n</span>");
        }
        return new Page(source, text.target(source), name, html.append("</code></pre>\n").toString());
    }

    private Page folder(Path source) throws IOException {
        var html = new StringBuilder("<h1 class=\"path\">" + Highlighter.escaped(source.toString()) + "</h1>\n<ul>\n");
        for (Path file : files(source)) {
            html.append("<li><a href=\"").append(Page.relative(text.target(source), text.target(file))).append("\">")
                    .append(Highlighter.escaped(source.relativize(file).toString())).append("</a></li>\n");
        }
        return new Page(source, text.target(source), source.toString(), html.append("</ul>\n").toString());
    }

    /// {@return the files below a folder, or the file itself}
    List<Path> files(Path source) throws IOException {
        try (var files = Files.walk(root.resolve(source))) {
            return files.filter(Files::isRegularFile).map(root::relativize).filter(f -> !f.toString().contains("/target/")).sorted().toList();
        }
    }
}
