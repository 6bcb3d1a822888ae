package trale.fuzz;

import java.util.List;

/// Writes random expressions. An await may stand wherever an operand may, so anything may lie on the stack beneath it.
///
/// Each returns the source of an operand: in parentheses if it needs them. None is a constant to javac that would make a
/// loop endless or a label useless: `true` is written `Boolean.TRUE`.
abstract class Expressions {
    final Draft draft;
    final Scope scope;
    final boolean isStatic;

    Expressions(Draft draft, boolean isStatic) {
        this.draft = draft;
        this.scope = draft.scope;
        this.isStatic = isStatic;
    }

    /// {@return a switch expression}
    abstract String switchOf(Kind kind);

    /// {@return a pattern that objects of the kind may match; its variables are declared}
    abstract String pattern(Kind kind);

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
        if (!isWide(left)) return of(kind);
        var outer = scope.place;
        scope.place = scope.confined();
        var operand = of(kind);
        scope.place = outer;
        return operand;
    }

    private String leaf(Kind kind) {
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
            case OBJECT -> "((Object) %s)".formatted(literal(draft.of(List.of(Kind.INT, Kind.STRING, Kind.COLOUR, Kind.POINT, Kind.DOUBLE))));
            case COLOUR -> "Colour." + draft.of(List.of("RED", "GREEN", "BLUE"));
            case SHAPE -> draft.of(List.of("new Circle(0.5, \"c\")", "new Pair(new Point(3, 4L), \"r\")", "new Point(5, 6L)"));
            case POINT -> "new Point(1, 2L)";
            case CELL -> "new Cell<String>(\"v\", 1)";
            case LIST -> "new ArrayList<Integer>(List.<Integer>of(3, 4))";
            case INTS, LONGS, BYTES, DOUBLES -> "(new %s {1, 2, 3, 4})".formatted(kind.type);
            case STRINGS, OBJECTS -> "(new %s {\"p\", \"q\", null, \"r\"})".formatted(kind.type);
            case MATRIX -> "(new int[][] {{1, 2, 3, 4}, {5, 6, 7, 8}, {9, 8, 7, 6}, null})";
            case EXCEPTION -> "new %s(\"%s\")".formatted(
                    draft.of(List.of("IOException", "IllegalStateException", "IllegalArgumentException", "Exception", "CancellationException")), draft.name("e"));
            case SUPPLIER -> "((IntSupplier) () -> %d)".formatted(n);
            default -> throw new IllegalArgumentException("no literal of " + kind);
        };
    }

    private static Kind unboxed(Kind kind) {
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
            case 4, 5 -> kind == Kind.INT ? "half(p, %s)".formatted(of(kind)) : kind == Kind.STRING && !isStatic ? "named(p, %s)".formatted(of(kind)) : later(kind);
            case 6 -> "new Soon<%s>(p, %s)".formatted(kind.box, of(kind));
            default -> later(kind);
        };
    }

    private String later(Kind kind) {
        return "p.<%s>later(%s)".formatted(kind.box, of(kind));
    }

    /// A body in this one. Without the cast javac tries it against both `Body` and `VoidBody`, which takes long if they nest.
    final String asyncBody(Kind kind) {
        var interfaceName = kind == Kind.VOID ? "Async.VoidBody" : "Async.Body<%s>".formatted(kind.box);
        var cast = "(" + interfaceName + ") ";
        var outer = scope.place;
        int mark = scope.mark();
        var flow = scope.flow;
        scope.place = scope.inside(true, kind);
        var code = kind != Kind.VOID && (scope.place.isConfined() || draft.oneIn(3)) ? of(kind) : methodBody();
        scope.place = outer;
        scope.release(mark);
        scope.flow = flow;
        return "Async.%sasync(%s() -> %s)".formatted(kind == Kind.VOID ? "" : "<" + kind.box + ">", cast, code);
    }

    /// {@return what a class inside of the body captures: a variable and no more, as javac fails over patterns in such a class}
    private String captured(Kind kind) {
        var outer = scope.place;
        scope.place = scope.inside(false, null);
        var code = leaf(kind);
        scope.place = outer;
        return code;
    }

    /// What another method, which can't await, computes.
    final String elsewhere(Kind kind) {
        var outer = scope.place;
        scope.place = scope.inside(false, null);
        var code = of(kind);
        scope.place = outer;
        return code;
    }

    private String own(Kind kind) {
        return switch (kind) {
            case BOOLEAN -> condition();
            case BYTE, SHORT, CHAR, INT, LONG, FLOAT, DOUBLE -> number(kind);
            case BOXED_INT, BOXED_LONG, BOXED_DOUBLE -> "((%s) (%s) (%s))".formatted(kind.type, unboxed(kind).type, of(unboxed(kind)));
            case STRING -> string();
            case OBJECT -> object();
            case COLOUR -> draft.oneIn(6) ? "((Colour) %s)".formatted(of(Kind.OBJECT)) : "Colour.values()[(%s & 1)]".formatted(of(Kind.INT));
            case SHAPE -> switch (draft.below(3)) {
                case 0 -> "new Circle(%s, %s)".formatted(of(Kind.DOUBLE), rightOf(Kind.DOUBLE, Kind.STRING));
                case 1 -> "new Pair(%s, %s)".formatted(of(Kind.SHAPE), of(Kind.OBJECT));
                default -> of(Kind.POINT);
            };
            case POINT -> "new Point(%s, %s)".formatted(of(Kind.INT), of(Kind.LONG));
            case CELL -> "new Cell<String>(%s, %s)".formatted(of(Kind.STRING), of(Kind.INT));
            case LIST -> "new ArrayList<Integer>(List.<Integer>of(%s, %s))".formatted(of(Kind.BOXED_INT), of(Kind.BOXED_INT));
            case INTS, LONGS, BYTES, DOUBLES, STRINGS, OBJECTS, MATRIX -> array(kind);
            case SUPPLIER -> draft.oneIn(3) ? "((IntSupplier) (%s)::length)".formatted(of(Kind.STRING)) : "((IntSupplier) () -> %s)".formatted(elsewhere(Kind.INT));
            case HIDDEN -> draft.oneIn(3) ? "(%s ? %s : %s)".formatted(of(Kind.BOOLEAN), of(kind), of(kind)) : "World.hidden(%s)".formatted(of(Kind.INT));
            default -> leaf(kind);
        };
    }

    private String array(Kind kind) {
        var of = kind.element();
        return switch (draft.below(4)) {
            case 0 -> "%s.clone()".formatted(of(kind));
            case 1 -> "(new %s[(%s & 7) | 3]%s)".formatted(of == Kind.INTS ? "int" : of.type, of(Kind.INT), of == Kind.INTS ? "[4]" : "");
            default -> "(new %s {%s, %s, %s, %s})".formatted(kind.type, of(of), of(of), of(of), of(of));
        };
    }

    private String condition() {
        return switch (draft.below(9)) {
            case 0, 1 -> {
                var kind = draft.of(Kind.NUMBERS);
                yield "(%s %s %s)".formatted(of(kind), draft.of(List.of("<", "<=", "==", "!=", ">=", ">")), rightOf(kind, kind));
            }
            case 2 -> "(%s && %s)".formatted(of(Kind.BOOLEAN), of(Kind.BOOLEAN));
            case 3 -> "(%s || %s)".formatted(of(Kind.BOOLEAN), of(Kind.BOOLEAN));
            case 4 -> "(!%s)".formatted(of(Kind.BOOLEAN));
            case 5 -> "(%s %s %s)".formatted(of(Kind.BOOLEAN), draft.of(List.of("&", "|", "^")), of(Kind.BOOLEAN));
            case 6 -> "%s.equals(%s)".formatted(of(Kind.STRING), of(Kind.OBJECT));
            case 7 -> {
                var kind = draft.of(List.of(Kind.OBJECT, Kind.COLOUR, Kind.POINT, Kind.INTS, Kind.BOXED_LONG, Kind.EXCEPTION));
                yield "((%2$s) %1$s == (%2$s) %3$s)".formatted(of(kind), kind.type, of(kind));
            }
            default -> {
                int mark = scope.mark();
                var matches = matches();
                scope.release(mark);
                yield matches;
            }
        };
    }

    /// {@return an `instanceof` and what follows if it matches; the pattern's variables stay declared}
    final String matches() {
        var kind = draft.of(List.of(Kind.OBJECT, Kind.SHAPE));
        var matched = of(kind);
        return "((%s) %s instanceof %s && %s)".formatted(kind.type, matched, pattern(kind), of(Kind.BOOLEAN));
    }

    private String number(Kind kind) {
        return switch (draft.below(8)) {
            case 0, 1, 2 -> "((%s) (%s))".formatted(kind.type, arithmetic(kind));
            case 3 -> {
                var from = draft.of(Kind.NUMBERS);
                yield "((%s) (%s) (%s))".formatted(kind.type, from.type, of(from));
            }
            case 4 -> kind.array() == null ? leaf(kind) : element(kind);
            case 5 -> "((%s) (%s%s))".formatted(kind.type, isFloating(kind) || draft.oneIn(2) ? "- " : "~", of(kind));
            default -> switch (kind) {
                case INT -> anInt();
                case LONG -> draft.oneIn(2) ? "%s.y()".formatted(of(Kind.POINT)) : draft.oneIn(2) ? "shared" : of(Kind.BOXED_LONG);
                case DOUBLE -> of(Kind.BOXED_DOUBLE);
                default -> leaf(kind);
            };
        };
    }

    private String arithmetic(Kind kind) {
        var a = of(kind);
        if (draft.oneIn(8)) return "%s %s (%s%s)".formatted(a, draft.of(List.of("/", "%")), rightOf(kind, kind), isFloating(kind) || draft.oneIn(4) ? "" : " | 1");
        return "%s %s %s".formatted(a, draft.of(isFloating(kind) ? List.of("+", "-", "*") : List.of("+", "-", "*", "&", "|", "^", "<<", ">>", ">>>")), rightOf(kind, kind));
    }

    private static boolean isWide(Kind kind) {
        return kind == Kind.LONG || kind == Kind.DOUBLE;
    }

    private static boolean isFloating(Kind kind) {
        return kind == Kind.FLOAT || kind == Kind.DOUBLE;
    }

    private String anInt() {
        return switch (draft.below(14)) {
            case 0 -> "%s.length()".formatted(of(Kind.STRING));
            case 1 -> "%s.x()".formatted(of(Kind.POINT));
            case 2 -> "%s.ordinal()".formatted(of(Kind.COLOUR));
            case 3 -> "%s.length".formatted(of(draft.of(List.of(Kind.INTS, Kind.STRINGS, Kind.MATRIX))));
            case 4 -> "%s.size()".formatted(of(Kind.LIST));
            case 5 -> "%s.get((%s & 1))".formatted(of(Kind.LIST), of(Kind.INT));
            case 6 -> "%s.getAsInt()".formatted(of(Kind.SUPPLIER));
            case 7 -> "%s.n".formatted(of(Kind.CELL));
            case 8 -> "secret(%s)".formatted(of(Kind.INT));
            case 9 -> of(Kind.BOXED_INT);
            default -> isStatic ? "new Secret(%s, %s).a".formatted(of(Kind.INT), of(Kind.STRING)) : switch (draft.below(4)) {
                case 0 -> "n";
                case 1 -> "inherited";
                case 2 -> "mine(%s, %s)".formatted(of(Kind.INT), of(Kind.LONG));
                default -> "%stwice(%s)".formatted(scope.place.mayAwait() ? "super." : "", of(Kind.INT));
            };
        };
    }

    private String string() {
        return switch (draft.below(9)) {
            case 0 -> "%s.value".formatted(of(Kind.CELL));
            case 1 -> element(Kind.STRING);
            case 2 -> "%s.name()".formatted(of(Kind.COLOUR));
            case 3 -> "new StringBuilder((String) %s).append((int) %s).append((Object) %s).toString()".formatted(of(Kind.STRING), of(Kind.INT), printable());
            case 4 -> "label(%s)".formatted(draft.oneIn(4) ? of(Kind.HIDDEN) : printable());
            case 5 -> "((String) (Object) %s)".formatted(of(draft.oneIn(4) ? Kind.OBJECT : Kind.STRING));
            case 6 -> {
                var first = draft.of(Kind.PRINTABLE);
                yield "(\"<\" + %s + %s + %s)".formatted(of(first), rightOf(first, Kind.OBJECT), rightOf(first, draft.of(Kind.PRINTABLE)));
            }
            default -> "(%s + %s)".formatted(of(Kind.STRING), printable());
        };
    }

    private String printable() {
        return of(draft.of(Kind.PRINTABLE));
    }

    private String object() {
        var records = scope.readable(Kind.RECORD);
        if (!records.isEmpty() && draft.oneIn(2)) return "((Object) new %s(%s, %s))".formatted(draft.of(records).name(), of(Kind.INT), of(Kind.STRING));
        return switch (draft.below(6)) {
            case 0 -> "((Object) new Secret(%s, %s))".formatted(of(Kind.INT), of(Kind.STRING));
            case 1 -> element(Kind.OBJECT);
            case 2 -> scope.place.isConfined() ? leaf(Kind.OBJECT) : "((Object) new Object() { final long v = %s; @Override public String toString() { return \"anonymous \" + v + %s; } })"
                    .formatted(captured(Kind.LONG), captured(Kind.INT));
            default -> "((Object) %s)".formatted(printable());
        };
    }

    private String element(Kind kind) {
        return "%s[%s]".formatted(of(kind.array()), index());
    }

    private String index() {
        return draft.oneIn(25) ? of(Kind.INT) : "(%s & 3)".formatted(of(Kind.INT));
    }

    /// {@return an assignment, without parentheses; null if there is nothing to assign}
    final String assignment(Kind kind) {
        var target = assignable(kind);
        if (target == null) return null;
        if (kind == Kind.STRING && draft.oneIn(2)) return "%s += World.cut(%s)".formatted(target, of(kind));
        if (kind == Kind.STRING) return "%s = World.cut(%s)".formatted(target, of(kind));
        if (kind == Kind.BOOLEAN && draft.oneIn(2)) return "%s %s %s".formatted(target, draft.of(List.of("&=", "|=", "^=")), of(kind));
        if (!kind.isNumber() && kind != Kind.BOXED_INT || draft.oneIn(3)) return "%s = %s".formatted(target, of(kind));
        return switch (draft.below(4)) {
            case 0 -> target + draft.of(List.of("++", "--"));
            case 1 -> draft.of(List.of("++", "--")) + target;
            case 2 -> {
                var right = kind == Kind.BOXED_INT ? Kind.INT : draft.of(Kind.NUMBERS);
                yield "%s %s %s".formatted(target, draft.of(List.of("+=", "-=", "*=")), rightOf(isWide(right) ? right : kind, right)); // an int is widened first
            }
            default -> "%s %s %s".formatted(target, draft.of(isFloating(kind) ? List.of("+=", "-=") : List.of("<<=", ">>>=", "|=", "&=", "^=")), rightOf(kind, Kind.INT));
        };
    }

    private String assignable(Kind kind) {
        var locals = scope.writable(kind);
        if (!locals.isEmpty() && !draft.oneIn(4)) return draft.of(locals).name();
        if (kind.array() != null && (scope.place.isConfined() || draft.oneIn(2))) return element(kind);
        if (scope.place.isConfined()) return null;
        return switch (kind) {
            case INT -> isStatic || draft.oneIn(2) ? "%s.n".formatted(of(Kind.CELL)) : draft.of(List.of("n", "inherited"));
            case LONG -> "shared";
            case STRING -> "%s.value".formatted(of(Kind.CELL));
            default -> null;
        };
    }
}
