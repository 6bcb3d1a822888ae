package trale.fuzz;

import java.util.List;
import trale.fuzz.Generator.Form;

/// Writes what is special to each kind of operand: operators, methods, constructors, assignments.
abstract class Expressions extends Operands {
    Expressions(Draft draft, Form form) {
        super(draft, form);
    }

    /// {@return a pattern that objects of the kind may match; its variables are declared}
    abstract String pattern(Kind kind);

    @Override
    final String own(Kind kind) {
        return switch (kind) {
            case BOOLEAN -> condition();
            case BYTE, SHORT, CHAR, INT, LONG, FLOAT, DOUBLE -> number(kind);
            case BOXED_INT, BOXED_LONG, BOXED_DOUBLE -> "((%s) (%s) (%s))".formatted(kind.type, unboxed(kind).type, of(unboxed(kind)));
            case STRING -> string();
            case OBJECT -> object();
            case COLOUR -> draft.oneIn(6)
                    ? "((Colour) %s)".formatted(of(Kind.OBJECT)) : "Colour.values()[(%s & 1)]".formatted(of(Kind.INT));
            case SHAPE -> switch (draft.below(3)) {
                case 0 -> "new Circle(%s, %s)".formatted(of(Kind.DOUBLE), rightOf(Kind.DOUBLE, Kind.STRING));
                case 1 -> "new Pair(%s, %s)".formatted(of(Kind.SHAPE), of(Kind.OBJECT));
                default -> of(Kind.POINT);
            };
            case POINT -> "new Point(%s, %s)".formatted(of(Kind.INT), of(Kind.LONG));
            case CELL -> "new Cell<String>(%s, %s)".formatted(of(Kind.STRING), of(Kind.INT));
            case LIST -> "new ArrayList<Integer>(List.<Integer>of(%s, %s))".formatted(of(Kind.BOXED_INT), of(Kind.BOXED_INT));
            case INTS, LONGS, BYTES, DOUBLES, STRINGS, OBJECTS, MATRIX -> array(kind);
            case SUPPLIER -> "((IntSupplier) %s)".formatted(draft.oneIn(3)
                    ? "(" + of(Kind.STRING) + ")::length" : "() -> " + elsewhere(Kind.INT));
            case HIDDEN -> {
                if (draft.oneIn(3)) yield "(%s ? %s : %s)".formatted(of(Kind.BOOLEAN), of(kind), of(kind));
                yield "World.hidden(%s)".formatted(of(Kind.INT));
            }
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
        if (draft.oneIn(8)) {
            var odd = isFloating(kind) || draft.oneIn(4) ? "" : " | 1"; // mostly not by 0
            return "%s %s (%s%s)".formatted(a, draft.of(List.of("/", "%")), rightOf(kind, kind), odd);
        }
        var operators = isFloating(kind) ? List.of("+", "-", "*") : List.of("+", "-", "*", "&", "|", "^", "<<", ">>", ">>>");
        return "%s %s %s".formatted(a, draft.of(operators), rightOf(kind, kind));
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
            default -> form == Form.STATIC ? "new Secret(%s, %s).a".formatted(of(Kind.INT), of(Kind.STRING)) : switch (draft.below(4)) {
                case 0 -> "n";
                case 1 -> "inherited";
                case 2 -> "mine(%s, %s)".formatted(of(Kind.INT), of(Kind.LONG));
                default -> "%stwice(%s)".formatted(scope.place.mayAwait() && form != Form.INNER ? "super." : "", of(Kind.INT));
            };
        };
    }

    private String string() {
        return switch (draft.below(9)) {
            case 0 -> "%s.value".formatted(of(Kind.CELL));
            case 1 -> element(Kind.STRING);
            case 2 -> "%s.name()".formatted(of(Kind.COLOUR));
            case 3 -> "new StringBuilder((String) %s).append((int) %s).append((Object) %s).toString()"
                    .formatted(of(Kind.STRING), of(Kind.INT), printable());
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
        if (!records.isEmpty() && draft.oneIn(2))
            return "((Object) new %s(%s, %s))".formatted(draft.of(records).name(), of(Kind.INT), of(Kind.STRING));
        return switch (draft.below(6)) {
            case 0 -> "((Object) new Secret(%s, %s))".formatted(of(Kind.INT), of(Kind.STRING));
            case 1 -> element(Kind.OBJECT);
            case 2 -> scope.place.isConfined() ? leaf(Kind.OBJECT) : anonymous();
            default -> "((Object) %s)".formatted(printable());
        };
    }

    private String anonymous() {
        return "((Object) new Object() { final long v = %s; @Override public String toString() { return \"anonymous \" + v + %s; } })"
                .formatted(captured(Kind.LONG), captured(Kind.INT));
    }

    private String element(Kind kind) {
        return "%s[%s]".formatted(of(kind.array()), index());
    }

    private String index() {
        return draft.oneIn(25) ? of(Kind.INT) : "(%s & 3)".formatted(of(Kind.INT));
    }

    @Override
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
                var left = isWide(right) ? right : kind; // an int is made a long before the addition
                yield "%s %s %s".formatted(target, draft.of(List.of("+=", "-=", "*=")), rightOf(left, right));
            }
            default -> {
                var operators = isFloating(kind) ? List.of("+=", "-=") : List.of("<<=", ">>>=", "|=", "&=", "^=");
                yield "%s %s %s".formatted(target, draft.of(operators), rightOf(kind, Kind.INT));
            }
        };
    }

    private String assignable(Kind kind) {
        var locals = scope.writable(kind);
        if (!locals.isEmpty() && !draft.oneIn(4)) return draft.of(locals).name();
        if (kind.array() != null && (scope.place.isConfined() || draft.oneIn(2))) return element(kind);
        if (scope.place.isConfined()) return null;
        return switch (kind) {
            case INT -> form == Form.STATIC || draft.oneIn(2) ? "%s.n".formatted(of(Kind.CELL)) : draft.of(List.of("n", "inherited"));
            case LONG -> "shared";
            case STRING -> "%s.value".formatted(of(Kind.CELL));
            default -> null;
        };
    }
}
