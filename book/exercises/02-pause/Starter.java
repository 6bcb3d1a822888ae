/// A loop that sleeps when there is nothing to do, and is not late when there is.
///
/// `run` is the busy loop of chapter 2. `turn.getAsBoolean()` asks all sockets once, and says whether one of them had something. Change
/// `run` so that it sleeps for a millisecond after a turn that had nothing, and never after one that had something: behind it
/// more may be waiting.

import java.util.function.BooleanSupplier;

final class PausingLoop {
    private PausingLoop() {}

    /// Runs until `isOpen` says no.
    static void run(BooleanSupplier isOpen, BooleanSupplier turn) throws InterruptedException {
        while (isOpen.getAsBoolean()) {
            turn.getAsBoolean();
        }
    }
}
