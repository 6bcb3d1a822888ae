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
    private boolean polled;

    BrokenSleep(Reactor reactor, long nanos) throws IOException {
        this.reactor = reactor;
        Linux.setTimer(fd, nanos);
    }

    @Override
    public Poll<Void> poll(Context cx) {
        if (polled) {
            Linux.close(fd);
            return Poll.ready(null);
        }
        polled = true;
        reactor.wakeWhenReadable(fd, cx.waker());
        return Poll.pending();
    }
}
// end
