package book.ch12;

import trale.Context;
import trale.Future;
import trale.Poll;

/// A future, and what is made of its value: another future.
final class Then<A, B> implements Future<B> {
    private final Future<A> first;
    private final Function<A, B> next;
    private Future<B> second;

    Then(Future<A> first, Function<A, B> next) {
        this.first = first;
        this.next = next;
    }

    interface Function<A, B> {
        Future<B> apply(A value) throws Exception;
    }

    @Override
    public Poll<B> poll(Context cx) throws Exception {
        if (second == null) {
            if (!(first.poll(cx) instanceof Poll.Ready<A>(var value))) return Poll.pending();
            second = next.apply(value);
        }
        return second.poll(cx);
    }

    @Override
    public void drop() {
        if (second == null) first.drop();
        else second.drop();
    }
}
