package trale.corpus;

import static trale.Async.await;

import trale.Async.Body;
import trale.Async.VoidBody;

/// Method references as bodies.
final class References {
    private final Probe p;
    private int count = 1;
    private static Probe shared;

    private References(Probe p) {
        this.p = p;
    }

    private int serve() throws Exception {
        count += await(p.later(2));
        return count + await(p.later(1));
    }

    long publicly() throws Exception {
        return 5L + await(p.later(count));
    }

    static String statically() throws Exception {
        return "static" + await(shared.later(1));
    }

    private boolean flag() throws Exception {
        return await(p.later(true));
    }

    static Body<?> bound(Probe p) {
        return new References(p)::serve;
    }

    static Body<?> boundAndOverridable(Probe p) {
        return new References(p)::publicly;
    }

    static Body<?> ofAStaticMethod(Probe p) {
        shared = p;
        return References::statically;
    }

    static Body<?> boxed(Probe p) {
        return new References(p)::flag;
    }

    static VoidBody resultThrownAway(Probe p) {
        return new References(p)::serve;
    }
}
