package book.ch12;

import java.util.concurrent.atomic.AtomicBoolean;
import trale.Context;
import trale.Future;
import trale.Poll;
import trale.Waker;

/// A future that is being run, and the waker of itself: chapters 6, 10 and 11 in one.
final class Task<T> implements Waker {
    private enum State { IDLE, QUEUED, RUNNING, WOKEN, DONE }

    final JoinHandle<T> handle;
    private final Executor executor;
    private final Future<T> future;
    private State state = State.IDLE; // of the executor's thread alone, as all that follows but isInjected
    private Context context;
    int place = -1; // of Defect.WAKER_IS_AN_INDEX
    private final AtomicBoolean isInjected = new AtomicBoolean(); // as in chapter 11

    Task(Executor executor, Future<T> future) {
        this.executor = executor;
        this.future = future;
        handle = new JoinHandle<>(executor);
    }

    @Override
    public void wake() {
        Executor target = executor.has(Defect.WAKE_GOES_TO_THE_WAKING_EXECUTOR) ? Executor.current() : executor;
        if (target == null) return;
        if (target.isCurrent()) woken(target);
        else if (!isInjected.getAndSet(true)) target.inject(this);
    }

    void wakeInjected() {
        isInjected.getAndSet(false);
        woken(executor);
    }

    private void woken(Executor target) {
        switch (state) {
            case IDLE -> push(target);
            case QUEUED -> {
                if (executor.has(Defect.SECOND_WAKE_QUEUES_AGAIN)) push(target);
            }
            case RUNNING -> {
                if (!executor.has(Defect.WAKE_WHILE_RUNNING_IS_LOST)) state = State.WOKEN;
            }
            case WOKEN, DONE -> {}
        }
    }

    private void push(Executor target) {
        state = State.QUEUED;
        target.push(this);
    }

    // region run
    void run() {
        if (context == null) context = Context.of(executor.wakerOf(this));
        state = State.RUNNING;
        Poll<T> poll;
        try {
            poll = future.poll(context);
        } catch (Throwable t) {
            if (executor.has(Defect.FAILURE_ENDS_THE_EXECUTOR)) throw new IllegalStateException("a task failed", t);
            end(null, t);
            return;
        }
        boolean woken = state == State.WOKEN;
        if (poll instanceof Poll.Ready<T>(var value)) end(value, null);
        else if (!woken) state = State.IDLE;
        if (woken && (state == State.WOKEN || executor.has(Defect.WAKE_IN_THE_LAST_POLL_QUEUES))) push(executor);
    }
    // end

    private void end(T value, Throwable failure) {
        state = State.DONE;
        executor.ended(this);
        handle.end(value, failure);
    }
}
