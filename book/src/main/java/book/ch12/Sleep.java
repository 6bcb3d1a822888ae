package book.ch12;

import book.linux.Linux;
import java.io.IOException;
import java.time.Duration;
import trale.Context;
import trale.Future;
import trale.Poll;
import trale.Waker;

/// Ready when its time has come. Its time counts from when it was made.
final class Sleep implements Future<Void> {
    final long deadline;
    final long number = Timers.nextNumber(); // two may have one deadline
    Waker waker;
    private final Executor executor;
    private Reactor.Source own; // of Defect.SLEEP_HAS_A_DESCRIPTOR

    Sleep(Executor executor, Duration duration) {
        this.executor = executor;
        deadline = System.nanoTime() + duration.toNanos();
    }

    @Override
    public Poll<Void> poll(Context cx) throws IOException {
        if (System.nanoTime() - deadline >= 0) {
            drop();
            return Poll.ready(null);
        }
        waker = cx.waker();
        if (executor.has(Defect.SLEEP_HAS_A_DESCRIPTOR)) waitAlone(cx);
        else executor.reactor.timers.put(this);
        return Poll.pending();
    }

    private void waitAlone(Context cx) throws IOException {
        if (own == null) {
            own = executor.reactor.register(Linux.timerFd());
            Linux.setTimer(own.fd(), Math.max(1, deadline - System.nanoTime()));
        }
        own.read().attempt(cx, () -> -Linux.EAGAIN, _ -> false);
    }

    @Override
    public void drop() {
        executor.reactor.timers.remove(this);
        if (own != null) executor.reactor.close(own);
    }
}
