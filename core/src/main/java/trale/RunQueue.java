package trale;

import org.jspecify.annotations.Nullable;
import trale.internal.Cancellation;
import trale.internal.linux.Kernel;

/// The tasks that are to be polled, first in first out. It is a list through the tasks, so a wake allocates nothing. A push calls no other
/// method, so a StackOverflowError comes before its first statement or not at all.
///
/// Used by the executor's thread alone. A task is in it at most once, as QUEUED. A task woken in its poll is QUEUED at the end of the poll,
/// and pushed a little later. The reactor may be turned in between, and the tasks that this turn wakes go first.
final class RunQueue {
    private @Nullable Task<?> first;
    private @Nullable Task<?> last;
    int size; // written here alone

    void push(Task<?> task) {
        if (last == null) first = task;
        else last.nextToRun = task;
        last = task;
        size++;
    }

    /// A simulated kernel chooses the next task. The tasks before it go to the back.
    void rotate(Kernel kernel) {
        for (var passed = size == 0 ? 0 : kernel.pick(size); passed > 0; passed--) {
            var task = take();
            if (task != null) push(task);
        }
    }

    @Nullable Task<?> first() {
        return first;
    }

    /// {@return the first, which leaves the queue, or null}
    @Nullable Task<?> take() {
        var task = first;
        if (task == null) return null;
        first = task.nextToRun;
        task.nextToRun = null;
        if (first == null) last = null;
        size--;
        return task;
    }

    /// Cancels the tasks that are not in the [WaitQueue], except children of scopes. A task that has waited before stays in the wait-queue
    /// when it is woken, and the wait-queue cancels it.
    void cancelAll(Cancellation why) {
        for (var task = first; task != null; task = task.nextToRun) if (!task.inWaitQueue && task.parent() == null) task.cancel(why);
    }
}
