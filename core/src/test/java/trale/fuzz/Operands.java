package trale.fuzz;

import java.util.List;
import trale.fuzz.Generator.Form;

/// Writes random operands. An await may stand wherever an operand may, so anything may lie on the stack beneath it.
///
/// Each is the source of a primary or unary expression, so in parentheses if it needs them. None is a constant to javac that
/// would make a loop endless or a label useless: `true` is written `Boolean.TRUE`.
abstract class Operands {
    private static final List<String> EXCEPTIONS =
            List.of("IOException", "IllegalStateException", "IllegalArgumentException", "Exception", "CancellationException");

    final Draft draft;
    final Scope scope;
    final Form form;

    Operands(Draft draft, Form form) {
        this.draft = draft;
        this.scope = draft.scope;
        this.form = form;
    }

    /// {@return what is special to the kind: its operators, methods and constructors}
    abstract String own(Kind kind);

    /// {@return an assignment, without parentheses; null if there is nothing to assign}
    abstract String assignment(Kind kind);

    /// {@return a switch expression}
    abstract String switchOf(Kind kind);

    /// {@return a block that returns what the place wants}
    abstract String methodBody();

    final String of(Kind kind) {
        if (!draft.takeOperand()) return leaf(kind);
        if (!kind.isOrdinary()) return draft.oneIn(2) ? leaf(kind) : own(kind);
        return switch (draft.below(20)) {
            case 0, 1, 2, 3, 4 -> scope.place.mayAwait() ? await(kind) : leaf(kind);
            case 5 -> "p.<%s>see(%s)".formatted(kind.box, of(kind));
            case 6 -> "(%s ? %s : %s)".formatted(of(Kind.BOOLEAN), of(kind), of(kind));
            case 7 -> switchOf(kind);
            case 8, 9 -> {
                var assignment = assignment(kind);
                yield assignment == null ? leaf(kind) : "(" + assignment + ")";
            }
            case 10, 11, 12 -> leaf(kind);
            default -> own(kind);
        };
    }

    /// {@return an operand with one of another kind on its left}
    final String rightOf(Kind left, Kind kind) {
        return isWide(left) ? scope.at(scope.confined(), () -> of(kind)) : of(kind);
    }

    final String leaf(Kind kind) {
        var variables = scope.readable(kind);
        return variables.isEmpty() || draft.oneIn(4) ? literal(kind) : draft.of(variables).name();
    }

    final String literal(Kind kind) {
        if (kind == Kind.HIDDEN) return "World.hidden(7)";
        if (!kind.isPrimitive() && draft.oneIn(40)) return "((%s) null)".formatted(kind.type);
        int n = draft.below(7) - 1;
        return switch (kind) {
            case BOOLEAN -> n > 3 ? "Boolean.TRUE" : "w.flip()";
            case BYTE, SHORT -> "((%s) %d)".formatted(kind.type, n);
            case CHAR -> draft.of(List.of("'a'", "'b'", "'\\u20ac'"));
            case INT -> n < 2 ? "w.next()" : "" + n;
            case LONG -> n + 1 + "L";
            case FLOAT -> n + 1 + ".5f";
            case DOUBLE -> n + 1 + ".25";
            case BOXED_INT, BOXED_LONG, BOXED_DOUBLE -> "((%s) %s)".formatted(kind.type, literal(unboxed(kind)));
            case STRING -> draft.of(List.of("\"a\"", "\"b\"", "\"\"", "\"text\""));
            case OBJECT ->
                    "((Object) %s)".formatted(literal(draft.of(List.of(Kind.INT, Kind.STRING, Kind.COLOUR, Kind.POINT, Kind.DOUBLE))));
            case COLOUR -> "Colour." + draft.of(List.of("RED", "GREEN", "BLUE"));
            case SHAPE -> draft.of(List.of("new Circle(0.5, \"c\")", "new Pair(new Point(3, 4L), \"r\")", "new Point(5, 6L)"));
            case POINT -> "new Point(1, 2L)";
            case CELL -> "new Cell<String>(\"v\", 1)";
            case LIST -> "new ArrayList<Integer>(List.<Integer>of(3, 4))";
            case INTS, LONGS, BYTES, DOUBLES -> "(new %s {1, 2, 3, 4})".formatted(kind.type);
            case STRINGS, OBJECTS -> "(new %s {\"p\", \"q\", null, \"r\"})".formatted(kind.type);
            case MATRIX -> "(new int[][] {{1, 2, 3, 4}, {5, 6, 7, 8}, {9, 8, 7, 6}, null})";
            case EXCEPTION -> "new %s(\"%s\")".formatted(draft.of(EXCEPTIONS), draft.name("e"));
            case SUPPLIER -> "((IntSupplier) () -> %d)".formatted(n);
            default -> throw new IllegalArgumentException("no literal of " + kind);
        };
    }

    static Kind unboxed(Kind kind) {
        return kind == Kind.BOXED_INT ? Kind.INT : kind == Kind.BOXED_LONG ? Kind.LONG : Kind.DOUBLE;
    }

    final String await(Kind kind) {
        return "Async.<%s>await(%s)".formatted(kind.box, future(kind));
    }

    final String future(Kind kind) {
        return switch (draft.below(20)) {
            case 0 -> "p.<%s>failing(%s)".formatted(kind.box, literal(Kind.EXCEPTION));
            case 1 -> "(%s ? %s : %s)".formatted(of(Kind.BOOLEAN), future(kind), future(kind));
            case 2, 3 -> asyncBody(kind);
            case 4, 5 -> {
                if (kind == Kind.INT) yield "half(p, %s)".formatted(of(kind));
                yield kind == Kind.STRING && form != Form.STATIC ? "named(p, %s)".formatted(of(kind)) : later(kind);
            }
            case 6 -> "new Soon<%s>(p, %s)".formatted(kind.box, of(kind));
            default -> later(kind);
        };
    }

    private String later(Kind kind) {
        return "p.<%s>later(%s)".formatted(kind.box, of(kind));
    }

    /// A body in this one. Without the cast javac tries it against both `Body` and `VoidBody`, which takes long if they nest.
    final String asyncBody(Kind kind) {
        int mark = scope.mark();
        var flow = scope.flow;
        boolean isExpression = kind != Kind.VOID && (scope.place.isConfined() || draft.oneIn(3));
        var code = scope.at(scope.inside(true, kind), () -> isExpression ? of(kind) : methodBody());
        scope.release(mark);
        scope.flow = flow;
        var call = kind == Kind.VOID ? "Async.async((Async.VoidBody)" : "Async.<%1$s>async((Async.Body<%1$s>)".formatted(kind.box);
        return call + " () -> " + code + ")";
    }

    /// {@return what another method, which can't await, computes}
    final String elsewhere(Kind kind) {
        return scope.at(scope.inside(false, null), () -> of(kind));
    }

    /// {@return what a class inside of the body captures: a variable and no more, as javac fails over patterns in such a class}
    final String captured(Kind kind) {
        return scope.at(scope.inside(false, null), () -> leaf(kind));
    }

    static boolean isWide(Kind kind) {
        return kind == Kind.LONG || kind == Kind.DOUBLE;
    }
}
