/// `Timeout` polls work and a sleep, and becomes the value of the work, or fails with TimeoutException.
///
/// Four rules. A value that is ready when the time is over is not thrown away. The one of the two that is not needed any more is dropped,
/// also if the work fails. A `Timeout` that is dropped itself drops both. And each of the two is polled with the context of this poll.

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
        if (sleep.poll(cx) instanceof Poll.Ready<?>) throw new TimeoutException();
        return work.poll(cx);
    }
}
