/// `All` polls several futures and becomes the list of their values; if one fails, it drops the others and fails with the same exception.
///
/// If it is dropped itself, it drops those that have not ended.
///
/// Here they are polled one after the other: the second one is not begun before the first one has ended. And a future that is ready is
/// polled again.

import java.util.ArrayList;
import java.util.List;
import trale.Context;
import trale.Future;
import trale.Poll;

final class All<T> implements Future<List<T>> {
    private final List<Future<T>> futures;

    All(List<Future<T>> futures) {
        this.futures = List.copyOf(futures);
    }

    @Override
    public Poll<List<T>> poll(Context cx) throws Exception {
        var values = new ArrayList<T>();
        for (Future<T> future : futures) {
            if (!(future.poll(cx) instanceof Poll.Ready<T>(var value))) return Poll.pending();
            values.add(value);
        }
        return Poll.ready(values);
    }
}
