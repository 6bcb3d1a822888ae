import static book.learn.Expect.equal;
import static book.learn.Expect.that;

import trale.Context;
import trale.Poll;

void main() throws Exception {
    var mailbox = new SharedMailbox();
    int[] wakes = {0, 0};
    var first = mailbox.read();
    var second = mailbox.read();
    var firstTask = Context.of(() -> wakes[0]++);
    var secondTask = Context.of(() -> wakes[1]++);
    first.poll(firstTask);
    second.poll(secondTask);
    first.poll(firstTask); // without news: must be harmless
    mailbox.put("Ada");
    equal(1, wakes[0], "the number of wakes of the first task, which was polled twice,");
    equal(1, wakes[1], "the number of wakes of the second task");
    that(first.poll(firstTask).equals(Poll.ready("Ada")), "The first task does not get the value.");
    that(second.poll(secondTask).equals(Poll.ready("Ada")), "The second task does not get the value.");
}
