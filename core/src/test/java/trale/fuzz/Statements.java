package trale.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import trale.fuzz.Generator.Form;
import trale.fuzz.Scope.Flow;
import trale.fuzz.Scope.Target;
import trale.fuzz.Scope.Variable;

/// Writes random statements. Whether what follows one can be reached, [Scope] knows: nothing is written there otherwise,
/// as javac would refuse it.
final class Statements extends Switches {
    private static final int DEEPEST = 5;

    private int depth;
    private int finallies; // around the current statement

    Statements(Draft draft, Form form) {
        super(draft, form);
    }

    @Override
    String block() {
        return block("");
    }

    /// {@return a block that begins so}
    private String block(String start) {
        int mark = scope.mark();
        var text = "{\n" + start + statements() + "}";
        scope.release(mark);
        return text;
    }

    private String statements() {
        int kept = depth++ == 0 ? 0 : draft.keepHalf();
        var text = new StringBuilder();
        for (int n = (depth == 1 ? 3 : 1) + draft.below(4); n > 0 && scope.flow.isReachable() && draft.takeStatement(); n--)
            text.append(statement());
        depth--;
        draft.giveBack(kept);
        return text.isEmpty() ? trace() : text.toString();
    }

    /// {@return a statement that shows in the log that it was reached}
    private String trace() {
        var name = '"' + draft.name("t") + '"';
        return scope.place.mayAwait() && draft.oneIn(2)
                ? "p.log(Async.<String>await(p.<String>later(" + name + ")));\n" : "p.log(" + name + ");\n";
    }

    @Override
    String yielding() {
        int mark = scope.mark();
        var text = statements();
        if (scope.flow.isReachable()) text += yield_();
        scope.flow = Flow.NOWHERE;
        scope.release(mark);
        return text;
    }

    /// With a cast, as javac takes `yield (` with a comma further on for a call.
    @Override
    String yield_() {
        var kind = scope.place.yields();
        return "yield (%s) %s;\n".formatted(kind.type, of(kind));
    }

    @Override
    String methodBody() {
        int mark = scope.mark();
        var text = statements();
        var returns = scope.place.returns();
        if (scope.flow.isReachable() && returns != Kind.VOID) text += "return " + of(returns) + ";\n";
        scope.release(mark);
        return "{\n" + text + "}";
    }

    private String statement() {
        var unassigned = scope.unassigned();
        if (!unassigned.isEmpty() && draft.oneIn(2)) return assign(draft.of(unassigned));
        if (depth > DEEPEST || draft.below(5) < 2) return simple();
        return switch (draft.below(16)) {
            case 0, 1, 2 -> ifs();
            case 3 -> loop("while (w.more() && " + of(Kind.BOOLEAN) + ") ", "", true);
            case 4 -> doWhile();
            case 5 -> counting();
            case 6 -> forEver();
            case 7 -> each();
            case 8, 9, 10 -> tries();
            case 11 -> labelled();
            case 12, 13 -> switchStatement();
            case 14 -> scope.place.mayAwait() ? futureOfLater() : simple();
            default -> synchronizedBlock();
        };
    }

    private String simple() {
        return switch (draft.below(14)) {
            case 0, 1, 2, 3 -> declaration();
            case 4, 5, 6 -> {
                var assignment = assignment(draft.kind());
                yield assignment == null ? declaration() : assignment + ";\n";
            }
            case 7 -> scope.place.mayAwait() ? await(draft.kind()) + ";\n" : declaration();
            case 8 -> scope.place.mayAwait() ? "Async.<Void>await(" + asyncBody(Kind.VOID) + ");\n" : log();
            case 9 -> "assert %s : %s;\n".formatted(of(Kind.BOOLEAN), of(Kind.STRING));
            case 10 -> draft.oneIn(2) ? "%s.add(%s);\n".formatted(of(Kind.LIST), of(Kind.BOXED_INT)) : localRecord();
            case 11 -> depth > 1 && draft.oneIn(4) ? exit() : guarded(this::exit);
            default -> log();
        };
    }

    private String log() {
        return "p.log(%s);\n".formatted(of(draft.kind()));
    }

    private String declaration() {
        var kind = draft.oneIn(10) ? draft.of(List.of(Kind.SUPPLIER, Kind.HIDDEN)) : draft.kind();
        boolean isAssigned = kind == Kind.HIDDEN || !draft.oneIn(6);
        boolean isMutable = !isAssigned || draft.oneIn(2);
        var name = scope.freshName("v");
        var value = isAssigned ? " = " + initializer(name, kind) : "";
        scope.declare(new Variable(name, kind, isMutable), isAssigned);
        return (isMutable || draft.oneIn(2) ? kind.type : "var") + " " + name + value + ";\n";
    }

