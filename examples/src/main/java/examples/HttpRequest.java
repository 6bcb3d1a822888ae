package examples;

import static trale.Async.async;
import static trale.Async.await;

import module java.base;
import trale.Future;
import trale.net.*;

/// The head of a request (RFC 9112).
///
/// @param fields by their names in lower case; what came in several lines of the same name is joined by commas
record HttpRequest(String method, String target, boolean isHttp11, Map<String, String> fields) {
    static final int MAX_LINE = 8192;

    private static final int MAX_FIELDS = 100;
    private static final String TOKEN = "([!#$%&'*+.^_`|~0-9A-Za-z-]+)";
    private static final Pattern LINE = Pattern.compile(TOKEN + " ([^ \\p{Cntrl}]+) HTTP/(\\d)\\.(\\d)");
    private static final Pattern HOST = Pattern.compile( // RFC 9112, section 3.2, and RFC 3986, section 3.2.2
            "(\\[[0-9A-Fa-f:.]+]|\\[v[0-9A-Fa-f]+\\.[\\w.~!$&'()*+;=:-]+]|([\\w.~!$&'()*+;=-]|%[0-9A-Fa-f]{2})*)(:\\d{0,5})?");
    private static final Pattern FIELD = Pattern.compile(TOKEN + ":([\t[^\\p{Cntrl}]]*)");

    /// {@return the next request, or null if no more come; fails with [HttpStatus] if it is none}
    static Future<HttpRequest> read(LineReader lines) {
        return async(() -> {
            var tooLong = "414 URI Too Long";
            try {
                var line = await(lines.readLine());
                if (line != null && line.isEmpty()) line = await(lines.readLine()); // some send one more after a body
                if (line == null) return null;
                var m = LINE.matcher(line);
                if (!m.matches()) throw new HttpStatus("400 Bad Request");
                if (!m.group(3).equals("1")) throw new HttpStatus("505 HTTP Version Not Supported");
                tooLong = "431 Request Header Fields Too Large";
                var fields = new HashMap<String, String>();
                for (var n = 0; !"".equals(line = await(lines.readLine())); n++) {
                    if (n == MAX_FIELDS) throw new HttpStatus(tooLong);
                    add(line, fields);
                }
                return new HttpRequest(m.group(1), m.group(2), !m.group(4).equals("0"), fields).checked();
            } catch (LineTooLongException e) {
                throw new HttpStatus(tooLong);
            }
        });
    }

    private static void add(String line, Map<String, String> fields) throws HttpStatus {
        var m = FIELD.matcher(line == null ? "" : line);
        if (!m.matches()) throw new HttpStatus("400 Bad Request");
        fields.merge(m.group(1).toLowerCase(Locale.ROOT), m.group(2).strip(), (a, b) -> a + "," + b);
    }

    private HttpRequest checked() throws HttpStatus {
        if (isHttp11 && !fields.containsKey("host") || !HOST.matcher(field("host")).matches() || !contentLength().matches("\\d+"))
            throw new HttpStatus("400 Bad Request");
        return this;
    }

    String field(String name) {
        return fields.getOrDefault(name, "");
    }

    private String contentLength() {
        return fields.getOrDefault("content-length", "0");
    }

    /// A body is not read, so nothing can come after it.
    boolean keepAlive() {
        var options = List.of(field("connection").toLowerCase(Locale.ROOT).split("[ \t]*,[ \t]*"));
        var body = fields.containsKey("transfer-encoding") || !contentLength().matches("0+");
        return !body && !options.contains("close") && (isHttp11 || options.contains("keep-alive"));
    }
}
