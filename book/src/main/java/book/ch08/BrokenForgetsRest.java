package book.ch08;

/// Waits for the next event after each call, also if the call has left something.
final class BrokenForgetsRest extends Slot {
    // region done
    @Override
    void done(boolean more) {
        if (ended) state = READY;
    }
    // end
}
