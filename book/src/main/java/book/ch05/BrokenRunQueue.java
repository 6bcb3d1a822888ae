package book.ch05;

import java.util.ArrayDeque;

/// The tasks that can go on, in the order in which they are polled: last in, first out.
final class BrokenRunQueue {
    private final ArrayDeque<Task> queue = new ArrayDeque<>();

    // region loop
    void spawn(Task task) {
        queue.addLast(task);
    }

    /// Polls until no task is left.
    ///
    /// @param polls how many polls at most
    /// @return how many tasks are left
    int run(long polls) {
        for (; polls > 0 && !queue.isEmpty(); polls--) {
            Task task = queue.removeLast();
            boolean finished = task.poll();
            if (!finished) queue.addLast(task);
        }
        return queue.size();
    }
    // end
}
