/// `Both` runs two futures at the same time and becomes the pair of their values.
///
/// If one of them fails, it drops the other, and fails with the same exception. If it is dropped itself, it drops those that have not
/// ended.
///
/// Here a wake for the second one leads to a poll of the first one only, until that has ended.

import java.util.Map;
import trale.Context;
import trale.Future;
import trale.Poll;

final class Both<A, B> implements Future<Map.Entry<A, B>> {
    private final Future<A> first;
    private final Future<B> second;
    private Poll<A> firstEnd = Poll.pending();

    Both(Future<A> first, Future<B> second) {
        this.first = first;
        this.second = second;
    }

    @Override
    public Poll<Map.Entry<A, B>> poll(Context cx) throws Exception {
        if (firstEnd instanceof Poll.Pending<A>) firstEnd = first.poll(cx);
        if (!(firstEnd instanceof Poll.Ready<A>(var a))) return Poll.pending();
        return second.poll(cx) instanceof Poll.Ready<B>(var b) ? Poll.ready(Map.entry(a, b)) : Poll.pending();
    }
}
