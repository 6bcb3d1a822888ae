package book.ch10;

import trale.Context;
import trale.Future;
import trale.Poll;

/// Spawns a child, waits for it, and doubles what it returns.
// region parent
final class Parent implements Future<Integer> {
    private final Executor executor;
    private final Future<Integer> work;
    private JoinHandle<Integer> child;

    Parent(Executor executor, Future<Integer> work) {
        this.executor = executor;
        this.work = work;
    }

    @Override
    public Poll<Integer> poll(Context cx) throws Exception {
        if (child == null) child = executor.spawn(work);
        return child.poll(cx) instanceof Poll.Ready<Integer>(var value) ? Poll.ready(2 * value) : Poll.pending();
    }
}
// end
