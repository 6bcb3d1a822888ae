package book.ch10;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import trale.Context;
import trale.Future;
import trale.Poll;
import trale.Waker;

/// How to wait for a task: as a future inside another task, by [#join()] outside.
class JoinHandle<T> implements Future<T> {
    private final Executor executor;
    private final List<Waker> joiners = new ArrayList<>();
    private final CountDownLatch ended = new CountDownLatch(1);

    /// Written by the executor's thread before `ended` is counted down; other threads read them after that.
    private T value;
    private Throwable failure;
    private boolean done;
    private volatile boolean seen; // a thread or a task has been told of the failure

    JoinHandle(Executor executor) {
        this.executor = executor;
    }

    // region poll
    /// Inside a task.
    @Override
    public final Poll<T> poll(Context cx) throws Exception {
        if (!done) {
            if (!joiners.contains(cx.waker())) joiners.add(cx.waker());
            return Poll.pending();
        }
        if (failure == null) return Poll.ready(value);
        seen = true;
        if (failure instanceof Exception e) throw e; // the very object
        throw (Error) failure;
    }
    // end

    // region join
    /// Outside of tasks: blocks the thread.
    T join() throws InterruptedException {
        if (executor.isCurrent()) {
            throw new IllegalStateException("join() inside a task would block the executor for ever; poll the handle instead");
        }
        return awaitEnd();
    }
    // end

    final T awaitEnd() throws InterruptedException {
        ended.await();
        if (failure == null) return value;
        seen = true;
        throw new CompletionException(failure);
    }

    // region end
    /// By the executor's thread, once.
    final void end(T newValue, Throwable newFailure) {
        value = newValue;
        failure = newFailure;
        done = true;
        ended.countDown();
        joiners.forEach(Waker::wake);
    }
    // end

    /// {@return a failure that no task and no thread has been told of, or null}
    final Throwable unseenFailure() {
        return seen ? null : failure;
    }
}
