import static book.learn.Expect.equal;
import static book.learn.Expect.that;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import trale.Context;
import trale.Poll;
import trale.Waker;

void main() throws Exception {
    for (int ready : new int[] {7, 8}) {
        var kernel = new Kernel();
        var either = new Either(kernel, 7, 8);
        int[] wakes = {0};
        var cx = Context.of(() -> wakes[0]++);
        that(either.poll(cx) instanceof Poll.Pending<?>, "It is ready although nothing has come.");
        that(either.poll(cx) instanceof Poll.Pending<?>, "A poll without news is ready.");
        kernel.comes(ready);
        equal(1, wakes[0], "the number of wakes when something has come for descriptor " + ready);
        that(either.poll(cx).equals(Poll.ready(ready)), "It does not become " + ready + ", for which something has come.");
    }
}

static final class Kernel implements Readiness {
    private final Set<Integer> readable = new HashSet<>();
    private final Map<Integer, Waker> waiting = new HashMap<>();

    void comes(int fd) {
        readable.add(fd);
        Waker waker = waiting.remove(fd);
        if (waker != null) waker.wake();
    }

    @Override
    public boolean canRead(int fd) {
        return readable.contains(fd);
    }

    @Override
    public void wakeWhenReady(int fd, Waker waker) {
        waiting.put(fd, waker);
    }
}
