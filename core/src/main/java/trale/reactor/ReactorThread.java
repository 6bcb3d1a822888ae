package trale.reactor;

import java.io.IOException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import trale.internal.probe.Probe;

/// A second thread turns the reactor and does nothing else. The executor's thread parks. So a wake by the reactor is a wake by another
/// thread, and each batch of events costs a hand-over.
///
/// ```
///  executor   park       │ poll  poll  poll  poll │ park       │ poll
///  reactor    epoll_wait ┴ epoll_wait ┴ nap       ┴ epoll_wait ┴ epoll_wait
/// ```
///
/// While the executor's thread is awake, the reactor's thread naps after a turn, and the next events gather in the kernel. Otherwise each
/// event would wake the reactor's thread. The executor's thread ends the nap before it parks, and whenever the reactor's turn is due.
final class ReactorThread implements Driver {
    private static final long PAUSE = 1_000_000; // ns
    private static final long NAP = 1_000_000; // ns at most, because tasks of other executors may wait for this reactor

    private final Reactor reactor = new Reactor();
    private final Thread executor;
    private final Thread thread;

    /// The executor's thread writes `asleep`, *then* reads `napping`, and parks. The reactor's thread writes `napping`, *then* reads
    /// `asleep`, and parks. Both are sequentially consistent, so one of the two sees the other, and no nap goes on beside a thread that
    /// sleeps.
    private volatile boolean asleep;
    private volatile boolean napping;

    /// The executor's thread writes it *before* it ends the wait of the reactor's thread.
    private volatile boolean closed;

    /// Why the reactor's thread has ended. That thread writes it *before* it wakes the executor's thread, which reads it after each sleep.
    private volatile @Nullable Throwable failure;

    /// The reactor's thread had no memory for a system call, and tries again. It writes this *before* it wakes the executor's thread,
    /// which takes it and makes room.
    private volatile @Nullable OutOfMemoryError starving;

    ReactorThread(Thread executor, ThreadFactory threads) throws IOException {
        this.executor = executor;
        try {
            thread = threads.newThread(this::run);
            thread.start();
        } catch (Throwable t) { // no memory for another thread
            reactor.close();
            throw t;
        }
    }

    private void run() {
        while (!closed && failure == null) {
            Thread.interrupted(); // an interrupt that is left over would end each nap, and each pause while the JVM exits
            try {
                reactor.turn(true);
                nap();
            } catch (OutOfMemoryError e) {
                starving = e;
                wake();
                LockSupport.parkNanos(PAUSE);
            } catch (Throwable t) {
                failure = t;
                wake();
            }
        }
    }

    private void nap() {
        napping = true;
        if (!asleep && !closed) LockSupport.parkNanos(this, NAP);
        napping = false;
    }

    private void endNap() {
        if (!napping) return;
        napping = false;
        LockSupport.unpark(thread);
    }

    @Override
    public Reactor reactor() {
        return reactor;
    }

    @Override
    public void turn() {
        endNap();
        requireSound();
    }

    private void requireSound() {
        if (failure != null) throw new IllegalStateException("the reactor failed", failure);
        var e = starving;
        if (e == null) return;
        starving = null;
        throw e;
    }

    @Override
    public void sleep() {
        asleep = true;
        endNap();
        if (failure == null && starving == null) LockSupport.park(this);
        asleep = false;
        requireSound();
    }

    @Override
    public void watch(@Nullable Probe probe) {
        reactor.watch(probe);
    }

    @Override
    public boolean hasReactorThread() {
        return true;
    }

    @Override
    public void wake() {
        LockSupport.unpark(executor);
    }

    /// The reactor's thread ends first: it must not wait on a number that the kernel may have given to another file.
    @Override
    public void close() {
        closed = true;
        try {
            reactor.wakeup();
            LockSupport.unpark(thread);
            joinUninterruptibly();
        } finally {
            reactor.close();
        }
    }

    private void joinUninterruptibly() {
        var interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) Thread.currentThread().interrupt();
    }
}
