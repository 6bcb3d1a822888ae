package trale;

/// Tells an executor to poll a task again.
public interface Waker {

    /// Wakes the task. Any thread may call this, any number of times, at any time: before, during or after a poll, and after the task has
    /// ended. The poll that follows sees everything that the caller wrote before the call.
    void wake();
}
