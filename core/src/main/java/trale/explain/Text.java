package trale.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import trale.explain.StateGraph.Edge;
import trale.explain.StateGraph.State;
import trale.explain.StateGraph.Variable;

/// The text of a graph: a table with a row for each state, whose cells have as many lines as they need.
final class Text {
    private static final int WIDTH = 100;
    private static final String GAP = "  ";
    private static final String INDENT = "  ";

    private Text() {}

    static String of(StateGraph graph) {
        var out = new StringBuilder("async body ").append(graph.place()).append('\n');
        if (!graph.rejection().isEmpty()) {
            for (var line : wrap("cannot be compiled: " + graph.rejection(), WIDTH)) out.append(line).append('\n');
            return out.toString();
        }
        var size = graph.size();
        out.append("an object of ").append(size.bytes()).append(" bytes: header ").append(size.header()).append(", state machine ").append(size.machine())
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
        int columns = rows.getFirst().size();
        int[] widths = new int[columns];
        int[] words = new int[columns]; // the longest
        for (var row : rows)
            for (int c = 0; c < columns; c++)
                for (var line : row.get(c)) {
                    widths[c] = Math.max(widths[c], line.length());
                    for (var word : line.split(" ", -1)) words[c] = Math.max(words[c], INDENT.length() + word.length());
                }
        for (int total = IntStream.of(widths).sum() + GAP.length() * (columns - 1); total > WIDTH; total--) widths[widest(widths, words)]--;
        for (var row : rows) {
            var cells = new ArrayList<List<String>>();
            int height = 0;
            for (int c = 0; c < columns; c++) {
                var lines = new ArrayList<String>();
                for (var line : row.get(c)) lines.addAll(wrap(line, widths[c]));
                cells.add(lines);
                height = Math.max(height, lines.size());
            }
            for (int l = 0; l < height; l++) {
                var text = new StringBuilder();
                for (int c = 0; c < columns; c++) {
                    var line = l < cells.get(c).size() ? cells.get(c).get(l) : "";
                    text.append(line).append(" ".repeat(widths[c] - line.length())).append(GAP);
                }
                out.append(text.toString().stripTrailing()).append('\n');
            }
        }
    }

    /// {@return the widest column; those whose words stay whole come first}
    private static int widest(int[] widths, int[] words) {
        int widest = 0;
        for (int c = 1; c < widths.length; c++) {
            int splits = Boolean.compare(widths[c] <= words[c], widths[widest] <= words[widest]);
            if (splits < 0 || (splits == 0 && widths[c] > widths[widest])) widest = c;
        }
        return widest;
    }

    /// Breaks a line at spaces, or in a word that is longer than the width; what follows is indented.
    private static List<String> wrap(String line, int width) {
        var lines = new ArrayList<String>();
        var rest = line;
        while (rest.length() > width) {
            int at = rest.lastIndexOf(' ', width);
            boolean isSpace = at > 0 && !rest.substring(0, at).isBlank();
            if (!isSpace) at = width;
            lines.add(rest.substring(0, at));
            rest = INDENT + rest.substring(isSpace ? at + 1 : at);
        }
        lines.add(rest);
        return lines;
    }
}
