package trale.reactor;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import trale.Executor;
import trale.Future;
import trale.Waker;
import trale.internal.ExitHook;
import trale.internal.Log;
import trale.internal.linux.Epoll;
import trale.internal.linux.Errno;
import trale.internal.linux.EventFd;
import trale.internal.linux.Kernel;
import trale.internal.linux.Libc;
import trale.internal.linux.TimerFd;
import trale.internal.probe.Calls;
import trale.internal.probe.Probe;
import trale.internal.probe.TaskWaker;

/// Turns what Linux reports into wakes.
///
/// ```
///  a leaf future                       the reactor                        Linux
///  register(fd) ──▶ Source ─────────── epoll_ctl(ADD), once ───────────▶ epoll
///  slot.poll ─────▶ NOTHING → waker
///                        ▲             turn: epoll_wait ◀──────────────── IN, OUT, HUP …
///  waker.wake() ◀────────┴──────────── slot → READY
///  sleepUntil ────▶ timer heap ─────── timerfd_settime, if earliest ───▶ one timerfd
///  waker.wake() ◀───────────────────── expired
///  wakeup(), from another thread ───── eventfd write ──────────────────▶ one eventfd
/// ```
///
/// The descriptor of a source is registered once, edge-triggered (epoll reports a change once) and for all events. So a task that begins to
/// wait makes no system call. The eventfd and the timerfd are never read: a read would only reset them, and the next change is reported all
/// the same. No task and no sleep has a descriptor of its own.
///
/// **Events before deadlines.** A deadline counts as passed when the reactor has seen everything that Linux had to report at that
/// time. After a pause of the process — a signal, a long garbage collection, a busy machine — data that arrived in time wakes its
/// task before the time-out does. This holds for the descriptors of the reactor in which the task sleeps. Another reactor may see its
/// events later.
///
/// One thread turns a reactor; the [Driver] of its executor says which. All public methods may be called from any thread. See epoll(7),
/// timerfd_create(2), eventfd(2).
public final class Reactor {
    private static final int BATCH = 256;
    private static final long EXIT_PAUSE = 1_000_000; // ns
    private static final long NO_SOURCE = 0; // what the events of the eventfd and the timerfd carry; no source has this key

    private final Epoll epoll;
    private final EventFd eventFd;
    private final Timers timers;
    private final SourceTable sources = new SourceTable();

    /// The JVM's exit waits up to 300 ms for threads in native code, such as epoll_wait. The executor goes on meanwhile, because shutdown
    /// hooks may need its tasks. So during the exit a turn sleeps in Java instead. This action ends the epoll_wait that is under way.
    private final Runnable atExit = this::wakeup;

    /// The thread that turns, which writes this at its first turn; null before. A thread that is not the turner sets the timerfd when it
    /// adds the earliest deadline. So before the first turn every thread does: one system call more, and no harm.
    private volatile @Nullable Thread turner;

    /// All events up to this time have been seen (or as many as `expire` takes at most), so a deadline that is not later has passed. The
    /// thread that turns writes it *after* it has woken the tasks of those events. Any thread that polls a sleep reads it.
    private volatile long seenUntil;

    private @Nullable Probe told; // the probe to which the turning thread reports its system calls; used by that thread

    /// Guarded by this. A thread that writes to the eventfd holds the monitor, so the eventfd is still open. The thread that turns reads
    /// `closed` without the monitor, because a close comes from that thread, or while that thread does not run: it has ended, or could not
    /// be started.
    private boolean closed;

    /// Opens the three descriptors.
    ///
    /// @throws IOException the process or the system has no descriptor left (EMFILE, ENFILE)
    Reactor() throws IOException {
        Libc.require();
        epoll = new Epoll(BATCH);
        EventFd event = null;
        TimerFd timer = null;
        try {
            event = new EventFd();
            timer = new TimerFd();
            addToEpoll(event.fd(), Epoll.IN | Epoll.ET, NO_SOURCE);
            addToEpoll(timer.fd(), Epoll.IN | Epoll.ET, NO_SOURCE);
            eventFd = event;
            timers = new Timers(timer);
            seenUntil = Libc.nanoTime();
            var kernel = Kernel.current();
            if (kernel == null || !kernel.hasOneThread()) ExitHook.add(atExit); // a simulated one has no thread in native code
        } catch (Throwable t) {
            epoll.close();
            if (event != null) event.close();
            if (timer != null) timer.close();
            throw t;
        }
    }

