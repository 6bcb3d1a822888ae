package trale.internal.probe;

import java.util.List;
import org.jspecify.annotations.Nullable;
import trale.Snapshot;

/// A task, as a [Probe] sees it.
public interface Watched {

    /// An async body of the task.
    ///
    /// @param machine its state machine
    /// @param state   which of its states it is in; see `trale.explain.StateGraph`
    /// @param at      its line
    record Body(Object machine, int state, StackTraceElement at) {}

    /// {@return 1 for the first task of the executor; 0: the executor's thread has not taken it yet}
    long number();

    /// {@return what the program calls it, or null}
    @Nullable String name();

    /// {@return all that a snapshot says of it} By the executor's thread.
    Snapshot.TaskInfo info();

    /// {@return its bodies, each of which awaits the next} By the executor's thread.
    List<Body> bodies();

    /// {@return what a suspended body keeps in a field of its machine, or null if the body's module does not let trale look}
    ///
    /// @param machine of [Body]
    /// @param field   of the compiler's `Layout.Kept`
    @Nullable Object kept(Object machine, String field);
}
