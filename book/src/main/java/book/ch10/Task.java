package book.ch10;

import trale.Context;
import trale.Future;
import trale.Poll;
import trale.Waker;

/// A future that is being run, as in chapter 6. Its end goes to its handle.
class Task<T> implements Waker {
    private enum State { IDLE, QUEUED, RUNNING, WOKEN, DONE }

    private State state = State.IDLE;
    private final Executor executor;
    private final Future<T> future;
    final JoinHandle<T> handle;
    private final Context context = Context.of(this);

    Task(Executor executor, Future<T> future, JoinHandle<T> handle) {
        this.executor = executor;
        this.future = future;
        this.handle = handle;
    }

    @Override
    public final void wake() {
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

    // region run
    void run() throws Exception {
        try {
            step();
        } catch (Throwable t) { // the task's, not the executor's
            end(null, t);
        }
    }
    // end

    // region step
    final void step() throws Exception {
        state = State.RUNNING;
        Poll<T> poll = future.poll(context);
        if (poll instanceof Poll.Ready<T>(var value)) {
            end(value, null);
        } else if (state == State.WOKEN) {
            push();
        } else {
            state = State.IDLE;
        }
    }

    private void end(T value, Throwable failure) {
        state = State.DONE;
        executor.ended(this);
        handle.end(value, failure);
    }
    // end
}
