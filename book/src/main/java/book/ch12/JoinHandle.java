package book.ch12;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import trale.Context;
import trale.Future;
import trale.Poll;
import trale.Waker;

/// How to wait for a task: chapter 10.
final class JoinHandle<T> implements Future<T> {
    private final Executor executor;
    private final List<Waker> joiners = new ArrayList<>(); // executor's thread only
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean dropped;
    private T value; // written before `ended` is counted down, read after it
    private Throwable failure;

    JoinHandle(Executor executor) {
        this.executor = executor;
    }

    @Override
    public Poll<T> poll(Context cx) throws Exception {
        if (ended.getCount() > 0) {
            if (!joiners.contains(cx.waker())) joiners.add(cx.waker());
            return Poll.pending();
        }
        if (failure == null) return Poll.ready(value);
        if (failure instanceof Exception e) throw e;
        throw (Error) failure;
    }

    /// Detaches the task: it runs on.
    @Override
    public void drop() {
        dropped = true;
    }

    T join() {
        if (executor.isCurrent() && !executor.has(Defect.JOIN_BLOCKS_THE_EXECUTOR)) {
            throw new IllegalStateException("join() inside a task would block the executor for ever; poll the handle instead");
        }
        try {
            ended.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while it waited for a task", e);
        }
        if (failure != null) throw new CompletionException(failure);
        return value;
    }

    void end(T newValue, Throwable newFailure) {
        if (dropped && executor.has(Defect.DROPPED_HANDLE_ENDS_THE_EXECUTOR)) throw new IllegalStateException("there is no receiver");
        value = newValue;
        failure = newFailure;
        ended.countDown();
        joiners.forEach(Waker::wake);
    }
}
