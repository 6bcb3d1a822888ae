package book.ch10;

import trale.Future;

/// What its poll throws goes on to the executor's loop.
final class BrokenTask<T> extends Task<T> {
    BrokenTask(Executor executor, Future<T> future, JoinHandle<T> handle) {
        super(executor, future, handle);
    }

    // region run
    @Override
    void run() throws Exception {
        step();
    }
    // end
}
