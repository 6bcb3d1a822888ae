package book.site;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Looks at the pages as they have been written: what a link names must be there, and nothing may be loaded from elsewhere.
final class Links {
    private static final Pattern ID = Pattern.compile("<[^>]*\\sid=\"([^\"]*)\"");
    private static final Pattern LINK = Pattern.compile("<(\\w+)[^>]*?\\s(href|src)=\"([^\"]*)\"");
    private static final Pattern ELSEWHERE = Pattern.compile("(\\w+:|//).*");

    private final Path site;
    private final Map<Path, Set<String>> anchors = new HashMap<>();

    Links(Path site) {
        this.site = site;
    }

    /// {@return what is wrong, a sentence each}
    List<String> problems() throws IOException {
        List<Path> pages;
        try (var files = Files.walk(site)) {
            pages = files.filter(f -> f.toString().endsWith(".html") && !isRecording(f)).sorted().toList();
        }
        var problems = new ArrayList<String>();
        for (Path page : pages) {
            String html = Files.readString(page);
            var ids = new HashSet<String>();
            for (Matcher id = ID.matcher(html); id.find(); ) {
                if (!ids.add(id.group(1))) problems.add(site.relativize(page) + ": two elements have the id " + id.group(1));
            }
            anchors.put(page, ids);
        }
        for (Path page : pages) {
            for (Matcher link = LINK.matcher(Files.readString(page)); link.find(); ) {
                String problem = problem(page, link.group(1), link.group(3));
                if (problem != null) problems.add(site.relativize(page) + ": " + problem);
            }
        }
        return problems;
    }

    private static boolean isRecording(Path file) {
        return file.getParent().endsWith(Site.RECORDINGS.getFileName());
    }

    private String problem(Path page, String tag, String link) {
        if (link.isEmpty()) return null; // told by Text
        if (ELSEWHERE.matcher(link).matches()) {
            return tag.equals("a") || link.startsWith("data:") ? null : "<" + tag + "> loads " + link + " from elsewhere";
        }
        int hash = link.indexOf('#');
        Path file = hash == 0 ? page : page.resolveSibling(hash < 0 ? link : link.substring(0, hash)).normalize();
        if (!file.startsWith(site) || !Files.isRegularFile(file)) return "the link " + link + " leads nowhere";
        if (hash < 0 || hash == link.length() - 1 || isRecording(file)) return null; // behind the # of a recording is an event
        return anchors.getOrDefault(file, Set.of()).contains(link.substring(hash + 1)) ? null : "the link " + link + " has an anchor that is not there";
    }
}
