package trale.reactor;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import trale.internal.probe.Probe;

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
    public void watch(@Nullable Probe probe) {
        reactor.watch(probe);
    }

    @Override
    public boolean hasReactorThread() {
        return false;
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
