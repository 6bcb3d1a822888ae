package trale.reactor;

import java.io.IOException;

/// The executor's thread turns the reactor: between polls without waiting, and when nothing is runnable it sleeps in epoll_wait.
/// So a wake by the reactor is a wake on the executor's own thread.
final class OwnThread implements Driver {
    private final Reactor reactor = new Reactor();

    OwnThread() throws IOException {}

    @Override
    public Reactor reactor() {
        return reactor;
    }

    @Override
    public void turn() {
        reactor.turn(false);
    }

    @Override
    public void sleep() {
        reactor.turn(true);
    }

    @Override
    public void wake() {
        reactor.wakeup();
    }

    @Override
    public void close() {
        reactor.close();
    }
}
