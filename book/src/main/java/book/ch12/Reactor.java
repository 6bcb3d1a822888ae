package book.ch12;

import book.linux.Epoll;
import book.linux.Linux;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/// Sleeps in epoll_wait, and turns what Linux reports into wakes.
final class Reactor {
    final Timers timers;
    private final Executor executor;
    private final Epoll epoll = new Epoll();
    private final int eventFd = Linux.eventFd();
    private final Map<Integer, Source> sources = new HashMap<>();

    Reactor(Executor executor) throws IOException {
        this.executor = executor;
        timers = new Timers(executor.has(Defect.TIMER_IS_SET_TO_ZERO) ? 0 : 1);
        epoll.add(eventFd, Epoll.IN | Epoll.ET);
        epoll.add(timers.fd, Epoll.IN | Epoll.ET);
    }

    /// The two directions of a descriptor.
    record Source(int fd, Slot read, Slot write) {
        void event(int events) {
            boolean hungUp = (events & (Epoll.HUP | Epoll.ERR)) != 0;
            boolean ended = hungUp || (events & Epoll.RDHUP) != 0;
            if (ended || (events & Epoll.IN) != 0) read.event(ended);
            if (hungUp || (events & Epoll.OUT) != 0) write.event(hungUp);
        }
    }

    /// Once for each descriptor; in a task, as all that sockets do.
    Source register(int fd) throws IOException {
        var source = new Source(fd, new Slot(), new Slot());
        add(source);
        return source;
    }

    /// Called before each operation; only the original did something here.
    void touch(Source source) throws IOException {
        if (executor.has(Defect.EVERY_POLL_REGISTERS)) add(source);
    }

    private void add(Source source) throws IOException {
        Linux.check("epoll_ctl", epoll.add(source.fd, Epoll.IN | Epoll.OUT | Epoll.RDHUP | Epoll.ET));
        sources.put(source.fd, source);
    }

    void close(Source source) {
        epoll.delete(source.fd);
        sources.remove(source.fd);
        Linux.close(source.fd);
    }

    // region turn
    void turn(boolean sleep) {
        if (sleep) timers.arm();
        int n = epoll.await(sleep ? -1 : 0);
        if (n < 0 && (n != -Linux.EINTR || executor.has(Defect.EINTR_IS_A_FAILURE))) {
            throw new IllegalStateException("epoll_wait: error " + -n);
        }
        for (int i = 0; i < n; i++) {
            Source source = sources.get(epoll.fd(i)); // none: the eventfd, the timerfd
            if (source != null) source.event(epoll.events(i));
        }
        timers.expire();
    }
    // end

    /// From any thread.
    void wakeup() {
        Linux.writeNumber(eventFd, Linux.allocate(8).putLong(0, 1));
    }

    void close() {
        epoll.close();
        Linux.close(eventFd);
        Linux.close(timers.fd);
    }
}
