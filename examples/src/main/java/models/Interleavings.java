package models;

import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Runs the threads of a [Model], each a handful of atomic steps, in every order there is.
///
/// Memory is that of x86-64 (TSO). A plain write waits in its thread's store buffer and comes out later, in order; the moment at which
/// it comes out is one more step. A volatile write and a read-modify-write empty the buffer first.
final class Interleavings {
    /// A step returns this if it can't be made yet. It is tried again after each other step.
    static final int WAIT = -1;

    /// A thread's last step returns this.
    static final int END = -2;

    private record Write(int cell, int value) {}

    /// Where each thread is, what each cell holds, and the writes that only their own thread can see yet.
    private record State(List<Integer> at, List<Integer> cells, List<List<Write>> buffers) {}

    /// @param thread whose step it is
    /// @param place the class and method whose code the step is, or ""
    /// @param text the piece of that code, or what happens outside the code
    /// @param result what it gives, or ""
    record Step(int thread, String place, String text, String result) {}

    private record Edge(Step step, State to) {}

    /// @param steps the shortest order that goes wrong
    /// @param wrong what goes wrong behind the last step
    record Failure(List<Step> steps, String wrong) {}

    /// @param orders how many orders there are in which the threads come to their ends; empty if some order goes round for ever
    /// @param states in how many states the model can be
    /// @param steps each step that some order makes
    record Result(Optional<Failure> failure, Optional<BigInteger> orders, int states, List<Step> steps) {}

    /// The memory as one thread sees it, for one step.
    static final class Memory {
        private final List<Integer> cells;
        private final List<Write> buffer;
        private String place = "";
        private String text = "";
        private String result = "";

        private Memory(State state, int thread) {
            cells = new ArrayList<>(state.cells);
            buffer = new ArrayList<>(thread < 0 ? List.of() : state.buffers.get(thread));
        }

        /// Names the step after the code that makes it.
        Memory at(String classAndMethod, String code) {
            place = classAndMethod;
            text = code;
            return this;
        }

        /// Names a step that is not trale's code: the kernel's, a body's.
        Memory outside(String what) {
            return at("", what);
        }

        /// Says what came of the step.
        <T> T gives(T value) {
            result = value.toString();
            return value;
        }

        int get(int cell) {
            for (var write : buffer.reversed()) if (write.cell == cell) return write.value;
            return cells.get(cell);
        }

        /// A plain write, or lazySet.
        void put(int cell, int value) {
            buffer.add(new Write(cell, value));
        }

        /// A volatile write.
        void set(int cell, int value) {
            getAndSet(cell, value);
        }

        int getAndSet(int cell, int value) {
            for (var write : buffer) cells.set(write.cell, write.value);
            buffer.clear();
            return cells.set(cell, value);
        }

        int getAndAdd(int cell, int delta) {
            return getAndSet(cell, get(cell) + delta);
        }

        boolean compareAndSet(int cell, int expected, int value) {
            var old = getAndSet(cell, get(cell));
            if (old == expected) cells.set(cell, value);
            return old == expected;
        }
    }

    private record Visit(State state, Visit from, Step step) {
        List<Step> steps() {
            var all = new ArrayList<Step>();
            for (var v = this; v.from != null; v = v.from) all.addFirst(v.step);
            return all;
        }
    }

    private final List<Model.Actor> threads;
    private final Model<?> model;
    private final Map<State, List<Edge>> edges = new HashMap<>();

    private Interleavings(Model<?> model, List<Model.Actor> threads) {
        this.model = model;
        this.threads = threads;
    }

    /// Tries every order, up to the first that goes wrong. No order that goes wrong has fewer steps.
    static <T extends Enum<T> & Model.Twin> Result of(Model<T> model, T twin) {
        return new Interleavings(model, model.threads().apply(twin)).search();
    }

