package book.check;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a page takes from the sources: regions, differences between two of them, lines of trale, figures.
///
/// | on a page | is followed by, or becomes |
/// |---|---|
/// | `<!-- region book/src/…/RunQueue.java#loop -->` | a fence with the lines between `// region loop` and `// end` |
/// | `<!-- diff A.java#loop B.java#loop -->` | a fence with what B has in place of A |
/// | `<!-- figure ch05.yield -->` | a line with the value that was measured, and when |
/// | `{trale:trale.reactor.Slot#poll}` | a link to the file and the line; `#poll(Context)` if there are several |
public final class Quotes {
    private static final Pattern QUOTE = Pattern.compile("<!-- (region|diff|figure) (\\S+)(?: (\\S+))? -->");
    public static final Pattern LINK = Pattern.compile("\\{trale:([\\w.]+)(?:#(\\w+(?:\\(\\w+\\))?))?}");
    private static final int CONTEXT = 3;

    private final Path root;
    private final Properties figures = new Properties();

    /// @param root the folder of the whole project
    public Quotes(Path root) throws IOException {
        this.root = root;
        var file = root.resolve("book/figures.properties");
        if (!Files.exists(file)) return;
        try (Reader in = Files.newBufferedReader(file)) { // UTF-8; of a stream, Properties would read ISO 8859-1
            figures.load(in);
        }
    }

    /// Writes the quotes of all pages anew.
    ///
    /// @param args the folder of the project
    public static void main(String[] args) throws IOException {
        var quotes = new Quotes(Path.of(args[0]));
        for (Path page : quotes.pages()) {
            List<String> lines = Files.readAllLines(page);
            try {
                List<String> filled = quotes.filled(lines);
                if (!filled.equals(lines)) Files.write(page, filled);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(page + ": " + e.getMessage(), e);
            }
        }
    }

    /// {@return the pages of the book, in order}
    public List<Path> pages() throws IOException {
        try (var files = Files.walk(root.resolve("book/pages"))) {
            return files.filter(f -> f.toString().endsWith(".md")).sorted().toList();
        }
    }

    /// The page as it has to be: each quote is followed by what it quotes.
    ///
    /// @throws IllegalArgumentException a region, a figure or a line of trale is not there; the message says which
    public List<String> filled(List<String> page) throws IOException {
        var filled = new ArrayList<String>();
        for (int i = 0; i < page.size(); i++) {
            String line = page.get(i);
            filled.add(line);
            for (Matcher link = LINK.matcher(line); link.find(); ) line(link.group(1), link.group(2));
            Matcher quote = QUOTE.matcher(line);
            if (!quote.matches()) {
                if (line.startsWith("<!-- region") || line.startsWith("<!-- diff") || line.startsWith("<!-- figure")) {
                    throw new IllegalArgumentException("this quote can't be read: " + line);
                }
                continue;
            }
            filled.addAll(quoted(quote.group(1), quote.group(2), quote.group(3)));
            i = endOfQuote(page, i, quote.group(1).equals("figure"));
        }
        return filled;
    }

    /// {@return the last line of what follows the quote in line i, which is to be replaced}
    private static int endOfQuote(List<String> page, int i, boolean figure) {
        String next = i + 1 < page.size() ? page.get(i + 1) : "";
        if (figure) return next.startsWith("- ") ? i + 1 : i;
        if (!next.startsWith("```")) return i;
        for (int end = i + 2; end < page.size(); end++) if (page.get(end).equals("```")) return end;
        throw new IllegalArgumentException("a fence does not end: " + page.get(i));
    }

    private List<String> quoted(String kind, String a, String b) throws IOException {
        return switch (kind) {
            case "region" -> fence("java", region(a));
            case "diff" -> fence("diff", diff(region(a), region(b)));
            default -> List.of("- " + figure(a));
        };
    }

    private static List<String> fence(String language, List<String> lines) {
        var fence = new ArrayList<String>();
        fence.add("```" + language);
        fence.addAll(lines);
        fence.add("```");
        return fence;
    }