    /// {@return what a variable begins with: its name is taken there, but it has no value}
    private String initializer(String name, Kind kind) {
        int mark = scope.mark();
        scope.declare(new Variable(name, Kind.VOID, false), true);
        var text = of(kind);
        scope.release(mark);
        return text;
    }

    private String assign(Variable v) {
        var text = "%s = %s;\n".formatted(v.name(), of(v.kind()));
        scope.assigned(v);
        return text;
    }

    private String localRecord() {
        var name = draft.name("R");
        scope.declare(new Variable(name, Kind.RECORD, false), true);
        return "record %s(int a, String b) {}\n".formatted(name);
    }

    private String guarded(Supplier<String> statement) {
        var before = scope.flow;
        var text = "if (" + of(Kind.BOOLEAN) + ") " + statement.get();
        scope.flow = before.join(scope.flow);
        return text;
    }

    /// {@return a statement after which nothing can be reached}
    private String exit() {
        var ways = new ArrayList<Supplier<String>>();
        ways.add(() -> "throw " + of(Kind.EXCEPTION) + ";\n");
        var place = scope.place;
        if (place.returns() == Kind.VOID) ways.add(() -> "return;\n");
        else if (place.returns() != null) ways.add(() -> "return " + of(place.returns()) + ";\n");
        if (place.yields() != null) ways.add(this::yield_);
        for (var target : scope.targets()) {
            ways.add(() -> jump("break", target));
            if (target.isLoop) ways.add(() -> jump("continue", target));
        }
        var text = draft.of(ways).get();
        scope.flow = Flow.NOWHERE;
        return text;
    }

    private String jump(String what, Target target) {
        var nearest = scope.targets().reversed().stream().filter(t -> !t.needsLabel && (t.isLoop || what.equals("break"))).findFirst();
        boolean isNearest = nearest.isPresent() && nearest.get() == target;
        if (what.equals("break")) scope.breaks(target);
        else scope.continues(target);
        return what + (isNearest && draft.oneIn(2) ? "" : " " + target.label) + ";\n";
    }

    private String ifs() {
        int mark = scope.mark();
        var condition = draft.oneIn(3) ? matches() : of(Kind.BOOLEAN);
        var before = scope.flow;
        var text = "if (" + condition + ") " + block();
        scope.release(mark);
        var then = scope.flow;
        scope.flow = before;
        if (draft.oneIn(2)) text += " else " + block();
        scope.flow = then.join(scope.flow);
        return text + "\n";
    }

    /// @param start of the loop's block
    /// @param mayEnd whether the condition may be false
    private String loop(String head, String start, boolean mayEnd) {
        var before = scope.flow;
        var target = scope.enter(draft.name("L"), true, false);
        var text = block(start);
        scope.leave(target);
        scope.flow = mayEnd ? before.join(target.broken) : target.broken;
        return target.label + ": " + head + text + "\n";
    }

    private String forEver() {
        boolean breaks = draft.oneIn(2);
        return loop("for (;;) ", breaks ? "if (!w.more()) break;\n" : "if (!w.more()) throw new IllegalStateException();\n", breaks);
    }

    private String doWhile() {
        var target = scope.enter(draft.name("L"), true, false);
        var text = "do " + block();
        scope.leave(target);
        scope.flow = scope.flow.join(target.continued);
        text += " while (w.more() && " + (scope.flow.isReachable() ? of(Kind.BOOLEAN) : "w.ok()") + ");\n";
        scope.flow = scope.flow.join(target.broken);
        return target.label + ": " + text;
    }

    private String counting() {
        int mark = scope.mark();
        var kind = draft.of(List.of(Kind.INT, Kind.LONG, Kind.BYTE, Kind.DOUBLE));
        var name = scope.freshName("i");
        var start = initializer(name, kind);
        scope.declare(new Variable(name, kind, true), true);
        var end = rightOf(kind, kind);
        var update = draft.oneIn(2) ? name + "++" : name + " += " + rightOf(kind, kind);
        var head = "for (%s %s = %s; w.more() && %s < %s; %s) ".formatted(kind.type, name, start, name, end, update);
        var text = loop(head, "", true);
        scope.release(mark);
        return text;
    }

