package trale.reactor;

import java.io.IOException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A second thread turns the reactor and does nothing else. The executor's thread parks. So a wake by the reactor is a wake by another
/// thread, and each event costs a hand-over.
final class ReactorThread implements Driver {
    private static final long PAUSE = 1_000_000; // ns

    private final Reactor reactor = new Reactor();
    private final Thread executor;
    private final Thread thread;

    /// The executor's thread writes it *before* it ends the wait of the reactor's thread.
    private volatile boolean closed;

    /// Why the reactor's thread has ended. That thread writes it *before* it wakes the executor's thread, which reads it after each sleep.
    private volatile @Nullable Throwable failure;

    /// The reactor's thread had no memory for a system call, and tries again. It writes this *before* it wakes the executor's thread,
    /// which takes it and makes room.
    private volatile @Nullable OutOfMemoryError starving;

    ReactorThread(Thread executor, ThreadFactory threads) throws IOException {
        this.executor = executor;
        thread = threads.newThread(this::run);
        try {
            thread.start();
        } catch (Throwable t) { // no memory for another thread
            reactor.close();
            throw t;
        }
    }

    private void run() {
        while (!closed && failure == null) {
            try {
                reactor.turn(true);
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

    @Override
    public Reactor reactor() {
        return reactor;
    }

    @Override
    public void turn() {
        if (failure != null) throw new IllegalStateException("the reactor failed", failure);
        var e = starving;
        if (e == null) return;
        starving = null;
        throw e;
    }

    @Override
    public void sleep() {
        if (failure == null && starving == null) LockSupport.park(this);
        turn();
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
