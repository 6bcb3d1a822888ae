package trale;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The tasks that returned Pending and have not been woken since: a doubly linked list through the tasks themselves, so
/// that entering and leaving allocate nothing. It is what keeps a waiting task alive, and what `close()` cancels.
///
/// Used by the executor's thread alone.
final class WaitQueue {
    private @Nullable Task<?> first;

    void add(Task<?> task) {
        task.next = first;
        if (first != null) first.previous = task;
        first = task;
        task.waiting = true;
    }

    /// Takes out the task if it is in.
    void remove(Task<?> task) {
        if (!task.waiting) return;
        if (task.previous == null) first = task.next;
        else task.previous.next = task.next;
        if (task.next != null) task.next.previous = task.previous;
        task.previous = null;
        task.next = null;
        task.waiting = false;
    }

    /// @param action must not change this queue
    void forEach(Consumer<Task<?>> action) {
        for (var task = first; task != null; task = task.next) action.accept(task);
    }
}