    /// Registers a descriptor with the reactor of [Executor#get()], once for its life. Both directions count as ready
    /// until a system call says otherwise. From any thread. It does not wait.
    ///
    /// <!-- run: int fd = eventfd(0); -->
    /// ```java
    /// try (var source = Reactor.register(fd)) {
    ///     IO.println(source.read()); // READY: the first call is worth making
    /// }
    /// ```
    ///
    /// @param fd a non-blocking descriptor: a socket, pipe, eventfd, timerfd, inotify … A stream socket has to be connecting,
    ///           connected or listening: a fresh one reports HUP
    /// @throws ClosedChannelException the executor of the task that calls this is closed
    /// @throws IOException not open (EBADF), registered already (EEXIST), or a regular file or directory, which are
    ///         always ready and can't be waited for (EPERM)
    /// @throws OutOfMemoryError nothing is registered
    public static Source register(int fd) throws IOException {
        return Executor.get().reactor().add(fd);
    }

    /// Registers a descriptor with this reactor; see [#register(int)]. From any thread.
    ///
    /// <!-- run: int fd = eventfd(0); -->
    /// ```java
    /// Source source = Executor.get().reactor().add(fd);
    /// source.close(); // and then the descriptor
    /// ```
    ///
    /// @param fd see [#register(int)]
    /// @throws ClosedChannelException this reactor is closed
    /// @throws IOException as [#register(int)]
    public synchronized Source add(int fd) throws IOException {
        if (closed) throw new ClosedChannelException();
        var source = sources.add(this, fd);
        try {
            addToEpoll(fd, Source.INTEREST, source.key);
        } catch (Throwable t) {
            sources.remove(source);
            throw t;
        }
        var p = timers.probe;
        if (p != null) p.descriptor(fd, true);
        return source;
    }

    void watch(@Nullable Probe probe) {
        timers.probe = probe; // kept there, because the timers tell it too
    }

    private void addToEpoll(int fd, int interest, long key) throws IOException {
        var result = epoll.add(fd, interest, key);
        if (result >= 0) return;
        var remedy = switch (-result) {
            case Errno.EPERM -> ": regular files and directories are always ready; use trale.Blocking for them";
            case Errno.EEXIST -> ": it is registered already; close that Source first";
            default -> "";
        };
        throw Errno.exception("epoll_ctl(ADD, fd " + fd + ")" + remedy, result);
    }

    synchronized void deregister(Source s) {
        if (!sources.remove(s)) return;
        if (!closed) epoll.delete(s.fd); // after close() there is no epoll, and its number may be another's
        var p = timers.probe;
        if (p != null) p.descriptor(s.fd, false);
    }

    /// {@return a future that is ready once [System#nanoTime()] has reached this time} It waits in the reactor of the executor that polls
    /// it. Only the earliest deadline can cost a system call. The thread that turns the reactor makes this call before it waits in
    /// epoll_wait. If another thread polls the future, that thread makes the call in the poll. Sleeps end in the order of their deadlines.
    /// Any thread may call this. The future fails with IllegalStateException if the executor is closed or Linux refuses the timer, and with
    /// OutOfMemoryError. Cancelled or dropped, it takes its waker out of the timer heap.
    ///
    /// <!-- run in a task: -->
    /// ```java
    /// await(Reactor.sleepUntil(System.nanoTime() + 10_000_000)); // 10 ms
    /// ```
    ///
    /// @param nanoTime within 2⁶² ns (146 years) of now
    public static Future<Void> sleepUntil(long nanoTime) {
        return new Deadline(nanoTime);
    }

    /// {@return whether the time has come, and all that was ready by then has been seen}
    boolean hasPassed(long nanoTime) {
        return nanoTime - seenUntil <= 0;
    }

    void schedule(Deadline deadline, Waker waker) {
        timers.put(deadline, waker, Thread.currentThread() != turner);
    }

