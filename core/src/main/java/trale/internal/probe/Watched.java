package trale.internal.probe;

import org.jspecify.annotations.Nullable;

/// A task, as a [Probe] sees it. [Probe.Host] tells more of it.
public interface Watched {

    /// {@return 1 for the first task of the executor; 0: the executor's thread has not taken it yet}
    long number();

    /// {@return what the program calls it, or null}
    @Nullable String name();

    /// {@return whether its failure was given to anyone} By any thread.
    boolean isSeen();

    /// {@return how many cancellations it has been given} By the executor's thread.
    int cancellations();
}
