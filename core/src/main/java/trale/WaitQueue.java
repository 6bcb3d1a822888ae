package trale;

import org.jspecify.annotations.Nullable;
import trale.internal.Cancellation;

/// The tasks that have returned Pending and have not ended. It keeps waiting tasks alive, and `close()` cancels the tasks in it.
///
/// It is a doubly linked list through the tasks, so entering and leaving allocate nothing. A task that is woken stays in the list, because
/// most tasks return Pending again. Taking it out would write to its two neighbours, and with a thousand tasks these are not in the
/// processor's cache. A task's state says whether it waits.
///
/// Used by the executor's thread alone.
final class WaitQueue {
    private @Nullable Task<?> first;

    /// Adds the task, unless it is in the list.
    void add(Task<?> task) {
        if (task.inWaitQueue) return;
        task.next = first;
        if (first != null) first.previous = task;
        first = task;
        task.inWaitQueue = true;
    }

    /// Removes the task, if it is in the list.
    void remove(Task<?> task) {
        if (!task.inWaitQueue) return;
        if (task.previous == null) first = task.next;
        else task.previous.next = task.next;
        if (task.next != null) task.next.previous = task.previous;
        task.previous = null;
        task.next = null;
        task.inWaitQueue = false;
    }

    @Nullable Task<?> first() {
        return first;
    }

    boolean isEmpty() {
        return first == null;
    }

    /// Cancels all tasks but the children of scopes. A scope cancels its children itself, and each must be cancelled once.
    void cancelAll(Cancellation why) {
        for (var task = first; task != null; task = task.next) if (task.parent() == null) task.cancel(why);
    }

    /// Cancels children whose scope was left behind. A program polled that scope by hand, in a task that then ended without dropping the
    /// scope. A close cancels in up to three rounds ([RunLoop#close]); each child is cancelled once in a round.
    ///
    /// @return whether there were any
    boolean cancelForgotten(Cancellation why, int round) {
        var any = false;
        for (var task = first; task != null; task = task.next) {
            if (!(task instanceof Child<?> child && child.takeForgotten(round))) continue;
            task.cancel(why);
            any = true;
        }
        return any;
    }
}
