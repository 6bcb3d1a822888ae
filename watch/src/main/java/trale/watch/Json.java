package trale.watch;

import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes JSON. It may stand in a `<script>` of a page: no text closes that, because `<` is written as an escape.
final class Json {
    private final StringBuilder out = new StringBuilder(160);
    private boolean first = true;

    static Json object() {
        var json = new Json();
        json.out.append('{');
        return json;
    }

    Json put(String name, @Nullable Object value) {
        if (value == null) return this;
        if (!first) out.append(',');
        first = false;
        out.append('"').append(name).append("\":");
        write(value);
        return this;
    }

    String end() {
        return out.append('}').toString();
    }

    static String of(Object value) {
        var json = new Json();
        json.write(value);
        return json.out.toString();
    }

    private void write(Object value) {
        switch (value) {
            case Number n -> out.append(n);
            case Boolean b -> out.append(b);
            case Written w -> out.append(w.json());
            case Map<?, ?> map -> {
                var comma = "{";
                for (var e : map.entrySet()) {
                    out.append(comma);
                    text(String.valueOf(e.getKey()));
                    out.append(':');
                    write(e.getValue());
                    comma = ",";
                }
                out.append(map.isEmpty() ? "{}" : "}");
            }
            case Collection<?> all -> {
                var comma = "[";
                for (var v : all) {
                    out.append(comma);
                    write(v);
                    comma = ",";
                }
                out.append(all.isEmpty() ? "[]" : "]");
            }
            default -> text(value.toString());
        }
    }

    /// JSON already.
    record Written(String json) {}

    private void text(String s) {
        out.append('"');
        for (var i = 0; i < s.length(); i++) {
            var c = s.charAt(i);
            if (c == '"' || c == '\\') out.append('\\').append(c);
            else if (c == '\n') out.append("\\n");
            else if (c < ' ' || c == '<' || c == '\u2028' || c == '\u2029' || Character.isSurrogate(c))
                out.append("\\u%04x".formatted((int) c));
            else out.append(c);
        }
        out.append('"');
    }
}
