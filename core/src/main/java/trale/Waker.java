package trale;

/// Tells an executor to poll a task again.
public interface Waker {

    /// Wakes the task. Any thread may call this, any number of times, at any time: before, during or after a poll, and after the task has
    /// ended. If it has ended, nothing happens. Else it is polled after the call, and that poll sees everything that the caller wrote
    /// before the call. A poll that was due already may come first, and need not see that.
    ///
    /// @throws IllegalStateException Linux refuses to end the sleep of the executor's thread; or the executor runs in a simulation, and the
    ///         calling thread does not. The task may then sleep on until the next wake
    void wake();
}
