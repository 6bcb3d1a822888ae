package book.ch09;

import book.linux.Linux;
import java.io.IOException;
import trale.Context;
import trale.Future;
import trale.Poll;

/// Has a timerfd of its own.
// region sleep
final class BrokenSleep implements Future<Void> {
    private final Reactor reactor;
    private final int fd = Linux.timerFd();
    private final long deadline;

    BrokenSleep(Reactor reactor, long nanos) throws IOException {
        this.reactor = reactor;
        deadline = reactor.timers.now() + nanos;
        Linux.setTimer(fd, nanos);
    }

    @Override
    public Poll<Void> poll(Context cx) {
        if (reactor.timers.now() - deadline >= 0) {
            Linux.close(fd);
            return Poll.ready(null);
        }
        reactor.wakeWhenReadable(fd, cx.waker());
        return Poll.pending();
    }
}
// end
