/// Reads until the kernel says EAGAIN, and only then asks the slot again.

import trale.Context;
import trale.Future;
import trale.Poll;

final class CountBytes implements Future<Integer> {
    private final Edge edge;
    private int bytes;

    CountBytes(Edge edge) {
        this.edge = edge;
    }

    @Override
    public Poll<Integer> poll(Context cx) {
        while (edge.poll(cx)) {
            for (int n; (n = edge.read()) != -Edge.EAGAIN; bytes += n) {
                if (n == 0) return Poll.ready(bytes);
            }
        }
        return Poll.pending();
    }
}

/// One direction of a descriptor. It does not know about short reads.
interface Edge {
    int EAGAIN = 11;

    /// {@return whether an event has come since the last call; if not, the waker is kept}
    boolean poll(Context cx);

    /// {@return how many bytes, 0 at the end, or -EAGAIN}
    int read();
}
