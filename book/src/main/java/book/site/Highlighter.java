package book.site;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Code as HTML, a `<span>` around what has a colour: done when the site is built, so that pages need no script for it.
final class Highlighter {
    private static final Set<String> KEYWORDS = Set.of("abstract", "assert", "boolean", "break", "byte", "case", "catch", "char", "class", "continue",
            "default", "do", "double", "else", "enum", "extends", "final", "finally", "float", "for", "if", "implements", "import", "instanceof",
            "int", "interface", "long", "native", "new", "package", "private", "protected", "public", "return", "short", "static", "super", "switch",
            "synchronized", "this", "throw", "throws", "transient", "try", "void", "volatile", "while", "true", "false", "null", "var", "record",
            "sealed", "permits", "yield", "when", "module", "requires", "exports", "opens", "to", "uses", "provides", "with");

    /// Words that are keywords at some places only: here they must be followed by a name.
    private static final Set<String> CONTEXTUAL = Set.of("record", "sealed", "permits", "yield", "when", "module", "requires", "exports", "opens", "to",
            "uses", "provides", "with");

    private static final Pattern JAVA = Pattern.compile("""
            (?<comment>//[^\\n]*|/\\*(?s:.*?)\\*/)\
            |(?<string>\"""(?s:.*?)\"""|"(?:\\\\.|[^"\\\\\\n])*"|'(?:\\\\.|[^'\\\\\\n])+')\
            |(?<annotation>@(?!interface)[A-Za-z][\\w.]*)\
            |(?<number>\\b\\d[\\w.]*)\
            |(?<word>[A-Za-z_$][\\w$]*)""");
    private static final Pattern SHELL = Pattern.compile("(?m)(?<comment>(?<=^|\\s)#.*$)|(?<string>'[^'\\n]*'|\"[^\"\\n]*\")|(?<annotation>(?<=\\s)--?[A-Za-z][\\w-]*)");
    private static final Pattern XML = Pattern.compile("(?<comment><!--(?s:.*?)-->)|(?<word></?[\\w:.-]+|/?>)|(?<string>\"[^\"]*\")");
    private static final List<String> GROUPS = List.of("comment", "string", "annotation", "number", "word");

    private Highlighter() {}

    /// {@return the code as HTML}
    ///
    /// @param language what the fence says: java, sh, xml, diff; another one is only escaped
    static String html(String code, String language) {
        return switch (language) {
            case "java" -> coloured(code, JAVA);
            case "sh" -> coloured(code, SHELL);
            case "xml" -> coloured(code, XML);
            case "diff" -> diff(code);
            default -> escaped(code);
        };
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }

    private static String coloured(String code, Pattern pattern) {
        var html = new StringBuilder();
        int end = 0;
        Matcher matcher = pattern.matcher(code);
        while (matcher.find()) {
            html.append(escaped(code.substring(end, matcher.start())));
            end = matcher.end();
            String kind = pattern == JAVA && matcher.group("word") != null ? kind(code, matcher.start(), end) : kind(matcher);
            append(html, kind, matcher.group());
        }
        return html.append(escaped(code.substring(end))).toString();
    }

    private static String kind(Matcher matcher) {
        for (String group : GROUPS) {
            if (matcher.namedGroups().containsKey(group) && matcher.group(group) != null) return group.equals("word") ? "keyword" : group;
        }
        throw new IllegalStateException();
    }

    /// {@return what a word of Java is: a keyword, a type, a method, or "" for a variable or a package}
    private static String kind(String code, int start, int end) {
        String word = code.substring(start, end);
        String rest = code.substring(end, Math.min(end + 2, code.length()));
        boolean isName = start > 0 && code.charAt(start - 1) == '.' && !word.equals("class") && !word.equals("this")
                || CONTEXTUAL.contains(word) && !rest.matches("\\s[\\w\"(-]");
        if (KEYWORDS.contains(word) && !isName) return "keyword";
        if (Character.isUpperCase(word.charAt(0))) return word.length() > 1 && word.equals(word.toUpperCase(Locale.ROOT)) ? "" : "type";
        return rest.startsWith("(") ? "method" : "";
    }

    /// One span may not go over the end of a line, because each line of a page of source is an element.
    private static void append(StringBuilder html, String kind, String text) {
        if (kind.isEmpty()) {
            html.append(escaped(text));
            return;
        }
        String open = "<span class=\"" + kind + "\">";
        html.append(open).append(escaped(text).replace("\n", "</span>\n" + open)).append("</span>");
    }

    private static String diff(String code) {
        var html = new StringBuilder();
        for (String line : code.lines().toList()) {
            String kind = line.startsWith("+") ? "added" : line.startsWith("-") ? "removed" : line.startsWith("@@") ? "gap" : "";
            String sign = line.isEmpty() || kind.equals("gap") ? "" : line.substring(0, 1);
            String text = kind.equals("gap") ? escaped(line.replace("@@", "⋯")) : html(line.substring(sign.length()), "java");
            html.append("<span class=\"line ").append(kind).append("\">").append("<i>").append(sign).append("</i>").append(text).append("\n</span>");
        }
        return html.toString();
    }
}
