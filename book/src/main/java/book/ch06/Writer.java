package book.ch06;

import java.util.function.Consumer;
import trale.Context;
import trale.Future;
import trale.Poll;

/// Takes two polls to write a name: it wakes itself to get the second.
// region writer
final class Writer implements Future<Void> {
    private final Executor executor;
    private final Consumer<String> mailbox;
    private boolean halfDone;

    Writer(Executor executor, Consumer<String> mailbox) {
        this.executor = executor;
        this.mailbox = mailbox;
    }

    @Override
    public Poll<Void> poll(Context cx) {
        if (!halfDone) {
            executor.log.add("writer: half of the name");
            halfDone = true;
            cx.waker().wake(); // while it is being polled
            return Poll.pending();
        }
        executor.log.add("writer: the other half");
        mailbox.accept("Ada");
        mailbox.accept("Ada Lovelace"); // a correction: wakes the greeter again
        return Poll.ready(null);
    }
}
// end
