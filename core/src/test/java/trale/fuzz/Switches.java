package trale.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import trale.fuzz.Generator.Form;

/// Writes patterns, and switches as statements and as expressions, over constants, patterns and sealed types.
abstract class Switches extends Expressions {
    private static final List<Kind> SELECTORS = List.of(Kind.INT, Kind.STRING, Kind.COLOUR, Kind.SHAPE, Kind.OBJECT);

    Switches(Draft draft, Form form) {
        super(draft, form);
    }

    /// {@return a block with variables of its own}
    abstract String block();

    /// {@return a `yield`}
    abstract String yield_();

    /// {@return statements, without braces, that can't be passed: they end with a `yield`, or in another way}
    abstract String yielding();

    @Override
    final String pattern(Kind kind) {
        return draft.of(patterns(kind)).get();
    }

    /// {@return patterns of which none matches all that another one matches}
    private List<Supplier<String>> patterns(Kind kind) {
        if (kind == Kind.SHAPE)
            return List.of(this::point, this::circle, () -> "Pair(%s, var %s)".formatted(left(), variable(Kind.OBJECT)));
        return List.of(
                this::point,
                this::circle,
                () -> "Integer " + variable(Kind.BOXED_INT),
                () -> "String " + variable(Kind.STRING),
                () -> "Colour " + variable(Kind.COLOUR));
    }

    private String point() {
        if (draft.oneIn(3)) return "Point " + variable(Kind.POINT);
        var x = (draft.oneIn(2) ? "int " : "var ") + variable(Kind.INT);
        return "Point(%s, %s)".formatted(x, draft.oneIn(3) ? "_" : "long " + variable(Kind.LONG));
    }

    private String circle() {
        return "Circle(var %s, String %s)".formatted(variable(Kind.DOUBLE), variable(Kind.STRING));
    }

    private String left() {
        return switch (draft.below(3)) {
            case 0 -> "Shape " + variable(Kind.SHAPE);
            case 1 -> point();
            default -> "Pair(%s, _)".formatted(draft.oneIn(2) ? point() : "_");
        };
    }

    private String variable(Kind kind) {
        return scope.declare(new Scope.Variable(draft.name("m"), kind, false), true).name();
    }

    /// {@return the labels, each of which may declare variables for what follows it; the last one completes the switch if it
    /// has to be exhaustive}
    private List<Supplier<String>> labels(Kind selector, boolean isExhaustive) {
        var labels = new ArrayList<Supplier<String>>();
        switch (selector) {
            case INT -> constants(labels, List.of("0", "1", "2, 3", "-1", "4", "1_000_000"));
            case STRING -> constants(labels, List.of("\"a\"", "\"b\"", "\"text\", \"\"", "\"Aa\"", "\"BB\""));
            case COLOUR -> constants(labels, List.of("RED", "GREEN", "BLUE"));
            case SHAPE -> {
                for (var pattern : patterns(selector)) if (draft.oneIn(2)) labels.add(() -> "case " + pattern.get() + guard());
                if (draft.oneIn(3)) break;
                labels.add(() -> "case Point " + variable(Kind.POINT));
                labels.add(() -> "case " + circle());
                labels.add(() -> "case Pair(var %s, var %s)".formatted(variable(Kind.SHAPE), variable(Kind.OBJECT)));
                return labels;
            }
            default -> {
                for (var pattern : patterns(selector)) {
                    if (draft.oneIn(3)) labels.add(() -> "case " + pattern.get() + guard());
                    if (draft.oneIn(2)) labels.add(() -> "case " + pattern.get());
                }
            }
        }
        boolean isComplete = selector == Kind.COLOUR && labels.size() == 3;
        boolean hasPatterns = selector == Kind.SHAPE || selector == Kind.OBJECT;
        if (hasPatterns || isExhaustive && !isComplete || draft.oneIn(2))
            labels.add(() -> hasPatterns && draft.oneIn(2) ? "case null, default" : "default");
        return labels;
    }

    private void constants(List<Supplier<String>> labels, List<String> all) {
        for (var constant : all) if (draft.oneIn(2)) labels.add(() -> "case " + constant);
    }

    private String guard() {
        return " when " + scope.at(scope.inGuard(), () -> of(Kind.BOOLEAN)) + " & w.ok()";
    }

    @Override
    final String switchOf(Kind kind) {
        var selector = draft.of(SELECTORS);
        var text = new StringBuilder("(switch ((").append(selector.type).append(") (").append(of(selector)).append(")) {\n");
        var flow = scope.flow;
        boolean hasStatements = scope.place.hasStatements();
        var yields = hasStatements ? scope.inSwitch(kind) : scope.place;
        boolean hasArrows = !hasStatements || selector == Kind.SHAPE || selector == Kind.OBJECT || !draft.oneIn(4);
        var labels = labels(selector, true);
        for (var label : labels) {
            int mark = scope.mark();
            scope.flow = flow;
            text.append(label.get());
            boolean mustYield = label == labels.getLast(); // one has to
            text.append(scope.at(yields, () -> hasArrows ? arm(kind, mustYield) : ":\n{\n" + (mustYield ? yield_() : yielding()) + "}\n"));
            scope.release(mark);
        }
        scope.flow = flow;
        return text.append("})").toString();
    }

    private String arm(Kind kind, boolean mustYield) {
        boolean mayBeABlock = !mustYield && scope.place.hasStatements();
        if (mayBeABlock && draft.oneIn(3)) return " -> {\n" + yielding() + "}\n";
        if (mayBeABlock && draft.oneIn(12)) return " -> throw " + of(Kind.EXCEPTION) + ";\n";
        return " -> " + of(kind) + ";\n";
    }

    final String switchStatement() {
        var selector = draft.of(SELECTORS);
        var head = "switch ((%s) (%s)) {\n".formatted(selector.type, of(selector));
        var target = scope.enter(draft.name("L"), false, false);
        boolean hasArrows = selector == Kind.SHAPE || selector == Kind.OBJECT || draft.oneIn(2);
        var text = new StringBuilder();
        var before = scope.flow;
        var ends = Scope.Flow.NOWHERE;
        boolean isComplete = selector == Kind.SHAPE;
        int all = scope.mark();
        scope.flow = Scope.Flow.NOWHERE;
        for (var label : labels(selector, false)) {
            int mark = scope.mark();
            scope.flow = hasArrows ? before : before.join(scope.flow);
            var labelText = label.get();
            isComplete |= labelText.endsWith("default");
            text.append(labelText).append(hasArrows ? " -> " : ":\n").append(block()).append('\n');
            if (hasArrows) ends = ends.join(scope.flow);
            scope.release(mark);
        }
        ends = ends.join(scope.flow);
        scope.release(all);
        scope.leave(target);
        scope.flow = isComplete ? ends.join(target.broken) : ends.join(target.broken).join(before);
        return "%s: %s%s}\n".formatted(target.label, head, text);
    }
}
