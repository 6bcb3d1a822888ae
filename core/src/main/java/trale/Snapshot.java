package trale;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What an executor does at one moment: every task, where it is, and what it waits for.
///
/// @param executor its name
/// @param thread   what its thread does
/// @param tasks    all that have not ended, by number
/// @param cycles   the numbers of tasks that wait for each other, each for the next and the last for the first
public record Snapshot(String executor, String thread, List<TaskInfo> tasks, List<List<Long>> cycles) {

    /// {@return a tree of the tasks, children beneath their parent, a line each: number and name; state, and time since the last poll; what
    /// it waits for; the lines, from its body to the innermost} Then the cycles, and the tasks that can never run. At most 1,000 tasks.
    @Override
    public String toString() {
        return SnapshotText.tree(this);
    }

    /// {@return all of it as JSON, with the names of the records' components} Times are nanoseconds; what is null is left out; a reason
    /// has its kind as `what`.
    public String toJson() {
        return SnapshotText.json(this);
    }

    /// Where a task is: in the run-queue; in its poll; in the wait-queue.
    public enum State { QUEUED, RUNNING, WAITING }

    /// A task.
    ///
    /// @param number    1 for the first that was spawned on the executor
    /// @param name      of [JoinHandle#named(String)], or null
    /// @param parent    of a child of a scope, `all`, `any` or `race`: the number of the task that polls that scope; else 0
    /// @param state     where it is
    /// @param age       since it was spawned, up to a millisecond too much, because the executor does not read the clock for each spawn
    /// @param since     its last poll
    /// @param polls     how many it has had
    /// @param lines     of its body, of the body that this awaits, and so on; of a running task where the thread is
    /// @param waitsFor  what can wake it; empty unless it has been polled and is suspended
    /// @param cancelled since it was cancelled, or null
    /// @param lost      nothing holds its waker: it can never run, unless it is cancelled
    public record TaskInfo(
            long number, @Nullable String name, long parent, State state, Duration age, Duration since, long polls,
            List<StackTraceElement> lines, List<Reason> waitsFor, @Nullable Duration cancelled, boolean lost) {}

    /// What a task waits for.
    public sealed interface Reason {}

    /// A descriptor is to become ready.
    ///
    /// @param fd   the descriptor
    /// @param read it waits until it can be read, or accepted from; else until it can be written, or is connected
    /// @param text what the descriptor is, with its addresses
    public record Ready(int fd, boolean read, String text) implements Reason {}

    /// A deadline is to come.
    ///
    /// @param timer 1 for the reactor's first
    /// @param left  until its deadline; negative: that is over
    public record Sleep(long timer, Duration left) implements Reason {}

    /// A task is to end.
    ///
    /// @param task     the number of the task for whose end it waits; 0: its executor has not taken it yet
    /// @param executor the name of that task's executor
    public record End(long task, String executor) implements Reason {}

    /// The tasks of a scope, or of `all`, `any`, `race`, are to end.
    ///
    /// @param tasks the numbers of the children that have not ended
    /// @param all   it waits for the end of each; else the first may decide
    public record Children(List<Long> tasks, boolean all) implements Reason {}

    /// A channel, a permit, or an event.
    ///
    /// @param text    what it waits for, and the state of that
    /// @param holders the number of the task that holds the permit, if it waits for the only permit of a semaphore; else empty
    public record Turn(String text, List<Long> holders) implements Reason {}

    /// A CompletionStage is to be complete.
    ///
    /// @param text of the stage
    public record Stage(String text) implements Reason {}

    /// It lets the others run.
    public record Yield() implements Reason {}

    /// Another future.
    ///
    /// @param text the class of its leaf, or what trale knows of it
    public record Other(String text) implements Reason {}
}
