package book.ch07;

import book.linux.Epoll;
import book.linux.Linux;
import java.nio.ByteBuffer;
import trale.Context;
import trale.Future;
import trale.Poll;

/// Sends back to one client what it sends: the task of chapter 4, which now says what it waits for.
final class Echo implements Future<Void> {
    private enum State { READING, WRITING }

    private final Reactor reactor;
    private final int client;
    private final ByteBuffer buffer = Linux.allocate(1024);
    private State state = State.READING;

    Echo(Reactor reactor, int client) {
        this.reactor = reactor;
        this.client = client;
    }

    // region poll
    @Override
    public Poll<Void> poll(Context cx) {
        for (;;) {
            switch (state) {
                case READING -> {
                    int n = Linux.read(client, buffer.clear());
                    if (n == -Linux.EAGAIN) {
                        reactor.wakeWhenReady(client, Epoll.IN, cx.waker());
                        return Poll.pending();
                    }
                    if (n <= 0) return end();
                    buffer.flip();
                    state = State.WRITING;
                }
                case WRITING -> {
                    int n = Linux.write(client, buffer);
                    if (n == -Linux.EAGAIN) {
                        reactor.wakeWhenReady(client, Epoll.OUT, cx.waker());
                        return Poll.pending();
                    }
                    if (n < 0) return end();
                    if (!buffer.hasRemaining()) state = State.READING;
                }
            }
        }
    }
    // end

    private Poll<Void> end() {
        Linux.close(client);
        return Poll.ready(null);
    }
}
