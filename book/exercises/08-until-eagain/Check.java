import static book.learn.Expect.equal;
import static book.learn.Expect.that;

import java.util.ArrayDeque;
import trale.Context;
import trale.Poll;
import trale.Waker;

void main() throws Exception {
    var kernel = new Kernel();
    var count = new CountBytes(kernel);
    int[] wakes = {0};
    var cx = Context.of(() -> wakes[0]++);
    that(count.poll(cx) instanceof Poll.Pending<?>, "It is ready although nothing has come.");
    kernel.comes(8, 8, 3);
    equal(1, wakes[0], "the number of wakes when 19 bytes have come");
    that(count.poll(cx) instanceof Poll.Pending<?>, "It is ready before the end.");
    equal(0, kernel.left(), "the number of reads that are left, of 3 that were needed,");
    kernel.comes(5, 0); // the last data, and the end, in one event
    that(count.poll(cx).equals(Poll.ready(24)), "It does not become 24, although 24 bytes and the end have come.");
}

static final class Kernel implements Edge {
    private final ArrayDeque<Integer> reads = new ArrayDeque<>();
    private boolean event;
    private Waker waiting;

    void comes(int... answers) {
        for (int n : answers) reads.add(n);
        event = true;
        if (waiting != null) waiting.wake();
        waiting = null;
    }

    int left() {
        return reads.size();
    }

    @Override
    public boolean poll(Context cx) {
        if (event) {
            event = false;
            return true;
        }
        waiting = cx.waker();
        return false;
    }

    @Override
    public int read() {
        return reads.isEmpty() ? -EAGAIN : reads.remove();
    }
}
