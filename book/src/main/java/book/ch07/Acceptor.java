package book.ch07;

import book.linux.Epoll;
import book.linux.Linux;
import java.io.IOException;
import trale.Context;
import trale.Future;
import trale.Poll;

/// Accepts a given number of clients, and spawns a task for each.
final class Acceptor implements Future<Void> {
    private final Executor executor;
    private final int listener;
    private int clients;

    Acceptor(Executor executor, int listener, int clients) {
        this.executor = executor;
        this.listener = listener;
        this.clients = clients;
    }

    @Override
    public Poll<Void> poll(Context cx) throws IOException {
        for (; clients > 0; clients--) {
            int client = Linux.accept(listener);
            if (client == -Linux.EAGAIN) {
                executor.reactor.wakeWhenReady(listener, Epoll.IN, cx.waker());
                return Poll.pending();
            }
            executor.spawn(new Echo(executor.reactor, Linux.check("accept", client)));
        }
        Linux.close(listener);
        return Poll.ready(null);
    }
}
