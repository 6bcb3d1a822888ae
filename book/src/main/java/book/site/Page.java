package book.site;

import static java.util.stream.Collectors.joining;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One page of the site.
///
/// @param source where its text comes from, from the project's folder
/// @param target the file that it becomes, from the site's folder
/// @param html   what is between header and footer
record Page(Path source, Path target, String title, String html) {
    private static final Pattern HEADING = Pattern.compile("<h([1-4]) id=\"([^\"]+)\">(.*?)</h\\1>", Pattern.DOTALL);
    private static final Pattern CODE = Pattern.compile("(<p class=\"from\">.*?</p>\\s*)?<pre.*?</pre>", Pattern.DOTALL);
    private static final Pattern INLINE = Pattern.compile("</?(a|b|code|em|i|span|strong)\\b[^>]*>");
    private static final Pattern TAG = Pattern.compile("<[^>]*>");

    /// A heading, and the text between it and the next one: first what is prose, then the code.
    record Section(int level, String id, String heading, String text) {}

    List<Section> sections() {
        var sections = new ArrayList<Section>();
        Matcher matcher = HEADING.matcher(html);
        boolean found = matcher.find();
        while (found) {
            int level = Integer.parseInt(matcher.group(1));
            String id = matcher.group(2);
            String heading = text(matcher.group(3));
            int end = matcher.end();
            found = matcher.find();
            String body = html.substring(end, found ? matcher.start() : html.length());
            sections.add(new Section(level, id, heading, text(CODE.matcher(body).replaceAll("") + code(body))));
        }
        return sections;
    }

    private static String code(String html) {
        return CODE.matcher(html).results().map(MatchResult::group).collect(joining(" "));
    }

    /// {@return the text of HTML, as it is read: without tags, and with one blank wherever there are some}
    static String text(String html) {
        return TAG.matcher(INLINE.matcher(html).replaceAll("")).replaceAll(" ").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
                .replaceAll("\\s+", " ").strip();
    }

    /// {@return how a page at `from` names what is at `to`, both from the site's folder}
    static String relative(Path from, Path to) {
        Path folder = from.getParent();
        return (folder == null ? to : folder.relativize(to)).toString();
    }
}
