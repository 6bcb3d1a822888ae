package book.ch06;

import trale.Future;

/// A task without WOKEN: a wake while it is being polled does nothing.
final class BrokenMissesWake extends Task {
    BrokenMissesWake(Executor executor, Future<?> future) {
        super(executor, future);
    }

    // region wake
    @Override
    public void wake() {
        switch (state) {
            case IDLE -> push();
            case RUNNING, QUEUED, WOKEN, DONE -> {}
        }
    }
    // end
}
