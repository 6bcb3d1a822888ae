package book.ch08;

/// Does not keep in mind that the peer has ended: it thinks that another event will say so.
final class BrokenForgetsEnd extends Slot {
    // region done
    @Override
    void done(boolean more) {
        if (more) state = READY;
    }
    // end
}
