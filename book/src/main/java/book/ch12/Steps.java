package book.ch12;

import java.util.List;
import java.util.concurrent.Callable;
import trale.Context;
import trale.Future;
import trale.Poll;

/// Futures one after the other: each is made when the one before it is ready. Ready when the last one is.
final class Steps implements Future<Void> {
    private final List<Callable<Future<?>>> steps;
    private int next;
    private Future<?> current;

    @SafeVarargs
    @SuppressWarnings("varargs") // they are only read
    Steps(Callable<Future<?>>... steps) {
        this.steps = List.of(steps);
    }

    interface Action {
        void run() throws Exception;
    }

    /// {@return a step that does something at once}
    static Callable<Future<?>> act(Action action) {
        return () -> {
            action.run();
            return null;
        };
    }

    @Override
    public Poll<Void> poll(Context cx) throws Exception {
        while (current != null || next < steps.size()) {
            if (current == null) current = steps.get(next++).call();
            if (current != null && current.poll(cx) instanceof Poll.Pending<?>) return Poll.pending();
            current = null;
        }
        return Poll.ready(null);
    }

    @Override
    public void drop() {
        if (current != null) current.drop();
    }
}
