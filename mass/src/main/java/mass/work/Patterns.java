package mass.work;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// Random patterns on random texts with java.util.regex.
public final class Patterns implements Work {
    private static final String[] ATOMS = {
        "a", "b", "c", "ab", ".", "[ab]", "[^a]", "[a-c&&[^b]]", "\\w", "\\d", "\\s", "\\b", "^", "$", "\\G", "\\p{L}", "\\p{Alpha}",
        "\\x61", "\\R", "\\X", "é", "(?i)B", "\\1", "\\k<n>", "[\\w&&\\D]", "\\Qa.b\\E", "\\h", "1"
    };

    private static final String[] QUANTIFIERS = {"", "", "", "?", "*", "+", "??", "*?", "+?", "?+", "*+", "++", "{2}", "{1,3}", "{0,2}?"};

    private static final String[] GROUPS = {"(", "(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>", "(?i:", "(?<n>", "(?s-i:"};

    @Override
    public String run(long seed) {
        var random = new SplittableRandom(seed);
        var regex = regex(random, 3);
        var out = new StringBuilder(regex).append(" -> ");
        try {
            var pattern = Pattern.compile(regex, random.nextInt(4) == 0 ? random.nextInt(512) & ~Pattern.COMMENTS : 0);
            for (int n = 0; n < 4; n++) use(pattern, text(random), out);
        } catch (PatternSyntaxException e) {
            out.append(e.getMessage());
        }
        return out.toString();
    }

    private static void use(Pattern pattern, String text, StringBuilder out) {
        var matcher = pattern.matcher(text);
        out.append(text).append(':').append(matcher.matches()).append(matcher.hitEnd()).append(matcher.lookingAt());
        matcher.reset();
        while (matcher.find()) {
            for (int g = 0; g <= matcher.groupCount(); g++) out.append('|').append(matcher.start(g)).append(',').append(matcher.group(g));
            if (matcher.requireEnd()) out.append('!');
        }
        out.append(Arrays.toString(pattern.split(text, 3))).append(matcher.replaceAll("<$0>"));
        out.append(Matcher.quoteReplacement(text)).append(Pattern.quote(text)).append(pattern.asPredicate().test(text));
        out.append(matcher.reset().replaceAll(r -> r.group().length() + "")).append(matcher.results().count());
    }

    private static String regex(SplittableRandom random, int depth) {
        var out = new StringBuilder();
        int terms = 1 + random.nextInt(3);
        for (int n = 0; n < terms; n++) {
            if (depth > 0 && random.nextInt(3) == 0)
                out.append(GROUPS[random.nextInt(GROUPS.length)]).append(regex(random, depth - 1)).append(')');
            else out.append(ATOMS[random.nextInt(ATOMS.length)]);
            out.append(QUANTIFIERS[random.nextInt(QUANTIFIERS.length)]);
            if (random.nextInt(6) == 0) out.append('|');
        }
        return out.toString();
    }

    private static String text(SplittableRandom random) {
        var out = new StringBuilder();
        int length = random.nextInt(12);
        for (int n = 0; n < length; n++) out.append("aaabbcAB1 .\né".charAt(random.nextInt(13)));
        return out.toString();
    }
}
