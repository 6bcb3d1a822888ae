package book.ch11;

import java.util.ArrayList;
import java.util.List;

/// Tries the steps of two threads in every order. A thread is a list of steps; the memory is a few numbers.
public final class Model {
    public static final int INJECTED = 0;
    public static final int PARKED = 1;
    public static final int EVENT = 2; // the eventfd
    public static final int NEXT = -1; // go on with the next step
    public static final int BLOCKED = -2; // this step has to wait
    public static final int END = -3;

    /// What one thread does at once, so that no other thread sees half of it.
    public record Step(String text, Action action) {}

    @FunctionalInterface
    public interface Action {
        /// {@return NEXT, END, BLOCKED without a change, or the number of the step to go on with}
        int run(int[] memory);
    }

    private final List<List<Step>> threads;
    int orders;

    public Model(List<List<Step>> threads) {
        this.threads = threads;
    }

    // region explore
    /// {@return the first order of steps after which a thread waits for ever; empty: there is none}
    public List<String> explore() {
        return explore(new int[3], new int[threads.size()], List.of());
    }

    private List<String> explore(int[] memory, int[] at, List<String> done) {
        boolean moved = false;
        boolean waits = false;
        for (int t = 0; t < threads.size(); t++) {
            if (at[t] == END) continue;
            Step step = threads.get(t).get(at[t]);
            int[] newMemory = memory.clone();
            int next = step.action.run(newMemory);
            if (next == BLOCKED) {
                waits = true;
                continue;
            }
            moved = true;
            int[] newAt = at.clone();
            newAt[t] = next == NEXT ? at[t] + 1 : next;
            var newDone = new ArrayList<>(done);
            newDone.add((t == 0 ? "executor: " : "                         waker: ") + step.text);
            List<String> wrong = explore(newMemory, newAt, newDone);
            if (!wrong.isEmpty()) return wrong;
        }
        if (!moved) orders++;
        return !moved && waits ? done : List.of();
    }
    // end
}
