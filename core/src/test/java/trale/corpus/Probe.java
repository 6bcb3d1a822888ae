package trale.corpus;

import java.util.Arrays;
import java.util.BitSet;
import java.util.concurrent.CancellationException;
import java.util.function.IntConsumer;
import java.util.function.IntUnaryOperator;
import trale.Async.Body;
import trale.Async.VoidBody;
import trale.Context;
import trale.Future;
import trale.Poll;
import trale.Waker;

/// What a body is given: futures that are pending as often as the run wants, and a log of what it did. It numbers the
/// awaits in the order in which they happen.
public final class Probe {
    private final IntUnaryOperator pendings;
    private final BitSet cancelled = new BitSet();
    private final StringBuilder log = new StringBuilder();
    private IntConsumer atAwait = _ -> {};
    private int awaits;
    private int open;
    private Waker waker;

    /// @param pendings how often the future of an await is pending, by its number
    public Probe(IntUnaryOperator pendings) {
        this.pendings = pendings;
    }

    /// For the plain twin: these awaits throw CancellationException.
    public static Probe cancellingAt(int... awaits) {
        var probe = new Probe(_ -> 0);
        for (int number : awaits) probe.cancelled.set(number);
        return probe;
    }

    /// Calls this with the number of each await when its future is polled first.
    public void atAwait(IntConsumer action) {
        atAwait = action;
    }

    public void log(Object what) {
        log.append(show(what)).append('\n');
    }

    /// Logs and returns: for the order of evaluation.
    public <T> T see(T value) {
        log(value);
        return value;
    }

    public <T> Future<T> later(T value) {
        return new Leaf<>(value, null);
    }

    public <T> Future<T> failing(Exception e) {
        return new Leaf<>(null, e);
    }

    public String log() {
        return log.toString();
    }

    /// How many leaves were awaited.
    public int awaits() {
        return awaits;
    }

    /// How many leaves were polled and have neither been ready nor dropped.
    public int open() {
        return open;
    }

    /// {@return what polled a leaf last}
    public Waker waker() {
        return waker;
    }

    /// {@return a text that is the same for both twins}
    ///
    /// A helpful NullPointerException names variables, and operands that a state machine keeps in variables of its own; a
    /// ClassCastException names class loaders.
    public static String show(Object o) {
        return switch (o) {
            case NullPointerException _ -> "a NullPointerException";
            case ClassCastException _ -> "a ClassCastException";
            case Throwable t -> {
                var text = new StringBuilder(t.getClass().getName()).append(": ").append(t.getMessage());
                for (var s : t.getSuppressed()) text.append(" suppressed ").append(show(s));
                if (t.getCause() != null) text.append(" caused by ").append(show(t.getCause()));
                yield text.toString();
            }
            case null, default -> {
                var text = Arrays.deepToString(new Object[] {o}); // knows all kinds of arrays
                yield text.substring(1, text.length() - 1);
            }
        };
    }

    /// What an await does in the plain twin.
    @SuppressWarnings("unchecked") // a future's value is of the type it says
    public static <T> T plainAwait(Future<? extends T> f) throws Exception {
        for (;;) if (f.poll(Context.of(() -> {})) instanceof Poll.Ready<?>(var value)) return (T) value;
    }

    /// What a nested body is in the plain twin.
    public static <T> Future<T> plainAsync(Body<T> body) {
        return _ -> Poll.ready(body.run());
    }

    /// As above.
    public static Future<Void> plainAsync(VoidBody body) {
        return _ -> {
            body.run();
            return Poll.ready(null);
        };
    }

    private final class Leaf<T> implements Future<T> {
        private final T value;
        private final Exception failure;
        private int left = -1; // not polled yet

        Leaf(T value, Exception failure) {
            this.value = value;
            this.failure = failure;
        }

        /// {@return whether the plain twin is cancelled here}
        private boolean begin() {
            int number = awaits++;
            open++;
            left = pendings.applyAsInt(number);
            atAwait.accept(number);
            return cancelled.get(number);
        }

        @Override
        public Poll<T> poll(Context cx) throws Exception {
            waker = cx.waker();
            if (left < 0 && begin()) {
                drop();
                throw new CancellationException("cancelled");
            }
            if (left-- > 0) {
                waker.wake();
                return Poll.pending();
            }
            open--;
            if (failure != null) throw failure;
            return Poll.ready(value);
        }

        @Override
        public void drop() {
            open--;
            log("drop " + show(value));
        }
    }
}
