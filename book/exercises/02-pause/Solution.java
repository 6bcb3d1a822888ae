/// Only a turn that had nothing is followed by a sleep.

import java.util.function.BooleanSupplier;

final class PausingLoop {
    private PausingLoop() {}

    /// Runs until `isOpen` says no.
    static void run(BooleanSupplier isOpen, BooleanSupplier turn) throws InterruptedException {
        while (isOpen.getAsBoolean()) {
            if (!turn.getAsBoolean()) Thread.sleep(1);
        }
    }
}
