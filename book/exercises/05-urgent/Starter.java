/// A run-queue with two kinds of tasks: urgent ones go first, but the others must not starve.
///
/// Here an urgent task is always taken before the others. Change `next` so that after three urgent tasks in a row one of the others has its turn.

import java.util.ArrayDeque;

final class UrgentQueue {
    private final ArrayDeque<String> urgent = new ArrayDeque<>();
    private final ArrayDeque<String> normal = new ArrayDeque<>();

    void add(String task, boolean isUrgent) {
        (isUrgent ? urgent : normal).addLast(task);
    }

    /// {@return the task to poll next, or null}
    String next() {
        return urgent.isEmpty() ? normal.pollFirst() : urgent.pollFirst();
    }
}