    void cancel(Deadline deadline) {
        timers.remove(deadline);
    }

    /// Takes what Linux has to report and wakes the tasks that wait for it. A signal (EINTR) ends the wait as an event does.
    ///
    /// @param block wait until there is something to report, or [#wakeup()]
    void turn(boolean block) {
        if (turner == null) turner = Thread.currentThread();
        if (closed) throw new IllegalStateException("this reactor is closed");
        tell(timers.probe, block);
        if (block) waitForEvents();
        else takeEvents(0);
        expire();
    }

    private void waitForEvents() {
        var before = Libc.nanoTime();
        var mayWait = timers.arm(before); // false: a deadline has passed already
        if (mayWait && ExitHook.isExiting()) {
            LockSupport.parkNanos(EXIT_PAUSE); // atExit ends a wait that has begun before
            mayWait = false;
        }
        var more = takeEvents(mayWait ? -1 : 0);
        if (!more) seenUntil = before; // all that came until then has been taken
    }

    private void tell(@Nullable Probe probe, boolean block) {
        if (probe != told) {
            try {
                Calls.report(probe); // from now on the probe is told the system calls of this thread
                told = probe;
            } catch (OutOfMemoryError | LinkageError e) {
                // The next turn tries again.
            }
        }
        if (probe != null) probe.turn(block);
    }

    /// {@return whether there may be more}
    private boolean takeEvents(int timeoutMillis) {
        var n = epoll.await(timeoutMillis);
        if (n < 0 && n != -Errno.EINTR) throw new IllegalStateException(Errno.exception("epoll_wait", n));
        for (var i = 0; i < n; i++) {
            var source = sources.get(epoll.data(i));
            if (source != null) source.event(epoll.events(i), timers.probe);
        }
        return n == BATCH || n == -Errno.EINTR;
    }

    /// Wakes the sleeps whose time has come. Events that came before that time are taken first: the thread may have stood still since it
    /// asked Linux. So the thread reads the clock, then takes batches until one is not full. New events may come again and again, so there
    /// is a limit. One event of each source fills at most `size / BATCH + 1` batches. The thread takes at most 8 batches more than that.
    private void expire() {
        var now = Libc.nanoTime();
        if (!timers.areDue(now)) return;
        var left = sources.size() / BATCH + 1 + 8; // 8: a signal (EINTR) uses one up, too
        while (takeEvents(0) && --left > 0) {}
        seenUntil = now;
        for (Waker waker; (waker = timers.expire(now)) != null; ) wake(waker);
    }

    /// Ends a turn that blocks. If no turn blocks now, the next epoll_wait reports the write to the eventfd, whether it would block or not.
    /// A turn that does not block may take this report. That loses no wake: after such a turn, the executor's thread looks at its queues
    /// before it sleeps. Any thread may call this, at any time, also after the close. Allocates nothing.
    public void wakeup() {
        synchronized (this) {
            if (!closed) eventFd.signal();
        }
    }

    /// Wakes a task. The caller has more tasks to wake after this one, so an exception of a hand-written waker is logged, and not thrown.
    static void wake(Waker waker) {
        try {
            waker.wake();
        } catch (Throwable t) {
            // not the waker's fault: the caller's stack is full
            if (t instanceof StackOverflowError e && waker instanceof TaskWaker) throw e;
            Log.error(Log.WAKER_THREW, waker.getClass(), t);
        }
    }

    /// Wakes what still waits here, and closes the descriptors. The executor's own tasks have ended. Tasks of other executors may wait at a
    /// slot, which throws AsynchronousCloseException. A program may have polled a sleep by hand: its waker is called, too. If that sleep is
    /// polled again, it waits in the reactor of [Executor#get()]. By the thread that turns, or while that thread does not run. Idempotent.
    void close() {
        synchronized (this) {
            if (closed) return;
            closed = true;
        }
        try {
            sources.close();
            timers.close();
            for (Waker waker; (waker = timers.takeOne()) != null; ) wake(waker);
            ExitHook.remove(atExit);
        } finally {
            epoll.close();
            eventFd.close();
        }
    }
}
