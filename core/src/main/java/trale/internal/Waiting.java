package trale.internal;

/// A future that says what it waits for, to a person who asks.
public abstract class Waiting {

    /// Says what it waits for, or which futures it polls; those are asked next. By the thread that polls, between two polls.
    protected abstract void explain(Explanation to);
}
