package trale.explain;

/// A graph in the language of Graphviz.
final class Dot {
    private Dot() {}

    static String of(StateGraph graph) {
        var out = new StringBuilder("digraph ").append(quoted(graph.place())).append(" {\n    node [shape=box, fontname=monospace];\n");
        if (!graph.rejection().isEmpty()) out.append("    rejected [label=").append(quoted(graph.rejection())).append("];\n");
        for (var state : graph.states()) {
            var label = new StringBuilder();
            label.append(state.number()).append(state.line() < 0 ? "" : ", line " + state.line()).append('\n')
                    .append(Text.awaits(state)).append('\n');
            for (var line : Text.keeps(state)) if (!line.equals("-")) label.append("keeps ").append(line).append('\n');
            out.append("    ").append(state.number()).append(" [label=").append(quoted(label.toString())).append("];\n");
        }
        for (var end : new String[] {"return", "throw"})
            if (graph.edges().stream().anyMatch(e -> Text.target(e).equals(end))) out.append("    ").append(end).append(" [shape=oval];\n");
        for (var edge : graph.edges())
            out.append("    ").append(edge.from()).append(" -> ").append(Text.target(edge))
                    .append(edge.exceptional() ? " [style=dashed];\n" : ";\n");
        return out.append("}\n").toString();
    }

    /// Lines end with `\l`: left-justified.
    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\l") + '"';
    }
}
