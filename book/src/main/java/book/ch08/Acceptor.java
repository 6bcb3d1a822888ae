package book.ch08;

import book.linux.Linux;
import java.io.IOException;
import trale.Context;
import trale.Future;
import trale.Poll;

/// Accepts a given number of clients, and spawns a task for each.
final class Acceptor implements Future<Void> {
    private final Executor executor;
    private final int listener;
    private final Reactor.Source source;
    private int clients;

    Acceptor(Executor executor, int listener, int clients) {
        this.executor = executor;
        this.listener = listener;
        this.clients = clients;
        source = executor.reactor.register(listener);
    }

    // region poll
    @Override
    public Poll<Void> poll(Context cx) throws IOException {
        while (clients > 0) {
            if (!source.read().poll(cx)) return Poll.pending();
            int client = Linux.accept(listener);
            if (client == -Linux.EAGAIN) continue; // polls the slot again: now it keeps the waker
            source.read().done(true); // one was accepted, and more may have come with it
            executor.spawn(new Echo(executor.reactor, Linux.check("accept", client)));
            clients--;
        }
        executor.reactor.deregister(listener);
        Linux.close(listener);
        return Poll.ready(null);
    }
    // end
}
