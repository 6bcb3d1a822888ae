package book.ch06;

import trale.Context;
import trale.Future;
import trale.Poll;
import trale.Waker;

/// A future that is being run, and the waker of itself. Its state says what a wake has to do.
class Task implements Waker {
    // region state
    enum State {
        /// Waits to be woken. No queue has it.
        IDLE,
        /// Is in the run-queue.
        QUEUED,
        /// Is being polled.
        RUNNING,
        /// Is being polled, and was woken meanwhile.
        WOKEN,
        /// Has ended.
        DONE
    }
    // end

    State state = State.IDLE;
    private final Executor executor;
    private final Future<?> future;
    private final Context context = Context.of(this);

    Task(Executor executor, Future<?> future) {
        this.executor = executor;
        this.future = future;
    }

    // region wake
    @Override
    public void wake() {
        switch (state) {
            case IDLE -> push();
            case RUNNING -> state = State.WOKEN;
            case QUEUED, WOKEN, DONE -> {} // it will be polled anyway, or never again
        }
    }
    // end

    // region run
    final void push() {
        state = State.QUEUED;
        executor.runQueue.addLast(this);
    }

    /// Polls once. By the executor, which has taken this out of the run-queue.
    final void run() {
        state = State.RUNNING;
        if (isReady()) {
            state = State.DONE;
            executor.unfinished--;
        } else if (state == State.WOKEN) {
            push();
        } else {
            state = State.IDLE;
        }
    }
    // end

    private boolean isReady() {
        try {
            return future.poll(context) instanceof Poll.Ready<?>;
        } catch (Exception e) { // chapter 10 does more with it
            executor.log.add("a task failed: " + e.getMessage());
            return true;
        }
    }
}
