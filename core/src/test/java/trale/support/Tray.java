package trale.support;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import trale.Context;
import trale.Future;
import trale.Poll;
import trale.Waker;

/// Items for futures that take them. On the executor's thread alone.
public final class Tray<T> {
    private final boolean handsOver;
    private final Deque<T> items = new ArrayDeque<>();
    private final List<Taking> waiting = new ArrayList<>();

    /// @param handsOver false: an item is taken by the poll of the future that becomes it, as it must be; true: an item is given to
    ///                  the first future that waits, which is wrong, because that one may never be polled again
    public Tray(boolean handsOver) {
        this.handsOver = handsOver;
    }

    public void put(T item) {
        if (handsOver && !waiting.isEmpty()) waiting.getFirst().given = item;
        else items.add(item);
        if (!waiting.isEmpty()) waiting.removeFirst().waker.wake();
    }

    public List<T> items() {
        return new ArrayList<>(items);
    }

    public int waiting() {
        return waiting.size();
    }

    public Future<T> take() {
        return new Taking();
    }

    private final class Taking implements Future<T> {
        private T given;
        private Waker waker;

        @Override
        public Poll<T> poll(Context cx) {
            waker = cx.waker();
            if (given != null) return Poll.ready(given);
            if (!items.isEmpty()) {
                waiting.remove(this);
                return Poll.ready(items.poll());
            }
            if (!waiting.contains(this)) waiting.add(this);
            return Poll.pending();
        }

        /// Woken and not polled since, it passes the wake on.
        @Override
        public void drop() {
            if (!waiting.remove(this) && !items.isEmpty() && !waiting.isEmpty()) waiting.removeFirst().waker.wake();
        }
    }
}