    /// {@return the lines of a file, or of its region if the name has one, without the indentation that all have}
    ///
    /// @param name `path#region`, the path from the project's folder
    public List<String> region(String name) throws IOException {
        int hash = name.indexOf('#');
        Path file = root.resolve(hash < 0 ? name : name.substring(0, hash));
        if (!Files.exists(file)) throw new IllegalArgumentException("there is no file " + file);
        List<String> lines = Files.readAllLines(file);
        if (hash < 0) return lines;
        String start = "// region " + name.substring(hash + 1);
        int from = 0;
        while (from < lines.size() && !lines.get(from).strip().equals(start)) from++;
        int to = from;
        while (to < lines.size() && !lines.get(to).strip().equals("// end")) to++;
        if (to == lines.size()) throw new IllegalArgumentException("there is no region " + name);
        return unindented(lines.subList(from + 1, to));
    }

    private static List<String> unindented(List<String> lines) {
        int indent = lines.stream().filter(l -> !l.isBlank()).mapToInt(l -> l.length() - l.stripLeading().length()).min().orElse(0);
        return lines.stream().map(l -> l.isBlank() ? "" : l.substring(indent)).toList();
    }

    /// {@return the lines of both, marked ' ', '-' and '+'; long runs that are equal are cut}
    public static List<String> diff(List<String> a, List<String> b) {
        var common = new int[a.size() + 1][b.size() + 1];
        for (int i = a.size() - 1; i >= 0; i--)
            for (int j = b.size() - 1; j >= 0; j--)
                common[i][j] = a.get(i).equals(b.get(j)) ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
        var diff = new ArrayList<String>();
        for (int i = 0, j = 0; i < a.size() || j < b.size(); ) {
            if (i < a.size() && j < b.size() && a.get(i).equals(b.get(j))) {
                diff.add((" " + a.get(i++)).stripTrailing());
                j++;
            } else if (j == b.size() || i < a.size() && common[i + 1][j] >= common[i][j + 1]) {
                diff.add(("-" + a.get(i++)).stripTrailing());
            } else {
                diff.add(("+" + b.get(j++)).stripTrailing());
            }
        }
        return shortened(diff);
    }

    private static boolean isEqual(String line) {
        return line.isEmpty() || line.startsWith(" ");
    }

    private static List<String> shortened(List<String> diff) {
        var shortened = new ArrayList<String>();
        for (int i = 0; i < diff.size(); ) {
            int end = i;
            while (end < diff.size() && isEqual(diff.get(end))) end++;
            if (end == i) {
                shortened.add(diff.get(i++));
                continue;
            }
            int before = i == 0 ? 0 : CONTEXT;
            int after = end == diff.size() ? 0 : CONTEXT;
            if (end - i <= before + after + 1) {
                shortened.addAll(diff.subList(i, end));
            } else {
                shortened.addAll(diff.subList(i, i + before));
                shortened.add("@@ " + (end - i - before - after) + " lines as before @@");
                shortened.addAll(diff.subList(end - after, end));
            }
            i = end;
        }
        return shortened;
    }

    /// {@return what was measured, and when}
    public String figure(String name) {
        String value = figures.getProperty(name);
        if (value == null) throw new IllegalArgumentException("there is no figure " + name + "; `./trale book figures` measures all");
        return value + " (" + figures.getProperty("date") + ")";
    }

    /// {@return the file that declares a class of trale, from the project's folder}
    public String file(String type) {
        for (String module : List.of("core", "explain", "test")) {
            String file = module + "/src/main/java/" + type.replace('.', '/') + ".java";
            if (Files.exists(root.resolve(file))) return file;
        }
        throw new IllegalArgumentException("trale has no class " + type);
    }

    /// {@return the line on which a class of trale, or its member, is declared}
    ///
    /// @param member a method; `poll(Context)`: the one with this parameter; or else a field; null: the class itself
    public int line(String type, String member) throws IOException {
        List<String> lines = Files.readAllLines(root.resolve(file(type)));
        for (String declaration : declarations(type.substring(type.lastIndexOf('.') + 1), member)) {
            for (int i = 0; i < lines.size(); i++) if (lines.get(i).matches(declaration)) return i + 1;
        }
        throw new IllegalArgumentException(type + " has no " + member);
    }

    private static List<String> declarations(String simple, String member) {
        if (member == null) return List.of("(?:\\w+ )*(?:class|interface|record|enum) " + simple + "\\b.*");
        String before = "    (?! )(?!return |//).*[\\w>\\]?] ";
        if (member.endsWith(")")) return List.of(before + member.replace(")", "").replace("(", "\\(") + ".*");
        return List.of(before + member + "\\(.*", before + member + "(?: = .*|;.*)");
    }
}
