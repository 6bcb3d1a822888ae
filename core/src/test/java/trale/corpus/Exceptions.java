package trale.corpus;

import static trale.Async.await;

import java.io.IOException;
import java.util.concurrent.CancellationException;
import trale.Async.Body;
import trale.Async.VoidBody;

/// try, catch, finally, and the ways out of them.
final class Exceptions {
    private Exceptions() {}

    static final class Resource implements AutoCloseable {
        private final Probe p;
        private final String name;

        Resource(Probe p, String name) {
            this.p = p;
            this.name = name;
            p.log("open " + name);
        }

        @Override
        public void close() throws IOException {
            p.log("close " + name);
            if (name.startsWith("bad")) throw new IOException("close " + name);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Body<?> caught(Probe p) {
        return () -> {
            var s = "";
            try {
                s += await(p.later("a"));
                s += await(p.failing(new IOException("io")));
                s += "never";
            } catch (IOException | IllegalStateException e) {
                s += e.getMessage() + await(p.later("b"));
            } finally {
                s += await(p.later("c"));
                p.log(s);
            }
            return s;
        };
    }

    static Body<?> uncaughtThroughFinally(Probe p) {
        return () -> {
            long kept = 7;
            try {
                throw new IOException("io" + await(p.later(1)));
            } finally {
                p.log("finally " + await(p.later(2)) + kept);
            }
        };
    }

    static Body<?> returnThroughFinally(Probe p) {
        return () -> {
            for (int i = 0; ; i++) {
                try {
                    if (i == 1) return 5L + await(p.later(i));
                    p.log("round " + i);
                } finally {
                    p.log("finally " + await(p.later(i)));
                }
            }
        };
    }

    static Body<?> finallyReplacesTheResult(Probe p) {
        return () -> {
            int n = 1;
            try {
                n = 2;
                return n;
            } finally {
                n = await(p.later(3));
            }
        };
    }

    static Body<?> breakAndContinueThroughFinally(Probe p) {
        return () -> {
            int sum = 0;
            outer:
            for (int i = 0; i < 4; i++) {
                for (int j = 0; j < 4; j++) {
                    try {
                        sum += await(p.later(i * j));
                        if (j == 2) continue outer;
                        if (i == 2) break outer;
                    } catch (RuntimeException e) {
                        p.log("caught " + e.getMessage());
                        break;
                    } finally {
                        p.log(i + " " + j + await(p.later("f")));
                    }
                }
                p.log("not reached after a continue");
            }
            return sum;
        };
    }

    static VoidBody withResources(Probe p) {
        return () -> {
            try (var a = new Resource(p, await(p.later("a"))); var b = new Resource(p, "b" + await(p.later(1)))) {
                p.log(a.name + b.name + await(p.later("in")));
            }
        };
    }

    static Body<?> withResourcesThatFail(Probe p) {
        return () -> {
            try (var a = new Resource(p, "bad a"); var b = new Resource(p, "bad b")) {
                p.log(await(p.later("in")) + a.name + b.name);
                await(p.failing(new IllegalStateException("first")));
            } catch (IllegalStateException e) {
                return e.getMessage() + e.getSuppressed().length + e.getSuppressed()[1].getMessage() + await(p.later("."));
            }
            return "never";
        };
    }

    static Body<?> nested(Probe p) {
        return () -> {
            var s = new StringBuilder();
            try {
                try {
                    try {
                        await(p.failing(new IOException("inner")));
                    } finally {
                        s.append(await(p.later("f1 ")));
                    }
                } catch (IOException e) {
                    s.append(e.getMessage());
                    throw new IllegalStateException(await(p.later("outer")), e);
                } finally {
                    s.append(" f2");
                    p.log(await(p.later(s)));
                }
            } catch (IllegalStateException e) {
                return s + e.getMessage() + e.getCause().getMessage();
            }
            return "never";
        };
    }

    static Body<?> awaitInACatchThatRethrows(Probe p) {
        return () -> {
            try {
                Integer.parseInt(await(p.later("x")));
            } catch (NumberFormatException e) {
                p.log(await(p.later("handling")));
                throw e;
            }
            return 0;
        };
    }

    static Body<?> cancellationIsAnException(Probe p) {
        return () -> {
            try {
                return await(p.later("value"));
            } catch (CancellationException e) {
                p.log("cancelled, " + await(p.later("cleaning up")));
                throw e;
            } finally {
                p.log("finally " + await(p.later("x")));
            }
        };
    }

    static Body<?> cancellationCanBeRefused(Probe p) {
        return () -> {
            for (int i = 0; ; i++) {
                try {
                    return i + await(p.later("value"));
                } catch (CancellationException e) {
                    p.log("refused " + i);
                }
            }
        };
    }

    static Body<?> assignedInTheTryReadInTheHandler(Probe p) {
        return () -> {
            int n = 0;
            String s = null;
            long l = 1;
            try {
                n = await(p.later(1));
                s = await(p.later("s"));
                l = await(p.later(9L));
                await(p.failing(new Exception("e")));
                s = "late";
            } catch (Exception e) {
                return n + s + l + e.getMessage();
            }
            return s;
        };
    }

    static Body<?> throwsWhatItCaughtByType(Probe p) {
        return () -> {
            Exception last = null;
            for (int i = 0; i < 4; i++) {
                try {
                    switch (i) {
                        case 0 -> await(p.failing(new IOException("0")));
                        case 1 -> throw new ArithmeticException("" + 1 / await(p.later(0)));
                        case 2 -> await(p.<Object[]>later(new String[0]))[3] = await(p.later(1));
                        default -> ((Object) await(p.<String>later(null))).hashCode();
                    }
                } catch (IOException | ArithmeticException e) {
                    e.addSuppressed(new Exception(await(p.later("s"))));
                    last = e;
                } catch (RuntimeException e) {
                    p.log(e);
                    if (last != null) e.addSuppressed(last);
                    last = e;
                }
            }
            throw last;
        };
    }

    static Body<?> monitorsWithoutAwait(Probe p) {
        return () -> {
            int n = await(p.later(1));
            var lock = new Object();
            synchronized (lock) {
                n++;
                synchronized (p) {
                    n += Thread.holdsLock(lock) && Thread.holdsLock(p) ? 10 : 0;
                }
            }
            try {
                synchronized (lock) {
                    throw new IOException("in" + n);
                }
            } catch (IOException e) {
                n += await(p.later(Thread.holdsLock(lock) ? 1000 : 100));
            }
            for (int i = 0; i < 3; i++) {
                synchronized (lock) {
                    if (i == 1) continue;
                    n++;
                }
                n += await(p.later(2));
            }
            return n;
        };
    }

    static Body<?> stackOverflow(Probe p) {
        return () -> {
            try {
                return await(p.later(Exceptions.deep(0)));
            } catch (StackOverflowError e) {
                return "overflow" + await(p.later("!"));
            }
        };
    }

    private static int deep(int n) {
        return 1 + deep(n + 1);
    }
}
