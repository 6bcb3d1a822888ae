package trale.explain;

import java.util.ArrayList;
import java.util.List;
import trale.explain.StateGraph.Edge;
import trale.explain.StateGraph.State;
import trale.explain.StateGraph.Variable;

/// The text of a graph: a table with a row for each state, whose cells have as many lines as there are things to keep.
final class Text {
    private Text() {}

    static String of(StateGraph graph) {
        var out = new StringBuilder("async body ").append(graph.place()).append('\n');
        if (!graph.rejection().isEmpty()) return out.append("cannot be compiled: ").append(graph.rejection()).append('\n').toString();
        var size = graph.size();
        out.append("class ").append(graph.generatedName()).append(", an object of ").append(size.bytes())
                .append(" bytes: header ").append(size.header()).append(", state machine ").append(size.machine())
                .append(", fields ").append(size.fields()).append(", padding ").append(size.padding())
                .append("; a reference is ").append(size.reference()).append(" bytes\n\n");
        var rows = new ArrayList<List<List<String>>>();
        rows.add(List.of(List.of("state"), List.of("line"), List.of("awaits"), List.of("keeps"), List.of("then"), List.of("on exception")));
        for (var state : graph.states())
            rows.add(List.of(
                    List.of(" ".repeat(5 - Integer.toString(state.number()).length()) + state.number()),
                    List.of(state.line() < 0 ? "   -" : String.format("%4d", state.line())),
                    List.of(awaits(state)),
                    keeps(state),
                    List.of(edges(graph, state, false)),
                    List.of(edges(graph, state, true))));
        table(rows, out);
        for (var warning : graph.warnings()) out.append("\nwarning: ").append(warning).append('\n');
        return out.toString();
    }

    static String awaits(State state) {
        if (state.number() == 0) return "(not started)";
        return state.future().isEmpty() ? state.type() : state.type() + " " + state.future();
    }

    static List<String> keeps(State state) {
        var lines = new ArrayList<String>();
        for (var v : state.variables()) lines.add(keeps(v, v.name()));
        for (var v : state.operands()) lines.add(keeps(v, "(operand)"));
        for (var c : state.moved()) lines.add("new " + c + ", moved");
        return lines.isEmpty() ? List.of("-") : lines;
    }

    private static String keeps(Variable v, String name) {
        return (v.field().isEmpty() ? "" : v.field() + " ") + v.type() + " " + name;
    }

    private static String edges(StateGraph graph, State state, boolean exceptional) {
        var names = new ArrayList<String>();
        for (var e : graph.edges()) if (e.from() == state.number() && e.exceptional() == exceptional) names.add(target(e));
        return names.isEmpty() ? "-" : String.join(", ", names);
    }

    static String target(Edge edge) {
        return switch (edge.to()) {
            case StateGraph.RETURN -> "return";
            case StateGraph.THROW -> "throw";
            default -> Integer.toString(edge.to());
        };
    }

    private static void table(List<List<List<String>>> rows, StringBuilder out) {
        int last = rows.getFirst().size() - 1;
        int[] widths = new int[last];
        for (var row : rows)
            for (int c = 0; c < last; c++) for (var line : row.get(c)) widths[c] = Math.max(widths[c], line.length());
        for (var row : rows) {
            int height = row.stream().mapToInt(List::size).max().orElseThrow();
            for (int l = 0; l < height; l++) {
                var text = new StringBuilder();
                for (int c = 0; c <= last; c++) {
                    var line = l < row.get(c).size() ? row.get(c).get(l) : "";
                    text.append(line);
                    if (c < last) text.append(" ".repeat(widths[c] - line.length())).append("  ");
                }
                out.append(text.toString().stripTrailing()).append('\n');
            }
        }
    }
}
