package trale.support;

import java.util.concurrent.atomic.AtomicInteger;
import trale.Context;
import trale.Future;
import trale.Poll;
import trale.Waker;

/// A future that is ready when the test says so, and counts what is done to it.
public final class Gate<T> implements Future<T> {
    public final AtomicInteger polls = new AtomicInteger();
    public final AtomicInteger drops = new AtomicInteger();
    private volatile boolean polled;
    private volatile Waker waker;
    private volatile Poll<T> answer = Poll.pending();

    @Override
    public Poll<T> poll(Context cx) {
        polls.incrementAndGet();
        waker = cx.waker(); // before the answer is read, as open() does it the other way round
        var now = answer;
        polled = true;
        return now;
    }

    @Override
    public void drop() {
        drops.incrementAndGet();
    }

    /// Opens it, and wakes the waiting future.
    public void open(T value) {
        answer = Poll.ready(value);
        if (waker != null) waker.wake();
    }

    /// Waits for the first poll.
    public Waker waker() {
        Ground.until(() -> polled);
        return waker;
    }
}
