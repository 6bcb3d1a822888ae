package trale.sync;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.concurrent.atomic.AtomicInteger;
import trale.Context;
import trale.Future;
import trale.Poll;

/// Contexts for futures that a test polls by hand.
final class Wakers {
    static final Context NONE = Context.of(() -> {});
    static final Context THROWING = Context.of(() -> {
        throw new IllegalStateException("a waker that throws");
    });

    private Wakers() {}

    static Context counting(AtomicInteger wakes) {
        return Context.of(wakes::incrementAndGet);
    }

    /// {@return the value of a future that has to be ready}
    static <T> T ready(Future<T> f) throws Exception {
        if (f.poll(NONE) instanceof Poll.Ready<T>(var value)) return value;
        throw new AssertionError("not ready: " + f);
    }

    static <T> Future<T> pending(Future<T> f, Context cx) throws Exception {
        assertInstanceOf(Poll.Pending.class, f.poll(cx));
        return f;
    }
}
