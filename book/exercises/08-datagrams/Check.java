import static book.learn.Expect.equal;

import java.util.ArrayDeque;
import java.util.List;

void main() {
    var datagrams = new ArrayDeque<>(List.of(5, 1500, 0, 20)); // all came with one event
    int received = 0;
    boolean ready = true;
    while (ready) {
        int answer = datagrams.isEmpty() ? -DatagramRule.EAGAIN : datagrams.remove();
        if (answer >= 0) received++;
        ready = DatagramRule.mayHaveMore(answer, 1500);
    }
    equal(4, received, "the number of datagrams that were received, of 4 that came with one event,");
    equal(false, DatagramRule.mayHaveMore(-DatagramRule.EAGAIN, 1500), "whether more may be there after EAGAIN");
}
