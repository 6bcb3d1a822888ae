/// `runOneRound` polls each task that is in the queue now once, and not those that join it meanwhile.
///
/// An executor may do that between two looks at the sockets. (trale counts polls instead.) Here it polls until the queue is empty, so a
/// task that yields for ever keeps it for ever.

import java.util.ArrayDeque;
import java.util.function.BooleanSupplier;

final class Round {
    final ArrayDeque<BooleanSupplier> queue = new ArrayDeque<>();

    /// A task answers whether it has finished. If not, it goes behind the others.
    void runOneRound() {
        while (!queue.isEmpty()) {
            var task = queue.removeFirst();
            if (!task.getAsBoolean()) queue.addLast(task);
        }
    }
}
