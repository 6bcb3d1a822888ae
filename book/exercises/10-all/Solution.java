/// A future that has ended is taken out of the list of those to poll; its value stays.

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import trale.Context;
import trale.Future;
import trale.Poll;

final class All<T> implements Future<List<T>> {
    private final List<Future<T>> futures;
    private final Object[] values;

    All(List<Future<T>> futures) {
        this.futures = new ArrayList<>(futures); // null where one has ended
        values = new Object[futures.size()];
    }

    @Override
    @SuppressWarnings("unchecked") // the values are of type T
    public Poll<List<T>> poll(Context cx) throws Exception {
        boolean all = true;
        for (int i = 0; i < values.length; i++) {
            Future<T> future = futures.get(i);
            if (future == null) continue;
            try {
                if (future.poll(cx) instanceof Poll.Ready<T>(var value)) {
                    values[i] = value;
                    futures.set(i, null);
                } else {
                    all = false;
                }
            } catch (Throwable t) {
                futures.set(i, null);
                drop();
                throw t;
            }
        }
        return all ? Poll.ready((List<T>) Arrays.asList(values)) : Poll.pending();
    }

    @Override
    public void drop() {
        for (Future<T> future : futures) if (future != null) future.drop();
    }
}
