package book.ch08;

import book.linux.Epoll;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/// Turns what the kernel reports into events of slots. Each descriptor is added to epoll once.
final class Reactor implements AutoCloseable {
    private final Epoll epoll = new Epoll();
    private final Supplier<Slot> newSlot;
    final Map<Integer, Source> sources = new HashMap<>();
    int turns;

    Reactor(Supplier<Slot> newSlot) throws IOException {
        this.newSlot = newSlot;
    }

    // region reactor
    /// The two directions of a descriptor.
    record Source(Slot read, Slot write) {
        void event(int events) {
            boolean hungUp = (events & (Epoll.HUP | Epoll.ERR)) != 0;
            boolean ended = hungUp || (events & Epoll.RDHUP) != 0;
            if (ended || (events & Epoll.IN) != 0) read.event(ended);
            if (hungUp || (events & Epoll.OUT) != 0) write.event(hungUp);
        }
    }

    Source register(int fd) {
        var source = new Source(newSlot.get(), newSlot.get());
        sources.put(fd, source);
        epoll.add(fd, Epoll.IN | Epoll.OUT | Epoll.RDHUP | Epoll.ET);
        return source;
    }

    void deregister(int fd) {
        epoll.delete(fd);
        sources.remove(fd);
    }

    int turn(int timeoutMillis) {
        turns++;
        int n = epoll.await(timeoutMillis);
        for (int i = 0; i < n; i++) {
            Source source = sources.get(epoll.fd(i));
            if (source != null) source.event(epoll.events(i));
        }
        return n;
    }
    // end

    @Override
    public void close() {
        epoll.close();
    }
}
