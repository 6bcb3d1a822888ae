package trale.corpus;

import trale.Context;
import trale.Future;
import trale.Poll;

/// What a body of the corpus is given: futures that are pending as often as the run wants, and a log of what it did.
public final class Probe {
    private final int pendings;
    private final int cancelAt;
    private final StringBuilder log = new StringBuilder();
    private int awaits;

    public Probe(int pendings, int cancelAt) {
        this.pendings = pendings;
        this.cancelAt = cancelAt;
    }

    public void log(Object what) {
        log.append(what).append('\n');
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

    public int pendings() {
        return pendings;
    }

    /// How many leaves were awaited.
    public int awaits() {
        return awaits;
    }

    /// What an await does in the plain twin.
    @SuppressWarnings("unchecked")
    public static <T> T plainAwait(Future<? extends T> f) throws Exception {
        if (f instanceof Leaf<?> leaf && leaf.isCancelled()) {
            f.drop();
            throw new java.util.concurrent.CancellationException("cancelled");
        }
        for (;;) if (f.poll(Context.of(() -> {})) instanceof Poll.Ready<?>(var value)) return (T) value;
    }

    private final class Leaf<T> implements Future<T> {
        private final T value;
        private final Exception failure;
        private int left = pendings;
        private boolean seen;

        Leaf(T value, Exception failure) {
            this.value = value;
            this.failure = failure;
        }

        boolean isCancelled() {
            if (awaits++ == cancelAt) return true;
            seen = true;
            return false;
        }

        @Override
        public Poll<T> poll(Context cx) throws Exception {
            if (!seen) {
                seen = true;
                awaits++;
            }
            if (left-- > 0) {
                cx.waker().wake();
                return Poll.pending();
            }
            if (failure != null) throw failure;
            return Poll.ready(value);
        }

        @Override
        public void drop() {
            log("drop " + (value instanceof Object[] ? "array" : value));
        }
    }
}
