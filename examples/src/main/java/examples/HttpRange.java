package examples;

import java.util.regex.Pattern;

/// The part of a file that a Range field asks for (RFC 9110, section 14), or all of it.
record HttpRange(long from, long end, String status, String fields) {
    private static final Pattern RANGE = Pattern.compile("(?i:bytes)=(?:(\\d{1,18})-(\\d{0,18})|-(\\d{1,18}))");

    /// Several ranges at once, and what is none, may be answered with all (section 14.2).
    static HttpRange of(String field, long size) throws HttpStatus {
        var m = RANGE.matcher(field);
        if (!m.matches()) return new HttpRange(0, size, "200 OK", "");
        long from;
        var end = size;
        if (m.group(3) != null) {
            from = Math.max(0, size - Long.parseLong(m.group(3)));
        } else {
            from = Long.parseLong(m.group(1));
            if (!m.group(2).isEmpty()) end = Math.min(size, Long.parseLong(m.group(2)) + 1);
        }
        if (from < end) return new HttpRange(from, end, "206 Partial Content", contentRange(from + "-" + (end - 1), size));
        if (from < size) return new HttpRange(0, size, "200 OK", ""); // it ends before it begins: no range
        throw new HttpStatus("416 Range Not Satisfiable", contentRange("*", size));
    }

    private static String contentRange(String range, long size) {
        return "Content-Range: bytes " + range + "/" + size + "\n";
    }
}
