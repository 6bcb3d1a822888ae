import static book.learn.Expect.equal;
import static book.learn.Expect.that;

import java.util.function.BooleanSupplier;

void main() {
    var round = new Round();
    var log = new StringBuilder();
    int[] polls = {0};
    BooleanSupplier yields = () -> {
        that(++polls[0] < 100, "A task that yields was polled 100 times in one round.");
        log.append('y');
        return false;
    };
    round.queue.add(yields);
    round.queue.add(() -> {
        log.append('s');
        round.queue.addLast(() -> {
            log.append('c');
            return true;
        });
        return true;
    });
    round.runOneRound();
    equal("ys", log.toString(), "what ran in the first round");
    round.runOneRound();
    equal("ysyc", log.toString(), "what ran in two rounds");
    equal(1, round.queue.size(), "the number of tasks in the queue after two rounds");
}
