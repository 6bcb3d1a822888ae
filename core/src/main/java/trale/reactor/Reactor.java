package trale.reactor;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedChannelException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import trale.Executor;
import trale.Future;
import trale.Waker;
import trale.internal.linux.Epoll;
import trale.internal.linux.Errno;
import trale.internal.linux.EventFd;
import trale.internal.linux.Kernel;
import trale.internal.linux.Libc;
import trale.internal.linux.TimerFd;

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
/// Everything is watched edge-triggered from the start, so waiting costs no system call, and neither the eventfd nor the
/// timerfd has to be read back. A file descriptor, a timer or an eventfd per task or per sleep there is not.
///
/// One thread [turns][#turn(boolean)] it: an executor's own, or a thread that does nothing else. That of an executor is turned
/// and closed by nobody else: the executor keeps its [Owner] to itself. All else may be called from any thread. See epoll(7),
/// timerfd_create(2), eventfd(2).
public final class Reactor implements AutoCloseable {
    private static final int BATCH = 256;
    private static final long EXIT_PAUSE = 1_000_000; // ns
    private static final long NO_SOURCE = 0; // what the events of the eventfd and the timerfd carry

    /// All that are open. When the JVM exits it waits 300 ms for threads that are in native code, as one in epoll_wait
    /// is. So from then on, while shutdown hooks may still rely on tasks that run, a turn waits in Java instead.
    private static final Set<Reactor> OPEN = ConcurrentHashMap.newKeySet();

    /// Set once, by the hook, before it ends all the waits; read before each wait.
    private static volatile boolean exiting;

    static {
        try {
            Runtime.getRuntime().addShutdownHook(new Thread(Reactor::exit, "trale-exit"));
        } catch (IllegalStateException e) {
            exiting = true; // first used by a shutdown hook
        }
    }

    private final Epoll epoll;
    private final EventFd eventFd;
    private final Timers timers;
    private final SourceTable sources = new SourceTable();
    private final boolean owned;

    /// Who turns: the first that did, until it has ended. Written under the monitor; whoever reads another than itself may
    /// set the timer in vain.
    private volatile @Nullable Thread turner;

    /// Guarded by this: whoever writes to the eventfd holds the monitor, so that its number can't be another's by then.
    /// Whoever turns reads it without: it closed this itself, or took over, under the monitor, from a thread that had ended.
    private boolean closed;

    /// Opens the three descriptors, for whoever turns the reactor itself.
    ///
    /// @throws IOException the process or the system has no descriptor left (EMFILE, ENFILE)
    /// @throws UnsupportedOperationException this is not Linux on x86-64 or aarch64
    /// @throws IllegalStateException native access is denied
    public Reactor() throws IOException {
        this(false);
    }

    private Reactor(boolean owned) throws IOException {
        this.owned = owned;
        Libc.require();
        epoll = new Epoll(BATCH);
        EventFd event = null;
        TimerFd timer = null;
        try {
            event = new EventFd();
            timer = new TimerFd();
            watch(event.fd(), Epoll.IN | Epoll.ET, NO_SOURCE);
            watch(timer.fd(), Epoll.IN | Epoll.ET, NO_SOURCE);
        } catch (IOException e) {
            epoll.close();
            if (event != null) event.close();
            if (timer != null) timer.close();
            throw e;
        }
        eventFd = event;
        timers = new Timers(timer);
        var kernel = Kernel.current();
        if (kernel == null || !kernel.hasOneThread()) OPEN.add(this); // a simulated one has no thread in native code
    }

    /// Registers a descriptor with the reactor of [Executor#get()], once for its life. Both directions count as ready
    /// until a system call says otherwise.
    ///
    /// @param fd a non-blocking descriptor: a socket, pipe, eventfd, timerfd, inotify … A socket has to be connecting or
    ///           listening first: a fresh one reports HUP
    /// @throws IOException not open (EBADF), registered already (EEXIST), or a regular file or directory, which are
    ///         always ready and can't be waited for (EPERM)
    public static Source register(int fd) throws IOException {
        return Executor.get().reactor().add(fd);
    }

    /// Registers a descriptor with this reactor; see [#register(int)].
    ///
    /// @throws ClosedChannelException this reactor is closed
    public Source add(int fd) throws IOException {
        synchronized (this) {
            if (closed) throw new ClosedChannelException();
            var source = sources.add(this, fd);
            try {
                watch(fd, Source.INTEREST, source.key);
            } catch (IOException e) {
                sources.remove(source);
                throw e;
            }
            return source;
        }
    }

