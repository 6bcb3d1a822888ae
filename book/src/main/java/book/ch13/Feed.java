package book.ch13;

import trale.Future;
import trale.Poll;

/// Numbers that are not there yet: each future is Pending at its first poll, and Ready at the second.
final class Feed {
    private int last;

    Future<Integer> next() {
        boolean[] asked = {false};
        return cx -> {
            if (asked[0]) return Poll.ready(++last);
            asked[0] = true;
            cx.waker().wake();
            return Poll.pending();
        };
    }
}
