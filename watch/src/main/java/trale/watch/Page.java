package trale.watch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The page: one HTML file with its style and its script, and in a recording the events. Its script may run because its hash is in the
/// page's policy, which allows no other script, and no request to another place.
final class Page {
    private static final List<String> MODULES =
            List.of("dom", "model", "history", "stage", "panels", "machine", "timeline", "tour", "legend", "live", "main");

    private static final String STYLE = read("style.css");
    private static final String SCRIPT = script();
    private static final String HTML = read("index.html");

    private Page() {}

    /// {@return the page}
    /// @param recording what it shows; null: the program that serves it
    static String of(@Nullable String recording) {
        var policy = "default-src 'none'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; style-src '" + hash(STYLE)
                + "'; script-src '" + hash(SCRIPT) + "'";
        var data = recording == null ? "" : "<script type=\"application/json\" id=\"recording\">" + recording + "</script>\n";
        return HTML.replace("<meta charset=\"utf-8\">",
                        "<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"" + policy + "\">")
                .replace("</head>", "<style>" + STYLE + "</style>\n</head>")
                .replace("</body>", data + "<script type=\"module\">" + SCRIPT + "</script>\n</body>");
    }

    /// {@return the page with all that has happened in it}
    static String of(Machines machines, History history) {
        var known = machines.json();
        var events = history.after(0, Integer.MAX_VALUE).events();
        return of("{\"version\":1," + known.substring(1, known.length() - 1) + ",\"events\":[\n" + String.join(",\n", events) + "\n]}");
    }

    /// @param html is replaced if it exists; its folder is made if that does not
    static void write(Path html, Machines machines, History history) throws IOException {
        var folder = html.toAbsolutePath().getParent();
        if (folder != null) Files.createDirectories(folder);
        Files.writeString(html, of(machines, history));
    }

    /// The modules, in the order in which they build on each other, as one: a file that is opened from a disk cannot import.
    private static String script() {
        var all = new StringBuilder("\n");
        for (var module : MODULES)
            for (var line : read(module + ".js").split("\n", -1))
                if (!line.startsWith("import "))
                    all.append(line.startsWith("export ") ? line.substring("export ".length()) : line).append('\n');
        return all.toString();
    }

    private static String read(String name) {
        try (var in = Page.class.getResourceAsStream("page/" + name)) {
            if (in == null) throw new IllegalStateException("trale-watch has no " + name);
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String hash(String text) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return "sha256-" + Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
