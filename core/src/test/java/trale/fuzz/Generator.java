package trale.fuzz;

import java.util.List;
import trale.fuzz.Scope.Variable;

/// Writes the class of a random body, the same one for the same seed. Its method `body` makes the body for a run, as those
/// of the corpus do; it may be a lambda in a static method, a lambda that captures `this`, or a method that is referred to.
public final class Generator {
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
        int form = draft.below(5);
        boolean isStatic = form < 3;
        var statements = new Statements(draft, isStatic);
        var kind = draft.oneIn(6) ? Kind.VOID : draft.kind();
        var type = kind == Kind.VOID ? "Async.VoidBody" : "Async.Body<" + kind.box + ">";
        var scope = draft.scope;
        var start = "shared = 1;\n" + (isStatic ? "" : "n = 2;\ninherited = 5;\n");
        var members = "";
        if (form == 4) {
            scope.place = scope.inside(true, kind);
            members = "private %s serve() throws Exception %s\n".formatted(kind.type, statements.methodBody());
            start += "this.p = p;\nw = new World();\nreturn this::serve;\n";
        } else {
            start += "World w = new World();\n" + captured(draft, statements);
            scope.place = scope.inside(true, kind);
            start += "return () -> %s;\n".formatted(statements.methodBody());
        }
        return indented(CLASS.formatted(className(seed), members + "public %s%s body(Probe p) {\n%s}".formatted(isStatic ? "static " : "", type, start)));
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
