package book.ch08;

import book.linux.Linux;
import java.nio.ByteBuffer;
import trale.Context;
import trale.Future;
import trale.Poll;

/// Sends back to one client what it sends.
final class Echo implements Future<Void> {
    private enum State { READING, WRITING }

    private final Reactor reactor;
    private final Reactor.Source source;
    private final int client;
    private final ByteBuffer buffer = Linux.allocate(8); // small, so that a message does not fit
    private State state = State.READING;

    Echo(Reactor reactor, int client) {
        this.reactor = reactor;
        this.client = client;
        source = reactor.register(client);
    }

    // region poll
    @Override
    public Poll<Void> poll(Context cx) {
        for (;;) {
            switch (state) {
                case READING -> {
                    if (!source.read().poll(cx)) return Poll.pending();
                    int n = Linux.read(client, buffer.clear());
                    if (n == -Linux.EAGAIN) continue;
                    source.read().done(!buffer.hasRemaining());
                    if (n <= 0) return end();
                    buffer.flip();
                    state = State.WRITING;
                }
                case WRITING -> {
                    if (!source.write().poll(cx)) return Poll.pending();
                    int n = Linux.write(client, buffer);
                    if (n == -Linux.EAGAIN) continue;
                    source.write().done(!buffer.hasRemaining());
                    if (n < 0) return end();
                    if (!buffer.hasRemaining()) state = State.READING;
                }
            }
        }
    }
    // end

    private Poll<Void> end() {
        reactor.deregister(client);
        Linux.close(client);
        return Poll.ready(null);
    }
}
