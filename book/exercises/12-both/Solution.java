/// Each of the two that has not ended is polled at each poll.

import java.util.Map;
import trale.Context;
import trale.Future;
import trale.Poll;

final class Both<A, B> implements Future<Map.Entry<A, B>> {
    private final Future<A> first;
    private final Future<B> second;
    private Poll<A> firstEnd = Poll.pending();
    private Poll<B> secondEnd = Poll.pending();

    Both(Future<A> first, Future<B> second) {
        this.first = first;
        this.second = second;
    }

    @Override
    public Poll<Map.Entry<A, B>> poll(Context cx) throws Exception {
        if (firstEnd instanceof Poll.Pending<A>) {
            try {
                firstEnd = first.poll(cx);
            } catch (Throwable t) {
                if (secondEnd instanceof Poll.Pending<B>) second.drop();
                throw t;
            }
        }
        if (secondEnd instanceof Poll.Pending<B>) {
            try {
                secondEnd = second.poll(cx);
            } catch (Throwable t) {
                if (firstEnd instanceof Poll.Pending<A>) first.drop();
                throw t;
            }
        }
        return firstEnd instanceof Poll.Ready<A>(var a) && secondEnd instanceof Poll.Ready<B>(var b)
                ? Poll.ready(Map.entry(a, b))
                : Poll.pending();
    }

    @Override
    public void drop() {
        if (firstEnd instanceof Poll.Pending<A>) first.drop();
        if (secondEnd instanceof Poll.Pending<B>) second.drop();
    }
}
