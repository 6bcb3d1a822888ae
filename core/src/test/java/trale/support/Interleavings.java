package trale.support;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/// Runs a few threads, each a handful of atomic steps, in every order there is: a model of code whose races are too short to
/// be met by running it.
///
/// Memory is that of x86-64: what is written plainly (or by lazySet) waits in the thread's store buffer, and comes out in
/// order, at any later time. Sequentially consistent accesses empty the buffer first.
public final class Interleavings {
    /// What a step returns to say that it could not be made: it is tried again when something has changed.
    public static final int WAIT = -1;

    /// What a thread's last step returns.
    public static final int END = -2;

    /// A thread of the model.
    @FunctionalInterface
    public interface Program {
        /// Makes one atomic step.
        ///
        /// @param at which one: 0, then what the last step returned
        /// @return the next, [#WAIT] or [#END]
        int step(int at, Memory memory);
    }

    private record Write(int cell, int value) {}

    /// Where every thread is, what every cell holds, and what has been written and can't be seen by the others yet.
    private record State(List<Integer> at, List<Integer> cells, List<List<Write>> buffers) {}

    private record Visit(State state, Visit from, String step) {
        String trace() {
            return from == null ? "" : from.trace() + step + "\n";
        }
    }

    /// The memory as one thread sees it, for one step.
    public static final class Memory {
        private final List<Integer> cells;
        private final List<Write> buffer;

        private Memory(State state, int thread) {
            cells = new ArrayList<>(state.cells);
            buffer = new ArrayList<>(state.buffers.get(thread));
        }

        public int get(int cell) {
            for (var write : buffer.reversed()) if (write.cell == cell) return write.value;
            return cells.get(cell);
        }

        /// A plain write, or lazySet.
        public void put(int cell, int value) {
            buffer.add(new Write(cell, value));
        }

        /// A volatile write.
        public void set(int cell, int value) {
            getAndSet(cell, value);
        }

        public int getAndSet(int cell, int value) {
            for (var write : buffer) cells.set(write.cell, write.value);
            buffer.clear();
            return cells.set(cell, value);
        }

        public int getAndAdd(int cell, int delta) {
            return getAndSet(cell, get(cell) + delta);
        }

        public boolean compareAndSet(int cell, int expected, int value) {
            var old = getAndSet(cell, get(cell));
            if (old == expected) cells.set(cell, value);
            return old == expected;
        }
    }

    private Interleavings() {}

    /// Looks for an order in which somebody waits for ever, or a step throws an AssertionError.
    ///
    /// @param cells how many, all 0 at first
    /// @return the steps that lead there
    public static Optional<String> failure(int cells, Program... threads) {
        var first = new State(
                Collections.nCopies(threads.length, 0), Collections.nCopies(cells, 0), Collections.nCopies(threads.length, List.of()));
        var seen = new HashSet<State>(List.of(first));
        var toVisit = new ArrayDeque<Visit>(List.of(new Visit(first, null, "")));
        for (Visit visit; (visit = toVisit.pollFirst()) != null; ) {
            List<Visit> next;
            try {
                next = after(visit, threads);
            } catch (AssertionError e) {
                return Optional.of(visit.trace() + e.getMessage());
            }
            if (next.isEmpty() && visit.state.at.stream().anyMatch(at -> at != END))
                return Optional.of(visit.trace() + "and then nobody goes on: " + visit.state);
            for (var one : next) if (seen.add(one.state)) toVisit.addLast(one);
        }
        return Optional.empty();
    }

    private static List<Visit> after(Visit visit, Program[] threads) {
        var all = new ArrayList<Visit>();
        var s = visit.state;
        for (var t = 0; t < threads.length; t++) {
            if (!s.buffers.get(t).isEmpty()) {
                var write = s.buffers.get(t).getFirst();
                var rest = s.buffers.get(t).subList(1, s.buffers.get(t).size());
                var seen = new State(s.at, with(s.cells, write.cell, write.value), with(s.buffers, t, List.copyOf(rest)));
                all.add(new Visit(seen, visit, "thread " + t + ": others see " + write));
            }
            if (s.at.get(t) == END) continue;
            var memory = new Memory(s, t);
            var next = threads[t].step(s.at.get(t), memory);
            if (next == WAIT) continue;
            var stepped = new State(with(s.at, t, next), memory.cells, with(s.buffers, t, memory.buffer));
            all.add(new Visit(stepped, visit, "thread " + t + " at " + s.at.get(t) + ": " + memory.cells));
        }
        return all;
    }

    private static <T> List<T> with(List<T> list, int index, T value) {
        var copy = new ArrayList<>(list);
        copy.set(index, value);
        return copy;
    }
}
