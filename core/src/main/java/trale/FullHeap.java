package trale;

import trale.internal.Log;

/// What an executor does when the heap is full: it ends tasks that wait, in bulk, so that the others go on.
///
/// The heap counts as full if the JVM had to take the [HeapReserve], and it can't be had again after a garbage collection. Then tasks that
/// wait fail with OutOfMemoryError, an eighth of them at a time, the latest first, until the reserve is back. So the other tasks, and
/// threads that are in need, find memory without a garbage collection for each few bytes.
///
/// Used by the executor's thread alone.
final class FullHeap {
    private final RunLoop loop;
    boolean starved; // this poll has found no memory

    FullHeap(RunLoop loop) {
        this.loop = loop;
    }

    /// After a poll: makes room if the poll found no memory, or if more tasks wait than are runnable. Runnable tasks may end and free memory,
    /// so they go first if they are many.
    void afterPoll() {
        if (!HeapReserve.isThere() && (starved || idle() > loop.runQueue.size)) makeRoom();
        starved = false;
    }

    /// Gets the reserve back, if the JVM had to take it. Also called before a sleep, and after a system call that found no memory.
    ///
    /// @return whether a task was ended: others may be runnable now
    boolean makeRoom() {
        if (HeapReserve.isThere()) return false;
        var ended = 0;
        for (var some = 1; some > 0; ended += some) {
            try {
                HeapReserve.restore();
                break;
            } catch (OutOfMemoryError e) {
                some = shed(e);
            }
        }
        if (ended > 0) Log.error("the heap is full: " + ended + " tasks that waited ended with OutOfMemoryError, so that others go on", null);
        return ended > 0;
    }

    /// {@return how many tasks wait and are not woken}
    private int idle() {
        return loop.tasks - loop.runQueue.size;
    }

    /// {@return how many tasks it ended; 0: none waits, or the runnable tasks are 64 times as many}
    private int shed(OutOfMemoryError e) {
        if (idle() <= loop.runQueue.size / 64) return 0;
        var count = (idle() + 7) / 8;
        for (var i = 0; i < count; i++) {
            var victim = loop.waitQueue.firstIdle();
            if (victim == null) return i;
            loop.running = victim;
            victim.abandonForMemory(e);
            loop.running = null;
        }
        return count;
    }
}
