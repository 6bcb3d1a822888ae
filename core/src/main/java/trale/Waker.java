package trale;

/// Tells an executor that a task is worth polling again.
public interface Waker {

    /// Wakes the task. May be called any number of times, from any thread, at any time: before, during or after a poll,
    /// and after the task has ended. What the caller wrote before the call is seen by the poll that follows it.
    void wake();
}
