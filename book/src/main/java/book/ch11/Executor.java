package book.ch11;

import book.linux.Epoll;
import book.linux.Linux;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import trale.Future;

/// A thread that polls tasks. Any thread may spawn, and wake.
final class Executor implements AutoCloseable {
    final ArrayDeque<Task> runQueue = new ArrayDeque<>(); // of the executor's thread alone
    private final ConcurrentLinkedQueue<Task> injected = new ConcurrentLinkedQueue<>(); // other threads add, the executor's takes
    private final AtomicBoolean parked = new AtomicBoolean(); // the thread sleeps, or is about to
    private final Epoll epoll = new Epoll();
    private final int eventFd = Linux.eventFd();
    private final Thread thread = new Thread(this::run, "executor");
    private volatile boolean closed;

    Executor() throws IOException {
        epoll.add(eventFd, Epoll.IN | Epoll.ET);
        thread.setDaemon(true);
        thread.start();
    }

    void spawn(Future<?> future) {
        new Task(this, future).wake();
    }

    boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    // region loop
    private void run() {
        while (!closed) {
            Task woken = injected.poll(); // one for each poll: neither starves the other
            if (woken != null) woken.wakeInjected();
            Task task = runQueue.pollFirst();
            if (task != null) {
                task.run();
            } else if (woken == null) {
                sleep();
            }
        }
    }
    // end

    // region sleep
    private void sleep() {
        parked.set(true);
        if (injected.isEmpty() && !closed) epoll.await(-1); // looks again, after it has set parked
        parked.set(false);
    }

    /// By any other thread.
    void inject(Task task) {
        injected.add(task);
        unpark(); // looks at parked after it has added
    }

    private void unpark() {
        if (!parked.getAndSet(false)) return;
        ByteBuffer one = Linux.allocate(8).putLong(0, 1);
        Linux.writeNumber(eventFd, one);
    }
    // end

    /// For measurements: until the thread sleeps, or is about to.
    void awaitParked() {
        while (!parked.get()) Thread.onSpinWait();
    }

    @Override
    public void close() {
        closed = true;
        unpark();
        try {
            thread.join();
            epoll.close();
            Linux.close(eventFd);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
