package trale.watch;

import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;
import trale.internal.probe.Probe.By;
import trale.internal.probe.Watched;

/// What woke a task, if a thread woke it that is not the executor's: known there, and told when the executor's thread takes the task.
///
/// ```
///  another thread                       executor's thread
///  foreignWake: put(task, cause) ─────▶ spawn, or wake by THREAD: take(task)
/// ```
///
/// Of several wakes before the task is taken, the last is kept. A task that ends just before its wake is never taken, so its entry is
/// weak. By any thread.
final class ForeignWakes {
    private final Map<Watched, Cause> causes = new WeakHashMap<>(); // guarded by this; of tasks that are on their way

    /// @param id     of the timer or the descriptor, else 0
    /// @param thread by THREAD its name, else null
    record Cause(By by, long id, @Nullable String thread) {

        /// {@return the cause of a wake by the calling thread}
        static Cause here(By by, long id) {
            return new Cause(by, id, by == By.THREAD ? Thread.currentThread().getName() : null);
        }
    }

    synchronized void put(Watched task, Cause cause) {
        causes.put(task, cause);
    }

    /// {@return the cause, or null: the executor's thread itself woke the task} It is forgotten.
    synchronized @Nullable Cause take(Watched task) {
        return causes.remove(task);
    }

    synchronized int size() {
        return causes.size();
    }
}
