package book.ch11;

import java.util.concurrent.atomic.AtomicBoolean;
import trale.Context;
import trale.Future;
import trale.Poll;
import trale.Waker;

/// A future that is being run. The executor's thread alone reads and writes its state; a wake from another thread takes a detour.
final class Task implements Waker {
    private enum State { IDLE, QUEUED, RUNNING, WOKEN, DONE }

    private State state = State.IDLE;
    private final Executor executor;
    private final Future<?> future;
    private final Context context = Context.of(this);

    /// True while the task is in the executor's `injected`. A waker sets it and then adds the task; the executor's thread takes the task
    /// out, then sets it to false, then polls. Both are getAndSet, so a waker that finds true has still published its writes to that
    /// poll.
    private final AtomicBoolean isInjected = new AtomicBoolean();

    Task(Executor executor, Future<?> future) {
        this.executor = executor;
        this.future = future;
    }

    // region wake
    @Override
    public void wake() {
        if (executor.isCurrent()) {
            woken();
        } else if (!isInjected.getAndSet(true)) {
            executor.inject(this);
        }
    }

    /// By the executor's thread, with a task that it took from `injected`.
    void wakeInjected() {
        isInjected.getAndSet(false); // reads it, too
        woken();
    }

    /// The wake of chapter 6.
    private void woken() {
        switch (state) {
            case IDLE -> push();
            case RUNNING -> state = State.WOKEN;
            case QUEUED, WOKEN, DONE -> {}
        }
    }
    // end

    private void push() {
        state = State.QUEUED;
        executor.runQueue.addLast(this);
    }

    void run() {
        state = State.RUNNING;
        if (isReady()) {
            state = State.DONE;
        } else if (state == State.WOKEN) {
            push();
        } else {
            state = State.IDLE;
        }
    }

    private boolean isReady() {
        try {
            return future.poll(context) instanceof Poll.Ready<?>;
        } catch (Exception e) { // chapter 10 does more with it
            System.err.println("a task failed: " + e);
            return true;
        }
    }
}
