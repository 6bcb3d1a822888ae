package book.ch10;

/// Blocks any thread that wants to wait, also the executor's.
final class BrokenHandle<T> extends JoinHandle<T> {
    BrokenHandle(Executor executor) {
        super(executor);
    }

    // region join
    /// Outside of tasks: blocks the thread.
    @Override
    T join() throws InterruptedException {
        return awaitEnd();
    }
    // end
}