    private void watch(int fd, int interest, long key) throws IOException {
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
        // After close() there is no epoll, and its number may be another's.
        if (sources.remove(s) && !closed) epoll.delete(s.fd);
    }

    /// {@return a future that is ready when [System#nanoTime()] has come to this, never before} It waits in the reactor of
    /// the executor that polls it, and costs no system call unless it is the earliest and another thread turns.
    ///
    /// @param nanoTime within 2⁶² ns (146 years) of now
    public static Future<Void> sleepUntil(long nanoTime) {
        return new Deadline(nanoTime);
    }

    void schedule(Deadline deadline, Waker waker) {
        timers.put(deadline, waker, Thread.currentThread() != turner);
    }

    void cancel(Deadline deadline) {
        timers.remove(deadline);
    }

    /// Takes what Linux has to report and wakes who waits for it. A signal (EINTR) ends the wait like an event would.
    ///
    /// @param block wait until there is something to report, or [#wakeup()]
    /// @throws IllegalStateException another thread turns this reactor, or it is an executor's, or closed
    public void turn(boolean block) {
        requireNoOwner();
        turnOnce(block);
    }

    private void turnOnce(boolean block) {
        claim();
        if (closed) throw new IllegalStateException("this reactor is closed"); // by this thread, or one that had ended
        if (block) timers.arm();
        if (block && exiting) LockSupport.parkNanos(EXIT_PAUSE);
        var n = epoll.await(block && !exiting ? -1 : 0);
        if (n < 0 && n != -Errno.EINTR) throw new IllegalStateException(Errno.exception("epoll_wait", n));
        for (var i = 0; i < n; i++) {
            var source = sources.get(epoll.data(i));
            if (source != null) source.event(epoll.events(i));
        }
        var now = Libc.nanoTime();
        for (Waker waker; (waker = timers.expire(now)) != null; ) wake(waker);
    }

    private void requireNoOwner() {
        if (owned)
            throw new IllegalStateException(
                    "this reactor is an executor's, which alone turns and closes it; close the executor instead");
    }

    private void claim() {
        var current = Thread.currentThread();
        if (turner == current) return;
        synchronized (this) {
            var other = turner;
            if (other != null && other.isAlive())
                throw new IllegalStateException("thread " + other.getName() + " turns and closes this reactor, not " + current.getName());
            turner = current;
        }
    }

    /// Ends a turn that blocks, or the next that would. From any thread, at any time, also after [#close()].
    public synchronized void wakeup() {
        if (!closed) eventFd.signal();
    }

    private static void exit() {
        exiting = true;
        OPEN.forEach(Reactor::wakeup);
    }

    /// Wakes one of several that must all be woken: what a hand-written waker throws is logged.
    public static void wake(Waker waker) {
        try {
            waker.wake();
        } catch (Throwable t) {
            System.getLogger("trale").log(Level.ERROR, "a waker threw: " + waker.getClass().getName(), t);
        }
    }

    /// Wakes whoever still waits — a slot then throws AsynchronousCloseException, a timer can be scheduled elsewhere —
    /// and closes the descriptors. By the thread that turns, or after that has ended. Idempotent.
    ///
    /// @throws IllegalStateException another thread turns this reactor, or it is an executor's; close that instead
    @Override
    public void close() {
        requireNoOwner();
        closeOnce();
    }

    private void closeOnce() {
        claim();
        synchronized (this) {
            if (closed) return;
            closed = true;
        }
        OPEN.remove(this);
        sources.all().forEach(Source::close);
        timers.close().forEach(Reactor::wake);
        epoll.close();
        eventFd.close();
    }

    /// What turns and closes a reactor that others are given to register with, and cannot harm.
    public static final class Owner implements AutoCloseable {
        private final Reactor reactor;

        /// Opens a reactor.
        ///
        /// @throws IOException when and why [Reactor#Reactor()] does, as for its other exceptions
        public Owner() throws IOException {
            reactor = new Reactor(true);
        }

        /// {@return the reactor; it refuses [Reactor#turn(boolean)] and [Reactor#close()]}
        public Reactor reactor() {
            return reactor;
        }

        /// As [Reactor#turn(boolean)].
        public void turn(boolean block) {
            reactor.turnOnce(block);
        }

        /// As [Reactor#close()].
        @Override
        public void close() {
            reactor.closeOnce();
        }
    }
}
