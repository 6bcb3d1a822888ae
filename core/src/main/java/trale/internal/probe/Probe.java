package trale.internal.probe;

import java.util.List;
import org.jspecify.annotations.Nullable;
import trale.Snapshot;

/// What an executor tells while it is watched: one method for each kind of event.
///
/// ```
///   spawn ─▶ wake ─▶ beforePoll ─▶ pend ─▶ wake ─▶ beforePoll ─▶ end
///                    may hold       │        ▲
///                    the thread     └────────┴──── ready, timer: what the reactor saw just before
/// ```
///
/// The executor's thread calls them, with these exceptions. If a thread of its own turns the reactor, that thread calls [#turn],
/// [#ready], [#timer], [#call] and [#log] for what it does. A thread that polls a sleep or closes a socket by hand calls [#timer] and
/// [#descriptor]; one that cancels calls [#cancel]; and [#foreignWake] says itself who calls it. So a probe that keeps something
/// guards it by a lock, which is hardly ever contended.
///
/// A method must not throw, and must not spawn, wake, or await; only [#beforePoll] may take its time. A probe that throws is told nothing
/// more, and its failure is logged; the tasks go on.
public interface Probe {

    /// What a wake did: the task goes to the back of the run-queue; it runs, and will be polled again; it was to be polled anyway; it
    /// had ended.
    enum Effect { QUEUED, AGAIN, NOTHING, LATE }

    /// What woke a task: another task or itself; a descriptor that can be read or written; a timer; a cancellation; another thread.
    enum By { TASK, READ, WRITE, TIMER, CANCEL, THREAD }

    /// How a task ended.
    enum How { VALUE, FAILURE, CANCELLED }

    /// What becomes of a timer: it is put into the reactor's heap; its time has come; it is given up.
    enum Step { SET, FIRE, DROP }

    /// The executor, as its probe sees it.
    interface Host {
        String name();

        boolean hasReactorThread();

        boolean isSimulated();

        /// {@return the executor's clock, as [System#nanoTime()]; in a simulation it is virtual}
        long nanoTime();

        /// {@return the thread that polls; it is unparked when a snapshot is asked for}
        Thread thread();

        /// Answers the snapshots that threads wait for. A probe that holds the thread in [Probe#beforePoll] calls this after each
        /// `LockSupport.park`.
        void serve();

        /// {@return what the executor does now} By the executor's thread.
        Snapshot snapshot();

        /// {@return where a task is that has not begun, or is suspended} By the executor's thread. It is cheap enough for each poll:
        /// nothing is looked up and no text is made for it.
        Place place(Watched task);

        /// {@return what a suspended body keeps in a field of its machine, or null if the body's module does not let trale look} By any
        /// thread.
        ///
        /// @param machine of [Body]
        /// @param field   of the compiler's `Layout.Kept`
        @Nullable Object kept(Object machine, String field);
    }

    /// Where a task is.
    ///
    /// @param bodies  that are suspended, each of which awaits the next
    /// @param reasons what the innermost waits for
    record Place(List<Body> bodies, List<Snapshot.Reason> reasons) {}

    /// An async body of a task.
    ///
    /// @param machine a copy of its state machine, so that another thread can read later what it keeps now. The copy refers to the same
    ///                objects as the body does, and keeps them from being garbage
    /// @param state   which of its states it is in; see `trale.explain.StateGraph`
    /// @param at      its line
    record Body(Object machine, int state, StackTraceElement at) {}

    /// The first call: from now on the executor is watched. What this throws is the failure of the caller who installs the probe; then the
    /// executor is not watched.
    default void installed(Host host) {}

    /// The last call, but for what another thread is just telling. A probe that has thrown is not called.
    default void removed() {}

    /// A task is among the executor's, and at the end of the run-queue: a spawn is the first wake, and is not told as one.
    ///
    /// @param by    the task that spawned it, or null: another thread did, or a reactor's waker
    /// @param scope the scope whose child it is, or 0
    default void spawn(Watched task, @Nullable Watched by, long scope) {}

    /// The first of the run-queue is about to leave it, and to be polled. This may hold the thread; see [Host#serve()].
    default void beforePoll(Watched task) {}

    /// The poll said Pending.
    ///
    /// @param again it was woken meanwhile, and goes to the back of the run-queue
    default void pend(Watched task, boolean again) {}

    /// The task has ended.
    ///
    /// @param failure what it threw, or null
    default void end(Watched task, How how, @Nullable Throwable failure) {}

    /// A task was woken.
    ///
    /// @param id the number of the task or the timer, or the descriptor; 0 for a cancellation and a thread
    default void wake(Watched task, By by, long id, Effect effect) {}

    /// A thread that is not the executor's wakes a task, and calls this: by READ, WRITE and TIMER it is the reactor's thread. The
    /// executor's thread takes the task later, and [#wake] then says THREAD, and the effect. A task that is on its way already, or has
    /// ended, is not taken again: the effect is told here. A spawn by such a thread is told as its first wake: the task has no number yet,
    /// and [#spawn] follows instead of [#wake].
    ///
    /// @param effect NOTHING, LATE, or null: it is on its way
    default void foreignWake(Watched task, By by, long id, @Nullable Effect effect) {}

    /// A task is asked to stop; its wake follows. By the thread that asks.
    default void cancel(Watched task, @Nullable String why) {}

    /// A scope, or one of `all`, `any`, `race`, begins or is over.
    ///
    /// @param task in whose poll it does
    default void scope(long scope, @Nullable Watched task, boolean opens) {}

    /// The thread looks at epoll, and then at the timers.
    ///
    /// @param sleeps it waits until there is something
    default void turn(boolean sleeps) {}

    /// Linux says that a descriptor has become ready; if the slot holds a waker, its wake follows.
    ///
    /// @param bits   of epoll_ctl(2)
    /// @param read   the slot for reading, or the one for writing
    /// @param before what the slot holds: `nothing`, `READY`, `closed`, or `task 3`
    /// @param after  what it holds now: `READY` or `closed`
    default void ready(int fd, int bits, boolean read, String before, String after) {}

    /// Something becomes of a timer.
    ///
    /// @param timer 1 for the reactor's first
    /// @param at    its deadline, of [Host#nanoTime()]
    /// @param task  whose it is, or null: it is polled with a waker of its own
    default void timer(long timer, Step step, long at, @Nullable Watched task) {}

    /// A descriptor is registered with the reactor, or is not any more. A reactor thread may have told of an event of it already. What it
    /// is, and its addresses, is known by the tasks that wait for it.
    default void descriptor(int fd, boolean opens) {}

    /// A system call has returned.
    ///
    /// @param name   libc's
    /// @param result ≥ 0, or −errno
    /// @param nanos  how long it took
    default void call(String name, long a, long b, long c, long d, long e, long f, int result, long nanos) {}

    /// trale has logged something, on a thread whose calls are told. What a program logs is not told.
    default void log(String text) {}
}
