package trale.internal.probe;

import trale.Waker;

/// A waker that is a task's own.
public interface TaskWaker extends Waker {

    /// {@return the task that it wakes}
    Watched task();
}
