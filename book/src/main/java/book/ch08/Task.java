package book.ch08;

import trale.Context;
import trale.Future;
import trale.Poll;
import trale.Waker;

/// A future that is being run, and the waker of itself, as in chapter 6.
final class Task implements Waker {
    private enum State { IDLE, QUEUED, RUNNING, WOKEN, DONE }

    private State state = State.IDLE;
    private final Executor executor;
    private final Future<?> future;
    private final Context context = Context.of(this);

    Task(Executor executor, Future<?> future) {
        this.executor = executor;
        this.future = future;
    }

    @Override
    public void wake() {
        switch (state) {
            case IDLE -> push();
            case RUNNING -> state = State.WOKEN;
            case QUEUED, WOKEN, DONE -> {}
        }
    }

    private void push() {
        state = State.QUEUED;
        executor.runQueue.addLast(this);
    }

    void run() {
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

    private boolean isReady() {
        try {
            return future.poll(context) instanceof Poll.Ready<?>;
        } catch (Exception e) {
            System.err.println("a task failed: " + e);
            return true;
        }
    }
}
