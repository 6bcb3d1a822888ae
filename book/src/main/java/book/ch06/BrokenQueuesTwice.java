package book.ch06;

import trale.Future;

/// A task that is put into the run-queue by each wake.
final class BrokenQueuesTwice extends Task {
    BrokenQueuesTwice(Executor executor, Future<?> future) {
        super(executor, future);
    }

    // region wake
    @Override
    public void wake() {
        switch (state) {
            case IDLE, QUEUED -> push();
            case RUNNING -> state = State.WOKEN;
            case WOKEN, DONE -> {}
        }
    }
    // end
}