    private Result search() {
        var n = threads.size();
        var first = new State(
                Collections.nCopies(n, 0), Collections.nCopies(model.cells().size(), 0), Collections.nCopies(n, List.of()));
        var seen = new HashSet<State>(List.of(first));
        var toVisit = new ArrayDeque<Visit>(List.of(new Visit(first, null, null)));
        for (Visit visit; (visit = toVisit.pollFirst()) != null; ) {
            var next = new ArrayList<Edge>();
            for (var t = 0; t < n; t++) {
                var failure = addSteps(t, visit, next);
                if (failure != null) return new Result(Optional.of(failure), Optional.empty(), seen.size(), List.of());
            }
            edges.put(visit.state, next);
            if (next.isEmpty()) {
                var wrong = wrongAtTheEnd(visit.state);
                if (!wrong.isEmpty())
                    return new Result(Optional.of(new Failure(visit.steps(), wrong)), Optional.empty(), seen.size(), List.of());
            }
            for (var edge : next) if (seen.add(edge.to)) toVisit.addLast(new Visit(edge.to, visit, edge.step));
        }
        var steps = edges.values().stream().flatMap(List::stream).map(Edge::step).distinct().toList();
        return new Result(Optional.empty(), Optional.ofNullable(orders(first, new HashMap<>())), seen.size(), steps);
    }

    private Failure addSteps(int t, Visit visit, List<Edge> next) {
        var s = visit.state;
        var buffer = s.buffers.get(t);
        if (!buffer.isEmpty()) {
            var write = buffer.getFirst();
            var to = new State(s.at, with(s.cells, write.cell, write.value),
                    with(s.buffers, t, List.copyOf(buffer.subList(1, buffer.size()))));
            var text = "(others see " + model.cells().get(write.cell) + " = " + write.value + ")";
            next.add(new Edge(new Step(t, "", text, ""), to));
        }
        if (s.at.get(t) == END) return null;
        var memory = new Memory(s, t);
        int at;
        String wrong = null;
        try {
            at = threads.get(t).program().step(s.at.get(t), memory);
        } catch (Model.Wrong e) {
            at = END;
            wrong = e.getMessage();
        }
        var step = new Step(t, memory.place, memory.text, memory.result);
        if (wrong != null) {
            var steps = visit.steps();
            steps.add(step);
            return new Failure(steps, wrong);
        }
        if (at != WAIT) next.add(new Edge(step, new State(with(s.at, t, at), memory.cells, with(s.buffers, t, memory.buffer))));
        return null;
    }

    /// Nothing goes on: all threads have ended, or those that have not wait for ever.
    private String wrongAtTheEnd(State s) {
        var waiting = new ArrayList<String>();
        for (var t = 0; t < threads.size(); t++) {
            if (s.at.get(t) == END) continue;
            var memory = new Memory(s, t);
            threads.get(t).program().step(s.at.get(t), memory);
            waiting.add("the " + threads.get(t).name() + " waits for ever (" + memory.text + ")");
        }
        if (waiting.isEmpty()) return model.wrongAtTheEnd().apply(new Memory(s, -1));
        var cells = new ArrayList<String>();
        for (var c = 0; c < s.cells.size(); c++) if (s.cells.get(c) != 0) cells.add(model.cells().get(c) + " = " + s.cells.get(c));
        return String.join(", ", waiting) + (cells.isEmpty() ? "" : ", and " + String.join(", ", cells));
    }

    /// {@return how many ways lead from the state to an end, or null if one leads back}
    private BigInteger orders(State s, Map<State, Optional<BigInteger>> known) {
        var before = known.get(s);
        if (before != null) return before.orElse(null); // empty: we are on the way from there
        known.put(s, Optional.empty());
        var sum = edges.get(s).isEmpty() ? BigInteger.ONE : BigInteger.ZERO;
        for (var edge : edges.get(s)) {
            var more = orders(edge.to, known);
            if (more == null) return null;
            sum = sum.add(more);
        }
        known.put(s, Optional.of(sum));
        return sum;
    }

    private static <T> List<T> with(List<T> list, int index, T value) {
        var copy = new ArrayList<>(list);
        copy.set(index, value);
        return copy;
    }
}
