package trale;

import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
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
final class Task<T extends @Nullable Object> implements Waker {
    private static final int IDLE = 0;
    private static final int QUEUED = 1;
    private static final int RUNNING = 2;
    private static final int WOKEN = 3;
    private static final int DONE = 4;

    @SuppressWarnings("rawtypes")
    private static final AtomicIntegerFieldUpdater<Task> INJECTED =
            AtomicIntegerFieldUpdater.newUpdater(Task.class, "injected");

    /// What joiners is when the end has come: no other set that is empty.
    private static final Set<Waker> ENDED = new LinkedHashSet<>();

    final Executor executor;
    private final Context context = Context.of(this);

    /// Executor's thread only; null when done, so that a handle keeps the result alive and not the work.
    private @Nullable Future<T> future;

    private int state = IDLE; // executor's thread only

    /// 1 while it is in the executor's `injected` queue. Set by the thread that puts it in, cleared by the executor's when
    /// it has taken it out, both by getAndSet. A wake that finds 1 sets it again: the executor's thread reads that, or a
    /// later one of the same chain, before the poll that follows, which so sees what the waker wrote before. If there is no
    /// memory to put it in, it is not in the queue, and who set this clears it.
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

    /// Who waits for the end: none, one, or a set that grows; then ENDED. Written under the monitor, so that a joiner is
    /// either seen by the end and woken, or sees the end.
    private volatile Set<Waker> joiners = Set.of();

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

    /// By the thread that set `injected`: there was no memory to put it in, so that the next wake has to try again. One that came
    /// in between, and found 1, is lost with this one, whose caller is told.
    void notInjected() {
        injected = 0;
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

    /// Polls once. By the executor's thread, with the first task of the run-queue.
    ///
    /// @return whether it was woken meanwhile, and is to be pushed at the back
    boolean run() {
        state = RUNNING;
        Poll<T> poll;
        try {
            poll = poll();
        } catch (Throwable t) { // the task's, not the executor's
            end(null, t);
            return false;
        }
        if (poll instanceof Poll.Ready<T>(var result)) {
            end(result, null);
            return false;
        }
        executor.waitQueue.add(this);
        var again = state == WOKEN;
        state = again ? QUEUED : IDLE;
        return again;
    }

    private Poll<T> poll() throws Exception {
        var f = Objects.requireNonNull(future, "polled after its end");
        if (cancelRequested && !cancelDelivered) {
            cancelDelivered = true;
            if (!(f instanceof StateMachine<T> body)) throw dropped(f, new CancellationException("the task was cancelled"));
            body.cancel(); // the poll throws it, at the line of the innermost await
        }
        var poll = f.poll(context);
        if (poll == null) throw returnedNull(f);
        return poll;
    }

    static NullPointerException returnedNull(Future<?> f) {
        return new NullPointerException(f.getClass().getName() + ".poll returned null; it must return Poll.ready or Poll.pending");
    }

    /// Gives up a future; what that throws does not hide why.
    static <E extends Throwable> E dropped(Future<?> f, E cause) {
        try {
            f.drop();
        } catch (Throwable t) {
            cause.addSuppressed(t);
        }
        return cause;
    }

    private void end(@Nullable T result, @Nullable Throwable failed) {
        future = null;
        state = DONE;
        value = result;
        if (failed != null) failure = Failure.of(this, failed);
        executor.ended(this);
        Set<Waker> waiting;
        synchronized (this) {
            waiting = joiners;
            joiners = ENDED;
        }
        waiting.forEach(Reactor::wake);
    }

    /// Ends a task that will not be polled again: its executor is gone.
    void abandon(Throwable cause) {
        if (!isDone()) end(null, future == null ? cause : dropped(future, cause)); // null: end() itself has failed
    }

    boolean isDone() {
        return joiners == ENDED;
    }

    /// Arranges for the waker to be woken at the end. The same waker is kept once.
    ///
    /// @return false if the end has come already
    synchronized boolean onEnd(Waker waker) {
        if (joiners == ENDED) return false;
        if (joiners.contains(waker)) return true;
        if (joiners.isEmpty()) {
            joiners = Set.of(waker);
        } else {
            if (joiners.size() == 1) joiners = new LinkedHashSet<>(joiners);
            joiners.add(waker);
        }
        return true;
    }

    /// {@return whether the waker was to be woken at the end, and now is not}
    synchronized boolean forget(Waker waker) {
        if (!joiners.contains(waker)) return false;
        if (joiners.size() == 1) joiners = Set.of();
        else joiners.remove(waker);
        return true;
    }

    /// {@return what it failed with, or null; whoever asks is told of the failure, so it need not be reported}
    @Nullable Throwable failure() {
        return failure == null ? null : failure.look();
    }

    @SuppressWarnings("NullAway") // null if T may be null
    T value() {
        return value;
    }
}
