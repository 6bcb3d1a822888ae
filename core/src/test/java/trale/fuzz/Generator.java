package trale.fuzz;

import java.util.List;
import trale.fuzz.Scope.Variable;

/// Writes the class of a random body, the same one for the same seed. Its method `body` makes the body for a run, as those
/// of the corpus do.
public final class Generator {

    /// What the body is.
    enum Form {
        /// A lambda in a static method.
        STATIC,

        /// A lambda that captures `this`.
        INSTANCE,

        /// A method that is referred to.
        REFERENCE,

        /// A lambda in an inner class, which may do what the outer one may.
        INNER
    }

    private static final String CLASS = """
            import java.io.IOException;
            import java.util.ArrayList;
            import java.util.List;
            import java.util.concurrent.CancellationException;
            import java.util.function.IntSupplier;
            import trale.Async;
            import trale.Future;
            import trale.corpus.Probe;
            import trale.fuzz.World;
            import trale.fuzz.World.*;
            final class %s extends World.Base {
            private record Secret(int a, String b) {}
            private static long shared;
            private int n;
            private Probe p;
            private World w;
            private static int secret(int n) {
            return 3 * n + 1;
            }
            private static Future<Integer> half(Probe p, int n) {
            return Async.<Integer>async((Async.Body<Integer>) () -> n / 2 + Async.<Integer>await(p.<Integer>later(1)));
            }
            private int mine(int a, long b) {
            return n += a - (int) b;
            }
            private void reset(Probe p) {
            shared = 1;
            n = 2;
            inherited = 5;
            this.p = p;
            w = new World();
            }
            private Future<String> named(Probe p, String s) {
            return Async.<String>async((Async.Body<String>) () -> World.cut(s) + Async.<Integer>await(p.<Integer>later(n++)));
            }
            %s
            }
            """;

    private Generator() {}

    /// {@return the name of the class of a seed}
    public static String className(long seed) {
        return "Body" + Long.toString(seed).replace('-', '_');
    }

    /// {@return the source of the class of a seed}
    public static String source(long seed) {
        var draft = new Draft(seed);
        var form = draft.of(List.of(Form.STATIC, Form.STATIC, Form.STATIC, Form.INSTANCE, Form.REFERENCE, Form.INNER));
        var statements = new Statements(draft, form);
        var kind = draft.oneIn(6) ? Kind.VOID : draft.kind();
        boolean isVoid = kind == Kind.VOID || form == Form.REFERENCE && draft.oneIn(3);
        var type = isVoid ? "Async.VoidBody" : "Async.Body<" + kind.box + ">";
        var code = form == Form.REFERENCE ? "" : captured(draft, statements);
        draft.scope.place = draft.scope.inside(true, kind);
        code += switch (form) {
            case REFERENCE -> "private %s serve() throws Exception %s\n".formatted(kind.type, statements.methodBody());
            default -> "return () -> %s;\n".formatted(statements.methodBody());
        };
        var members = switch (form) {
            case STATIC -> "public static %s body(Probe p) {\nshared = 1;\nWorld w = new World();\n%s}";
            case INSTANCE -> "public %s body(Probe p) {\nreset(p);\n%s}";
            case REFERENCE -> "public %s body(Probe p) {\nreset(p);\nreturn this::serve;\n}\n%s";
            case INNER -> "public %1$s body(Probe p) {\nreset(p);\nreturn new Inner().body(p);\n}\n"
                    + "private final class Inner {\nprivate %1$s body(Probe p) {\n%2$s}\n}";
        };
        return indented(CLASS.formatted(className(seed), members.formatted(type, code)));
    }

    private static String captured(Draft draft, Statements statements) {
        var text = new StringBuilder();
        for (int n = draft.oneIn(20) ? 40 : draft.below(8); n > 0; n--) {
            var v = new Variable(draft.name("c"), draft.kind(), false);
            text.append("%s %s = %s;\n".formatted(v.kind().type, v.name(), statements.literal(v.kind())));
            draft.scope.declare(v, true);
        }
        return text.toString();
    }

    private static String indented(String text) {
        var lines = new StringBuilder();
        int depth = 0;
        for (var line : text.lines().toList()) {
            lines.repeat("    ", line.startsWith("}") ? depth - 1 : depth).append(line).append('\n');
            for (char c : List.of('{', '}')) depth += (int) line.chars().filter(x -> x == c).count() * (c == '{' ? 1 : -1);
        }
        return lines.toString();
    }
}
