package trale.support;

import java.util.ArrayList;
import java.util.List;
import trale.Context;
import trale.Future;
import trale.Poll;
import trale.Waker;
import trale.reactor.Source;

/// Futures written by hand, as a user of the public API would.
public final class Futures {
    private Futures() {}

    /// Goes to the back of the run-queue `times` times, and does something at each turn.
    public static Future<Void> yielding(int times, Runnable atEachTurn) {
        var left = new int[] {times};
        return cx -> {
            if (left[0]-- == 0) return Poll.ready(null);
            atEachTurn.run();
            cx.waker().wake();
            return Poll.pending();
        };
    }

    /// Wakes itself and answers Pending until the test is over with it.
    public static Future<Void> yieldingUntil(java.util.function.BooleanSupplier end) {
        return cx -> {
            if (end.getAsBoolean()) return Poll.ready(null);
            cx.waker().wake();
            return Poll.pending();
        };
    }

    /// For a `finally` block that fails.
    public static void raise(Exception failure) throws Exception {
        throw failure;
    }

    /// Waits for ever, and can't be dropped without an exception.
    public static Future<Void> clinging(Throwable thrown) {
        return new Future<>() {
            @Override
            public Poll<Void> poll(Context cx) {
                return Poll.pending();
            }

            @Override
            public void drop() {
                if (thrown instanceof Error e) throw e;
                throw (RuntimeException) thrown;
            }
        };
    }

    /// The same future, but polled again at once when it is pending, `times` times in all.
    public static <T> Future<T> polledInVain(int times, Future<T> f) {
        return new Future<>() {
            private int left = times;

            @Override
            public Poll<T> poll(Context cx) throws Exception {
                if (left-- > 0) cx.waker().wake();
                return f.poll(cx);
            }

            @Override
            public void drop() {
                f.drop();
            }
        };
    }

    /// One read(2) of `atMost` bytes: how many came.
    ///
    /// @param stream a short read means that there is no more
    public static Future<Integer> read(Source source, int fd, int atMost, boolean stream) {
        return new Future<>() {
            private Waker waker;

            @Override
            public Poll<Integer> poll(Context cx) throws Exception {
                waker = cx.waker();
                while (source.read().poll(cx)) {
                    var n = Linux.read(fd, atMost);
                    if (n == -Linux.EAGAIN) continue;
                    source.read().done(!stream || n == atMost || n < 0);
                    return Poll.ready(n);
                }
                return Poll.pending();
            }

            @Override
            public void drop() {
                if (waker != null) source.read().release(waker);
            }
        };
    }

    /// Reads until there are no more bytes, or an error: what every read(2) but those of EAGAIN answered.
    public static Future<List<Integer>> readToEnd(Source source, int fd, int atMost) {
        var all = new ArrayList<Integer>();
        return cx -> {
            for (;;) {
                if (!(read(source, fd, atMost, true).poll(cx) instanceof Poll.Ready<Integer>(var n))) return Poll.pending();
                all.add(n);
                if (n <= 0) return Poll.ready(all);
            }
        };
    }

    /// Writes until it fails: −errno.
    public static Future<Integer> writeUntilItFails(Source source, int fd) {
        return cx -> {
            while (source.write().poll(cx)) {
                var n = Linux.write(fd, 4096);
                if (n == -Linux.EAGAIN) continue;
                source.write().done(true);
                if (n < 0) return Poll.ready(n);
            }
            return Poll.pending();
        };
    }
}
