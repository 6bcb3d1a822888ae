package trale.explain;

import java.lang.classfile.Instruction;
import java.lang.classfile.Opcode;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import trale.explain.StateGraph.Edge;
import trale.internal.async.Analysis;
import trale.internal.async.Code;

/// Follows control from each state to the awaits and ends that it can get to first.
///
/// ```
///  try { await(a); } finally { await(b); }        1: a     2: b after a has its value     3: b after a has failed
///
///  0 -> 1      1 -> 2      1 -> 3 exceptional      2 -> return      2, 3 -> throw exceptional
/// ```
final class Flow {
    private static final Comparator<Edge> ORDER = Comparator.comparingInt(Edge::from).thenComparing(Edge::exceptional)
            .thenComparingInt(e -> e.to() < 0 ? Short.MAX_VALUE - e.to() : e.to());

    private final Code code;
    private final TreeSet<Edge> edges = new TreeSet<>(ORDER);
    private final BitSet seen = new BitSet(); // 2 i for the i-th element; 2 i + 1 for the same after an exception
    private final ArrayDeque<Integer> next = new ArrayDeque<>();

    private Flow(Code code) {
        this.code = code;
    }

    static List<Edge> edges(Analysis body) {
        var flow = new Flow(body.code);
        for (var state : body.layout.states) flow.from(state.number(), state.at(), body);
        return List.copyOf(flow.edges);
    }

    private void from(int state, int at, Analysis body) {
        seen.clear();
        if (state > 0) raise(state, at);
        go(at + 1, false);
        while (!next.isEmpty()) {
            int place = next.remove();
            int i = place / 2;
            boolean exceptional = place % 2 == 1;
            if (!(code.at[i] instanceof Instruction instruction)) {
                go(i + 1, exceptional);
                continue;
            }
            if (Code.isAwait(instruction)) {
                for (var s : body.layout.states) if (s.at() == i) edges.add(new Edge(state, s.number(), exceptional));
                continue;
            }
            if (instruction.opcode().kind() == Opcode.Kind.RETURN) edges.add(new Edge(state, StateGraph.RETURN, exceptional));
            if (mayThrow(instruction.opcode())) raise(state, i);
            for (var label : code.targets(i)) go(code.index(label), exceptional);
            if (code.fallsThrough(i)) go(i + 1, exceptional);
        }
    }

    private void go(int i, boolean exceptional) {
        int place = 2 * i + (exceptional ? 1 : 0);
        if (seen.get(place)) return;
        seen.set(place);
        next.add(place);
    }

    private void raise(int state, int i) {
        for (var h : code.handlers) {
            if (i < code.index(h.tryStart()) || i >= code.index(h.tryEnd())) continue;
            go(code.index(h.handler()), true);
            if (h.catchType().isEmpty() || h.catchType().get().asInternalName().equals("java/lang/Throwable")) return;
        }
        edges.add(new Edge(state, StateGraph.THROW, true));
    }

    private static boolean mayThrow(Opcode op) {
        return switch (op.kind()) {
            case LOAD, STORE, CONSTANT, INCREMENT, CONVERT, BRANCH, LOOKUP_SWITCH, TABLE_SWITCH, STACK, NOP, RETURN -> false;
            case OPERATOR -> switch (op) {
                case IDIV, IREM, LDIV, LREM, ARRAYLENGTH -> true;
                default -> false;
            };
            case TYPE_CHECK -> op == Opcode.CHECKCAST;
            default -> true;
        };
    }
}