    private String each() {
        int mark = scope.mark();
        var over = draft.of(List.of(Kind.INTS, Kind.STRINGS, Kind.OBJECTS, Kind.LONGS, Kind.LIST));
        var kind = over == Kind.LIST ? Kind.INT : over.element();
        var name = scope.freshName("x");
        var head = "for (%s %s : %s) ".formatted(draft.oneIn(2) ? "var" : kind.type, name, of(over));
        scope.declare(new Variable(name, kind, false), true);
        var text = loop(head, "if (!w.more()) break;\n", true);
        scope.release(mark);
        return text;
    }

    private String labelled() {
        var target = scope.enter(draft.name("L"), false, true);
        var text = target.label + ": " + block() + "\n";
        scope.leave(target);
        scope.flow = scope.flow.join(target.broken);
        return text;
    }

    private String tries() {
        var before = scope.flow;
        var outer = scope.place;
        var last = draft.oneIn(3) ? "" : finally_();
        boolean ends = scope.flow.isReachable(); // a jump out of the try gets where it goes
        scope.flow = before;
        if (!ends) scope.place = scope.swallowing();
        int mark = scope.mark();
        var resources = draft.oneIn(3) ? "(" + resource() + (draft.oneIn(3) ? "; " + resource() : "") + ") " : "";
        boolean checks = draft.oneIn(2);
        var text = "try " + resources
                + block(trace() + (checks ? "w.check(%s, \"%s\");\n".formatted(of(Kind.BOOLEAN), draft.name("c")) : ""));
        scope.release(mark);
        var after = scope.flow;
        boolean mustCatch = resources.isEmpty() && last.isEmpty();
        for (var caught : caught(checks, mustCatch)) {
            scope.flow = before;
            text += clause(caught);
            after = after.join(scope.flow);
        }
        scope.place = outer;
        scope.flow = ends ? after : Flow.NOWHERE;
        return text + last + "\n";
    }

    /// javac compiles it once for each way out of the `try`: a few in one another make a huge method, so there is not much in an inner one.
    private String finally_() {
        if (finallies == 2) return "";
        int deeper = finallies++ * DEEPEST;
        depth += deeper;
        var text = " finally " + block(trace());
        depth -= deeper;
        finallies--;
        return text;
    }

    /// {@return what is caught, no class after a superclass of it}
    private List<String> caught(boolean checks, boolean atLeastOne) {
        var all = new ArrayList<String>();
        if (checks && draft.oneIn(2)) all.add(draft.oneIn(3) ? "IOException | IllegalArgumentException" : "IOException");
        if (draft.oneIn(4)) all.add("CancellationException");
        if (draft.oneIn(3))
            all.add("IllegalStateException" + (draft.oneIn(2) ? " | NullPointerException | IndexOutOfBoundsException" : ""));
        if (draft.oneIn(3)) all.add("RuntimeException");
        if (draft.oneIn(2) || atLeastOne && all.isEmpty()) all.add("Exception");
        if (draft.oneIn(8)) all.add("Throwable");
        return all;
    }

    private String clause(String caught) {
        int mark = scope.mark();
        var name = caught.equals("Throwable") ? draft.name("t") : scope.freshName("e");
        if (!caught.equals("Throwable")) scope.declare(new Variable(name, Kind.EXCEPTION, false), true);
        var text = " catch (%s %s) %s".formatted(caught, name, block(draft.oneIn(2) ? "p.log(%s);\n".formatted(name) : ""));
        scope.release(mark);
        return text;
    }

    private String resource() {
        var name = draft.name("r");
        var made = "new Resource(p, \"%s%s\"%s)".formatted(draft.oneIn(4) ? "bad " : "", name, draft.oneIn(2) ? " + " + of(Kind.INT) : "");
        if (scope.place.mayAwait() && draft.oneIn(2)) made = "Async.<Resource>await(p.<Resource>later(" + made + "))";
        return "Resource %s = %s".formatted(name, made);
    }

    /// A future that is made now and awaited after other statements, unless one of them leaves the block.
    private String futureOfLater() {
        var name = draft.name("f");
        var kind = draft.kind();
        var text = "Future<%s> %s = %s;\n".formatted(kind.box, name, future(kind)) + statements();
        if (scope.flow.isReachable()) text += "p.log(Async.<%s>await(%s));\n".formatted(kind.box, name);
        return text;
    }

    private String synchronizedBlock() {
        depth += DEEPEST; // it would be a pity if much stood here
        var text = scope.at(scope.withoutAwait(), this::block);
        depth -= DEEPEST;
        return "synchronized (%s) %s\n".formatted(draft.oneIn(2) ? "p" : "Colour.class", text);
    }
}
