package trale.corpus;

import static trale.Async.async;
import static trale.Async.await;

import java.io.IOException;
import trale.Async.Body;
import trale.Async.VoidBody;
import trale.Future;
import trale.corpus.Exceptions.Resource;

/// try-with-resources, and cleanup that waits.
final class Resources {
    private Resources() {}

    /// Close returns a future: to be awaited in a finally block.
    private record Slow(Probe p, String name) {
        Future<Void> close() {
            return async(() -> {
                p.log("closing " + name + await(p.later(1)));
                try {
                    if (name.startsWith("bad")) throw new IOException("close " + name);
                    await(p.later(2));
                } finally {
                    p.log("closed " + name + await(p.later(3)));
                }
            });
        }
    }

    static Body<?> closedByAFinallyThatWaits(Probe p) {
        return () -> {
            var a = new Slow(p, await(p.later("a")));
            try {
                var b = new Slow(p, await(p.later("b")));
                try {
                    return a.name + b.name + await(p.later("in"));
                } finally {
                    await(b.close());
                }
            } finally {
                await(a.close());
            }
        };
    }

    static Body<?> closingFailsWhileItWaits(Probe p) {
        return () -> {
            var a = new Slow(p, "bad a");
            try {
                await(p.failing(new IllegalStateException("first")));
            } catch (IllegalStateException e) {
                try {
                    await(a.close());
                } catch (IOException closing) {
                    e.addSuppressed(closing);
                }
                throw e;
            }
            return "never";
        };
    }

    static Body<?> nullResources(Probe p) {
        return () -> {
            try (Resource none = null; var a = new Resource(p, "a"); Resource nothing = await(p.later(null))) {
                return a + "" + (none == nothing) + await(p.later("in"));
            } finally {
                p.log(await(p.later("finally")));
            }
        };
    }

    static Body<?> resourcesOfVariables(Probe p) {
        return () -> {
            final var a = new Resource(p, await(p.later("a")));
            var b = new Resource(p, "bad b");
            try (a; b) {
                p.log(await(p.later("in")));
            } catch (IOException e) {
                p.log(e);
                throw new IOException(await(p.later("again")), e);
            }
            return "never";
        };
    }

    static Body<?> initialisersThatFail(Probe p) {
        return () -> {
            int n = 0;
            for (; n < 2; n += await(p.later(1))) {
                try (var a = new Resource(p, "a" + n);
                        var b = await(n == 0 ? p.<Resource>failing(new IOException("b")) : p.later(new Resource(p, "bad b")))) {
                    p.log(a + "in" + b + await(p.later(n)));
                } catch (IOException e) {
                    p.log(e.getMessage() + await(p.later(n)));
                }
            }
            return n;
        };
    }

    @SuppressWarnings("fallthrough")
    static VoidBody waysOutOfTheBlock(Probe p) {
        return () -> {
            loop:
            for (int i = 0; ; i++) {
                try (var a = new Resource(p, "a" + i)) {
                    switch (await(p.later(i))) {
                        case 0:
                            continue;
                        case 1:
                            continue loop;
                        case 2:
                            break;
                        case 3:
                            try (var b = new Resource(p, "b")) {
                                if (a != b) break loop;
                            }
                        default:
                            throw new IllegalStateException();
                    }
                    p.log("after the switch " + await(p.later(i)));
                }
            }
            try (var c = new Resource(p, "c")) {
                if (c.toString() != null) return;
            }
            p.log("never");
        };
    }

    static Body<?> rethrownPrecisely(Probe p) {
        return () -> {
            for (int i = 0; i < 2; i++) {
                try {
                    try {
                        if (i == 0) await(p.failing(new IOException("io")));
                        throw new IllegalArgumentException(await(p.later("argument")));
                    } catch (final Exception e) {
                        p.log("rethrowing " + await(p.later(e.getMessage())));
                        throw e;
                    } finally {
                        p.log(await(p.later("finally")));
                    }
                } catch (IOException | IllegalArgumentException e) {
                    p.log(e);
                }
            }
            return "done";
        };
    }
}
