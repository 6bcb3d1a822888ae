package trale.reactor;

import java.io.IOException;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;
import trale.internal.probe.Probe;

/// How an executor's thread sleeps when nothing is runnable, and which thread turns the reactor. There are two arrangements:
///
/// ```
///             OwnThread                          ReactorThread
///  executor   poll poll │ epoll_wait │ poll      poll poll │ park                  │ poll
///  reactor                                       epoll_wait           │ wake a task ─┘ epoll_wait
/// ```
///
/// An executor has one driver, and gives it to no other code. It gives away the reactor, whose `turn` and `close` are not public. So a task
/// can't turn or close the reactor that all the others wait for.
///
/// @hidden
public sealed interface Driver permits OwnThread, ReactorThread {

    /// Opens the reactor of an executor.
    ///
    /// @param executor the executor's thread, which will call [#turn()] and [#sleep()]
    /// @param threads  makes the reactor thread; null: the executor's thread turns the reactor
    /// @throws IOException the process or the system has no descriptor left (EMFILE, ENFILE)
    /// @throws UnsupportedOperationException this is not Linux on x86-64 or aarch64
    /// @throws IllegalStateException native access is denied
    static Driver open(Thread executor, @Nullable ThreadFactory threads) throws IOException {
        return threads == null ? new OwnThread() : new ReactorThread(executor, threads);
    }

    /// {@return the reactor, with which leaf futures register}
    Reactor reactor();

    /// Turns the reactor once without waiting, which wakes the tasks whose events have come. If there is a reactor thread, that thread
    /// makes the turn. It pauses between its turns while the executor's thread is busy; this call ends the pause.
    void turn();

    /// Returns when there may be something to run: a task was woken by the reactor, or [#wake()] was called. By the executor's thread.
    void sleep();

    /// Ends the sleep that the executor's thread has begun, or is about to begin. By any thread, at any time. Allocates nothing.
    void wake();

    /// From now on this probe is told what the reactor does, or no probe, if it is null. By the executor's thread.
    void watch(@Nullable Probe probe);

    /// {@return whether a reactor thread turns the reactor}
    boolean hasReactorThread();

    /// Ends the reactor, once and for all. By the executor's thread, or by the thread that could not start it.
    void close();
}
