/// Counts how many urgent tasks came in a row.

import java.util.ArrayDeque;

final class UrgentQueue {
    private static final int IN_A_ROW = 3;

    private final ArrayDeque<String> urgent = new ArrayDeque<>();
    private final ArrayDeque<String> normal = new ArrayDeque<>();
    private int inARow;

    void add(String task, boolean isUrgent) {
        (isUrgent ? urgent : normal).addLast(task);
    }

    /// {@return the task to poll next, or null}
    String next() {
        boolean takeUrgent = !urgent.isEmpty() && (normal.isEmpty() || inARow < IN_A_ROW);
        inARow = takeUrgent ? inARow + 1 : 0;
        return takeUrgent ? urgent.pollFirst() : normal.pollFirst();
    }
}
