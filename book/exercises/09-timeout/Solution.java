/// The work is polled first, so a value that is ready wins.

import java.util.concurrent.TimeoutException;
import trale.Context;
import trale.Future;
import trale.Poll;

final class Timeout<T> implements Future<T> {
    private final Future<T> work;
    private final Future<Void> sleep;

    Timeout(Future<T> work, Future<Void> sleep) {
        this.work = work;
        this.sleep = sleep;
    }

    @Override
    public Poll<T> poll(Context cx) throws Exception {
        Poll<T> poll;
        try {
            poll = work.poll(cx);
        } catch (Throwable t) {
            sleep.drop();
            throw t;
        }
        if (poll instanceof Poll.Ready<T>) {
            sleep.drop();
            return poll;
        }
        if (sleep.poll(cx) instanceof Poll.Pending<?>) return poll;
        work.drop();
        throw new TimeoutException();
    }

    @Override
    public void drop() {
        work.drop();
        sleep.drop();
    }
}
