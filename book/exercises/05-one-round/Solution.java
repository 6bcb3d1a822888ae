/// The size of the queue, read once, is the length of the round.

import java.util.ArrayDeque;
import java.util.function.BooleanSupplier;

final class Round {
    final ArrayDeque<BooleanSupplier> queue = new ArrayDeque<>();

    /// A task answers whether it has finished. If not, it goes behind the others.
    void runOneRound() {
        for (int left = queue.size(); left > 0; left--) {
            var task = queue.removeFirst();
            if (!task.getAsBoolean()) queue.addLast(task);
        }
    }
}
