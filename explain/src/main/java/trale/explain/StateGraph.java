package trale.explain;

import java.util.List;
import trale.Async;
import trale.internal.async.Analysis;

/// The state machine that an async body becomes: where it can be suspended, what it keeps there, and where it goes from there.
///
/// ```java
/// import static trale.Async.*;
/// import trale.explain.StateGraph;
///
/// void main() {
///     var graph = StateGraph.of(() -> {
///         int sum = 0;
///         for (int i = 1; i <= 3; i++) sum += await(async(() -> 7));
///         return sum;
///     });
///     assert graph.states().get(1).variables().equals(List.of(new StateGraph.Variable("i", "int", "I$0")));
///     IO.println(graph);
/// }
/// ```
///
/// Nothing of the body is run, and no class is initialised. `./trale explain NAME` prints the same.
///
/// @param className the binary name of the class it was written in
/// @param methodName the method it was written in, or the one that it is
/// @param file the name of the source file
/// @param firstLine of its code, or -1 if the class file has no line numbers
/// @param lastLine of its code, or -1
/// @param size what one takes in memory; zeros if it cannot be compiled
/// @param states by number; none if it cannot be compiled
/// @param edges in the order of the states they leave
/// @param rejection why it cannot be compiled and what to do, or empty
/// @param generatedName the binary name of the class it is compiled to, in which a debugger stops; empty if it cannot be compiled
/// @param warnings what is better looked at, such as a future that is thrown away, each with its file and line
public record StateGraph(
        String className,
        String methodName,
        String file,
        int firstLine,
        int lastLine,
        Size size,
        List<State> states,
        List<Edge> edges,
        String rejection,
        String generatedName,
        List<String> warnings) {

    /// Where an [Edge] goes that ends the body with its value.
    public static final int RETURN = -1;

    /// Where an [Edge] goes that ends the body with an exception.
    public static final int THROW = -2;

    /// A place where the body can be suspended; number 0 is the one before its first instruction.
    ///
    /// @param number from 0 on, in the order of the code; a `finally` block is in the code once for each way into it
    /// @param line of the await, or -1 if the class file has no line numbers; for state 0 that of the first instruction
    /// @param type the static type of what is awaited, without its package; empty for state 0
    /// @param future the method that it came from, `Timer.sleep(Duration)`, or the variable; empty if it is neither
    /// @param variables those that are read later; for state 0 what is captured
    /// @param operands what was already computed of the expression that the await stands in, first to last
    /// @param moved the classes in whose `new C(…)` it stands: the object is made after the arguments
    public record State(
            int number, int line, String type, String future, List<Variable> variables, List<Variable> operands, List<String> moved) {}

    /// What is kept while the body is suspended.
    ///
    /// @param name as in the source; empty for an operand; `local N` for what has no name in the class file
    /// @param type without its package; `null` for what is always null
    /// @param field where it is kept; empty for what is always null. States share fields
    public record Variable(String name, String type, String field) {}

    /// A way that control can take without being suspended in between.
    ///
    /// @param from the number of a state
    /// @param to the number of a state, or [#RETURN] or [#THROW]
    /// @param exceptional whether an exception is thrown on the way, also if it is caught
    public record Edge(int from, int to, boolean exceptional) {}

    /// The memory of a suspended body, in bytes, as the JVM that this runs on lays out objects; what it refers to comes on top.
    ///
    /// @param header of the object
    /// @param machine the fields that all bodies have
    /// @param fields for what is kept
    /// @param padding between and behind them
    /// @param reference how much of it a reference takes
    public record Size(int header, int machine, int fields, int padding, int reference) {

        /// {@return all of it}
        public int bytes() {
            return header + machine + fields + padding;
        }
    }

    /// A graph of these.
    public StateGraph {
        states = List.copyOf(states);
        edges = List.copyOf(edges);
        warnings = List.copyOf(warnings);
    }

    /// {@return the state machine of a body}
    /// @param body a lambda
    /// @throws IllegalArgumentException it cannot be compiled; the message says where, why, and what to do
    public static StateGraph of(Async.Body<?> body) {
        return Graphs.of(Analysis.of(body));
    }

    /// {@return the state machine of a body that returns nothing}
    /// @param body a lambda
    /// @throws IllegalArgumentException it cannot be compiled; the message says where, why, and what to do
    public static StateGraph of(Async.VoidBody body) {
        return Graphs.of(Analysis.of(body));
    }

    /// {@return the state machines of all bodies in a class, then of those in the classes inside of it}
    /// A body comes before those inside of it.
    /// @param c is not initialised
    /// @throws IllegalArgumentException its loader does not have its class file
    public static List<StateGraph> of(Class<?> c) {
        return Bodies.in(c).stream().map(Graphs::of).toList();
    }

    /// {@return a text: the size, and a table with a row for each state}
    @Override
    public String toString() {
        return Text.of(this);
    }

    /// {@return the graph in the language of Graphviz; exceptional edges are dashed}
    public String toDot() {
        return Dot.of(this);
    }

    String place() {
        var lines = firstLine < 0 ? "" : firstLine == lastLine ? ":" + firstLine : ":" + firstLine + "-" + lastLine;
        return className + "." + methodName + "(" + file + lines + ")";
    }
}
