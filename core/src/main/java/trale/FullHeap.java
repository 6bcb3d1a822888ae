package trale;

import org.jspecify.annotations.Nullable;
import trale.internal.Cancellation;
import trale.internal.Log;

/// What an executor does when the heap is full: it makes waiting tasks fail, in bulk, so that the others go on.
///
/// The heap counts as full if the JVM had to take the [HeapReserve], and it can't be had again after a garbage collection. Then the
/// innermost awaits of tasks that wait throw OutOfMemoryError, an eighth of the tasks at a time, the latest first, until the reserve is
/// back. So the other tasks, and threads that are in need, find memory without a garbage collection for each few bytes.
///
/// If there are too few tasks that wait, the runnable ones hold the memory. Then those that have been polled before go first: they may end
/// and free it. A new task only wants some, and would fail after two garbage collections, one new task after the other.
///
/// A body may catch the error and go on, as an accept loop does that has lost a connection. No task is told
/// twice in one [#makeRoom()], and the latest are told first, which an accept loop is not.
///
/// Used by the executor's thread alone.
final class FullHeap {
    private final RunLoop loop;
    boolean starved; // the last poll has found no memory
    private @Nullable Task<?> next; // to be told, of the wait-queue
    @Nullable OutOfMemoryError thrown; // into tasks that wait, now

    FullHeap(RunLoop loop) {
        this.loop = loop;
    }

    /// Makes room if the reserve is gone, which any thread may have caused: at once if the last poll found no memory, or if more tasks wait
    /// than are runnable. Else the runnable tasks go first, as they may end and free memory.
    void beforePoll() {
        if (!HeapReserve.isThere() && (starved || idle() > loop.runQueue.size)) makeRoom();
        starved = false;
    }

    /// Gets the reserve back, if the JVM had to take it. If that fails, new tasks go to the back of the run-queue. Also called before a
    /// sleep, and after a system call that found no memory.
    ///
    /// @return whether tasks were told: others may be runnable now
    boolean makeRoom() {
        if (HeapReserve.isThere()) return false;
        var told = 0;
        next = loop.waitQueue.first();
        for (var some = 1; some > 0; told += some) {
            try {
                HeapReserve.restore();
                break;
            } catch (OutOfMemoryError e) {
                thrown = e;
                some = shed(e);
            }
        }
        next = null;
        thrown = null;
        if (!HeapReserve.isThere()) putOffNewTasks();
        if (told > 0) log(told);
        return told > 0;
    }

    /// Those at the front of the run-queue. Allocates nothing.
    private void putOffNewTasks() {
        var queue = loop.runQueue;
        for (var left = queue.size; left > 0; left--) {
            var task = queue.first();
            if (task == null || task.polls > 0) return;
            queue.take();
            queue.push(task);
        }
    }

    private static void log(int told) {
        try {
            Log.error("the heap is full: OutOfMemoryError was thrown into " + told + " tasks that waited, so that others go on", null);
        } catch (OutOfMemoryError e) {
            // without a word, then
        }
    }

    /// {@return how many tasks wait and are not woken}
    private int idle() {
        return loop.tasks - loop.runQueue.size;
    }

    /// {@return how many tasks it told; 0: none is left that waits, or the runnable tasks are 64 times as many}
    private int shed(OutOfMemoryError e) {
        if (idle() <= loop.runQueue.size / 64) return 0;
        var noMemory = noMemory(e);
        var count = (idle() + 7) / 8;
        for (var i = 0; i < count; i++) {
            var task = nextIdle();
            if (task == null) return i;
            fail(task, noMemory, e);
        }
        return count;
    }

    void fail(Task<?> task, @Nullable Cancellation noMemory, OutOfMemoryError e) {
        loop.budget.pollBegins();
        loop.running = task;
        var again = task.failForMemory(noMemory, e);
        loop.running = null;
        if (again) loop.runQueue.push(task);
    }

    private static @Nullable Cancellation noMemory(OutOfMemoryError e) {
        try {
            return new Cancellation(null, null, e);
        } catch (OutOfMemoryError again) { // other threads took what the reserve held
            return null;
        }
    }

    private @Nullable Task<?> nextIdle() {
        while (next != null) {
            var task = next;
            next = task.next;
            if (task.state == Task.IDLE) return task;
        }
        return null;
    }
}
