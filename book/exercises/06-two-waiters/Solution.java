/// A waker for each future that waits: a set, so that a task that is polled twice is in it once.

import java.util.LinkedHashSet;
import java.util.Set;
import trale.Context;
import trale.Future;
import trale.Poll;
import trale.Waker;

final class SharedMailbox {
    private String value;
    private final Set<Waker> wakers = new LinkedHashSet<>();

    void put(String newValue) {
        value = newValue;
        wakers.forEach(Waker::wake);
        wakers.clear();
    }

    /// {@return a future for one task}
    Future<String> read() {
        return this::poll;
    }

    private Poll<String> poll(Context cx) {
        if (value != null) return Poll.ready(value);
        wakers.add(cx.waker());
        return Poll.pending();
    }
}
