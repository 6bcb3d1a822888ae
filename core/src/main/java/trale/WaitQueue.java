package trale;

import org.jspecify.annotations.Nullable;

/// The tasks that have returned Pending and have not ended: a doubly linked list through the tasks themselves, so that
/// entering and leaving allocate nothing. It is what keeps a waiting task alive, and what `close()` cancels.
///
/// A task that is woken stays in, because most come back: to take it out would write to its two neighbours, which among
/// a thousand tasks are in no cache. Its state says whether it waits.
///
/// Used by the executor's thread alone.
final class WaitQueue {
    private @Nullable Task<?> first;

    /// Puts in the task unless it is in.
    void add(Task<?> task) {
        if (task.inWaitQueue) return;
        task.next = first;
        if (first != null) first.previous = task;
        first = task;
        task.inWaitQueue = true;
    }

    /// Takes out the task if it is in.
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

    /// {@return the latest that waits and was not woken, or null}
    @Nullable Task<?> firstIdle() {
        var task = first;
        while (task != null && !task.isIdle()) task = task.next;
        return task;
    }

    boolean isEmpty() {
        return first == null;
    }

    /// Cancels all but the children of a scope, which cancels them itself: otherwise they would be told twice.
    void cancelAll(String why) {
        for (var task = first; task != null; task = task.next) if (task.parent == null) task.cancel(why, null);
    }

    /// Cancels the children of scopes that are not polled any more, unless they have been told as often as the others.
    ///
    /// @return whether there were any
    boolean cancelForgotten(String why, int round) {
        var any = false;
        for (var task = first; task != null; task = task.next) {
            if (task.parent == null || task.cancels() >= round || !task.parent.isForgotten()) continue;
            task.cancel(why, null);
            any = true;
        }
        return any;
    }
}
