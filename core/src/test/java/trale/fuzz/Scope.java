package trale.fuzz;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/// Where in a body its writer is: what can be named and jumped to here, and, by the rules of the language (JLS 14.22
/// and 16), whether this place can be reached and which variables may have no value yet.
final class Scope {

    /// @param isMutable it is assigned again somewhere, so no lambda may use it
    record Variable(String name, Kind kind, boolean isMutable) {}

    /// What is known where control flow passes.
    record Flow(boolean isReachable, Set<Variable> unassigned) {
        static final Flow NOWHERE = new Flow(false, Set.of());

        /// {@return what is known where both may have come from}
        Flow join(Flow other) {
            if (!isReachable) return other;
            if (!other.isReachable) return this;
            var either = new HashSet<>(unassigned);
            either.addAll(other.unassigned);
            return new Flow(true, either);
        }

        private Flow with(Variable unassigned) {
            var more = new HashSet<>(this.unassigned);
            more.add(unassigned);
            return new Flow(isReachable, more);
        }

        private Flow without(Variable unassigned) {
            var less = new HashSet<>(this.unassigned);
            less.remove(unassigned);
            return new Flow(isReachable, less);
        }
    }

    /// A statement that can be left by `break`, and if it is a loop by `continue`.
    static final class Target {
        final String label;
        final boolean isLoop;

        /// Whether no `break` without a label can mean it.
        final boolean needsLabel;

        Flow broken = Flow.NOWHERE;
        Flow continued = Flow.NOWHERE;

        private Target(String label, boolean isLoop, boolean needsLabel) {
            this.label = label;
            this.isLoop = isLoop;
            this.needsLabel = needsLabel;
        }
    }

    /// What may be written here.
    ///
    /// @param mayAwait whether this is the async body itself
    /// @param returns what the method returns; null in a switch expression, and if the method is an expression
    /// @param yields what the switch expression yields; null outside of one
    /// @param captured variables with a lower number belong to another method
    /// @param hidden targets with a lower number cannot be jumped to
    /// @param swallowed a jump to a target with a lower number never gets there: a `finally` is in the way that does not end
    /// @param isConfined there can be no statements, classes or assignments to fields, as javac has bugs: it takes what is
    ///     declared in a guard for its own, and crashes over a `try` in a switch expression that has a long or double to its left
    record Place(boolean mayAwait, Kind returns, Kind yields, int captured, int hidden, int swallowed, boolean isConfined) {
        boolean hasStatements() {
            return !isConfined && (returns != null || yields != null);
        }
    }

    private final List<Variable> variables = new ArrayList<>();
    private final List<Target> targets = new ArrayList<>();
    Place place = new Place(true, Kind.OBJECT, null, 0, 0, 0, false);
    Flow flow = new Flow(true, Set.of());

    /// {@return a lambda, method or class that begins here}
    Place inside(boolean isAsync, Kind returns) {
        return new Place(isAsync, returns, null, variables.size(), targets.size(), 0, place.isConfined);
    }

    /// {@return a guard that begins here: it may use what a lambda may}
    Place inGuard() {
        return new Place(place.mayAwait, null, null, variables.size(), targets.size(), 0, true);
    }

    /// {@return a switch expression that begins here}
    Place inSwitch(Kind yields) {
        return new Place(place.mayAwait, null, yields, place.captured, targets.size(), place.swallowed, place.isConfined);
    }

    /// {@return what may be written here, less awaits}
    Place withoutAwait() {
        return new Place(false, place.returns, place.yields, place.captured, place.hidden, place.swallowed, place.isConfined);
    }

    /// {@return a `try` that begins here and whose `finally` does not end}
    Place swallowing() {
        return new Place(place.mayAwait, place.returns, place.yields, place.captured, place.hidden, targets.size(), place.isConfined);
    }

    /// {@return what may be written to the right of a long or double}
    Place confined() {
        return new Place(place.mayAwait, place.returns, place.yields, place.captured, place.hidden, place.swallowed, true);
    }

    /// {@return what the writer writes at another place}
    String at(Place inner, Supplier<String> writer) {
        var outer = place;
        place = inner;
        var text = writer.get();
        place = outer;
        return text;
    }

    int mark() {
        return variables.size();
    }

    /// Ends the block that began at a mark.
    void release(int mark) {
        variables.subList(mark, variables.size()).clear();
    }

    /// {@return a name that no variable has which can be seen here; others have had it before}
    String freshName(String prefix) {
        return prefix + variables.size();
    }

    Variable declare(Variable variable, boolean isAssigned) {
        variables.add(variable);
        if (!isAssigned) flow = flow.with(variable);
        return variable;
    }

    void assigned(Variable variable) {
        flow = flow.without(variable);
    }

    /// {@return the variables whose value can be used; what cannot be named can't be handed to another method either}
    List<Variable> readable(Kind kind) {
        var all = new ArrayList<Variable>();
        for (int i = 0; i < variables.size(); i++) {
            var v = variables.get(i);
            if (v.kind == kind && (i >= place.captured || !v.isMutable && kind != Kind.HIDDEN) && !flow.unassigned.contains(v)) all.add(v);
        }
        return all;
    }

    /// {@return the variables that can be assigned and have a value}
    List<Variable> writable(Kind kind) {
        var all = new ArrayList<Variable>();
        for (var v : variables.subList(place.captured, variables.size()))
            if (v.kind == kind && v.isMutable && !flow.unassigned.contains(v)) all.add(v);
        return all;
    }

    /// {@return the variables that may have no value yet}
    List<Variable> unassigned() {
        var all = new ArrayList<Variable>();
        for (var v : variables.subList(place.captured, variables.size())) if (flow.unassigned.contains(v)) all.add(v);
        return all;
    }

    Target enter(String label, boolean isLoop, boolean needsLabel) {
        var target = new Target(label, isLoop, needsLabel);
        targets.add(target);
        return target;
    }

    void leave(Target target) {
        if (targets.removeLast() != target) throw new IllegalStateException("not the innermost: " + target.label);
    }

    /// {@return where a jump can go}
    List<Target> targets() {
        return targets.subList(place.hidden, targets.size());
    }

    /// A jump has been written: what follows cannot be reached.
    void breaks(Target target) {
        if (targets.indexOf(target) >= place.swallowed) target.broken = target.broken.join(flow);
        flow = Flow.NOWHERE;
    }

    void continues(Target target) {
        if (targets.indexOf(target) >= place.swallowed) target.continued = target.continued.join(flow);
        flow = Flow.NOWHERE;
    }
}
