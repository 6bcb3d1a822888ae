/// Counts the bytes of a connection until its end, with a slot that forgets an event once it has told of it.
///
/// Here each event leads to one `read`. But an event tells that something has come, not how much, and it is told once.

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
            int n = edge.read();
            if (n == 0) return Poll.ready(bytes);
            if (n > 0) bytes += n;
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
