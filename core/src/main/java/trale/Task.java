package trale;

import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;
import trale.reactor.Reactor;

/// A future that is being run, and the waker of itself.
///
/// The *state word* says where it is, whatever queue it may be stored in. The executor's thread alone reads and writes it:
///
/// | event | IDLE | QUEUED | RUNNING | WOKEN (running) | DONE |
/// |---|---|---|---|---|---|
/// | woken | → QUEUED, push | – | → WOKEN | – | – |
/// | poll begins | | → RUNNING | | | |
/// | poll says Pending | | | → IDLE, wait-queue | → QUEUED, push at the back | |
/// | poll says Ready or throws | | | → DONE, wake joiners | → DONE, wake joiners | |
/// | cancel() | flag, then as wake() | flag | flag, as wake() | flag | – |
///
/// So a wake is never lost, never doubled, and harmless when it comes late. One from another thread puts the task into
/// the executor's `injected` queue, unless it is in there already, and counts when the executor's thread takes it out.
/// A spawn is the first wake.
final class Task<T> implements Waker {
    private static final int IDLE = 0;
    private static final int QUEUED = 1;
    private static final int RUNNING = 2;
    private static final int WOKEN = 3;
    private static final int DONE = 4;

    @SuppressWarnings("rawtypes")
    private static final AtomicIntegerFieldUpdater<Task> INJECTED =
            AtomicIntegerFieldUpdater.newUpdater(Task.class, "injected");

    @SuppressWarnings("rawtypes")
    private static final AtomicReferenceFieldUpdater<Task, @Nullable Joiner> JOINERS =
            AtomicReferenceFieldUpdater.newUpdater(Task.class, Joiner.class, "joiners");

    /// Those who wait for the end: a stack that is closed by putting ENDED in its place.
    private static final class Joiner {
        static final Joiner ENDED = new Joiner(() -> {}, null);

        final Waker waker;
        final @Nullable Joiner next;

        Joiner(Waker waker, @Nullable Joiner next) {
            this.waker = waker;
            this.next = next;
        }
    }

    final Executor executor;
    private final Context context = Context.of(this);

    /// Executor's thread only; null when done, so that a handle keeps the result alive and not the work.
    private @Nullable Future<T> future;

    private int state = IDLE; // executor's thread only

    /// 1 while it is in the executor's `injected` queue. Set by the thread that puts it in, cleared by the executor's when
    /// it has taken it out, both by getAndSet. A wake that finds 1 sets it again: the executor's thread reads that, or a
    /// later one of the same chain, before the poll that follows, which so sees what the waker wrote before.
    private volatile int injected;

    /// Links of the [WaitQueue]. Executor's thread only.
    @Nullable Task<?> previous;
    @Nullable Task<?> next;
    boolean inWaitQueue;

    /// Set by any thread before its wake(), which publishes it; read by the executor's thread.
    private volatile boolean cancelRequested;

    private boolean cancelDelivered; // executor's thread only

    /// The outcome. Written once by the executor's thread before it sets joiners to ENDED; read by whoever has seen that.
    private @Nullable T value;
    private @Nullable Failure failure;

    /// Pushed by any thread with compare-and-set, closed by the executor's thread with getAndSet: a joiner is either seen
    /// by the end and woken, or sees the end.
    private volatile @Nullable Joiner joiners;

    Task(Executor executor, Future<T> future) {
        this.executor = executor;
        this.future = future;
    }

    @Override
    public void wake() {
        if (executor.isCurrent()) woken();
        else if (!isDone() && INJECTED.getAndSet(this, 1) == 0) executor.inject(this);
    }

    /// By the executor's thread, with a task it took from its `injected` queue.
    void wakeInjected() {
        INJECTED.getAndSet(this, 0);
        woken();
    }

    private void woken() {
        if (state == IDLE) {
            state = QUEUED;
            executor.push(this);
        } else if (state == RUNNING) {
            state = WOKEN;
        }
    }

    void cancel() {
        cancelRequested = true;
        wake();
    }

    /// Polls once. By the executor's thread, with a task it took from the run-queue.
    ///
    /// @return whether it was woken meanwhile, and is to be pushed at the back
    boolean run() {
        state = RUNNING;
        try {
            switch (poll()) {
                case Poll.Ready<T>(var result) -> end(result, null);
                case Poll.Pending<T> _ -> {
                    executor.waitQueue.add(this);
                    var again = state == WOKEN;
                    state = again ? QUEUED : IDLE;
                    return again;
                }
            }
        } catch (Throwable t) { // the task's, not the executor's
            end(null, new Failure(t));
        }
        return false;
    }

    private Poll<T> poll() throws Exception {
        var f = future;
        if (f == null) throw new IllegalStateException("polled after its end");
        if (cancelRequested && !cancelDelivered) {
            cancelDelivered = true;
            if (f instanceof StateMachine<T> body) {
                body.cancel(); // the poll throws it, at the line of the innermost await
            } else {
                f.drop();
                throw new CancellationException("the task was cancelled");
            }
        }
        var poll = f.poll(context);
        if (poll == null)
            throw new NullPointerException(f.getClass().getName() + ".poll returned null; it must return Poll.ready or Poll.pending");
        return poll;
    }

    private void end(@Nullable T result, @Nullable Failure failed) {
        future = null;
        value = result;
        failure = failed;
        state = DONE;
        executor.ended(this);
        if (failed != null) failed.watch(this);
        Joiner inOrder = null;
        for (var j = JOINERS.getAndSet(this, Joiner.ENDED); j != null; j = j.next)
            inOrder = inOrder == null && j.next == null ? j : new Joiner(j.waker, inOrder); // one alone needs no copy
        for (var j = inOrder; j != null; j = j.next) Reactor.wake(j.waker);
    }

    /// Ends a task that will not be polled again: its executor is gone.
    void abandon(Throwable cause) {
        var f = future;
        if (f == null) return;
        Throwable failed = cause;
        try {
            f.drop();
        } catch (Throwable t) {
            failed.addSuppressed(t);
        }
        end(null, new Failure(failed));
    }

    boolean isDone() {
        return joiners == Joiner.ENDED;
    }

    /// Arranges for the waker to be woken at the end. The same waker is kept once.
    ///
    /// @return false if the end has come already
    boolean onEnd(Waker waker) {
        for (;;) {
            var head = joiners;
            if (head == Joiner.ENDED) return false;
            for (var j = head; j != null; j = j.next) if (j.waker == waker) return true;
            if (JOINERS.compareAndSet(this, head, new Joiner(waker, head))) return true;
        }
    }

    /// {@return what it failed with, or null; whoever asks is told of the failure, so it need not be reported}
    @Nullable Throwable failure() {
        return failure == null ? null : failure.look();
    }

    @Nullable T value() {
        return value;
    }
}
