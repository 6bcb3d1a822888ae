package trale.corpus;

import static trale.Async.await;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import trale.Async.Body;

/// `new` with awaits among the constructor's arguments.
final class Objects {
    private Objects() {}

    record Foo(int x, String s) {}

    record Wide(long a, double b, Object c, int d) {}

    record Nested(Foo foo, Nested next) {}

    static final class Loud {
        static final StringBuilder LOADED = new StringBuilder();
        final String s;

        Loud(Probe p, String s) {
            p.log("constructing " + s);
            this.s = s;
        }
    }

    /// Its initialiser logs: it must run before the arguments are evaluated.
    static final class Initialised {
        static {
            Loud.LOADED.append("initialised ");
        }

        final int n;

        Initialised(int n) {
            this.n = n;
        }
    }

    private static final class Hidden {
        private final String s;

        private Hidden(long l, String s) {
            this.s = s + l;
        }

        private Hidden() {
            this(1, "none");
        }
    }

    static Body<?> oneArgument(Probe p) {
        return () -> new Foo(1, await(p.later("x")));
    }

    static Body<?> everyArgument(Probe p) {
        return () -> new Wide(await(p.later(1L)), await(p.later(2.0)), await(p.later("c")), await(p.later(4)));
    }

    static Body<?> nested(Probe p) {
        return () -> new Nested(new Foo(await(p.later(1)), "a" + await(p.later("b"))), new Nested(new Foo(2, await(p.later("c"))), null));
    }

    static Body<?> conditionalArgument(Probe p) {
        return () -> new Foo(await(p.later(true)) ? await(p.later(1)) : 2, p.awaits() > 5 ? "n" : await(p.later("y")));
    }

    static Body<?> conditionalWithoutAwaitBesideOneWith(Probe p) {
        return () -> new Nested(new Foo(p.see(1) > 0 ? 5 : 6, "q"),
                await(p.later(1)) == 1 ? new Nested(new Foo(3, await(p.later("z"))), null) : null);
    }

    static Body<?> conditionalWithoutAnyAwait(Probe p) {
        return () -> {
            int n = await(p.later(3));
            var foo = new Foo(n > 2 ? 5 : 6, n < 2 ? "q" : "r");
            return foo + " " + await(p.later(foo));
        };
    }

    static Body<?> switchArgument(Probe p) {
        return () -> new Foo(switch (await(p.later("b"))) {
            case "a" -> 1;
            case "b" -> await(p.later(2));
            default -> {
                p.log("default");
                yield 3;
            }
        }, "s");
    }

    static Body<?> resultUnused(Probe p) {
        return () -> {
            new Loud(p, await(p.later("unused")));
            return 1;
        };
    }

    static Body<?> constructorThrows(Probe p) {
        return () -> {
            try {
                return new ArrayList<String>(await(p.later(-1)));
            } catch (IllegalArgumentException e) {
                return e.getMessage() + await(p.later("!"));
            }
        };
    }

    static Body<?> argumentThrows(Probe p) {
        return () -> {
            try {
                return new Foo(1, await(p.failing(new Exception("argument"))));
            } catch (Exception e) {
                return new Foo(2, e.getMessage());
            }
        };
    }

    static Body<?> privateConstructor(Probe p) {
        return () -> new Hidden(await(p.later(7L)), await(p.later("h"))).s + new Hidden().s + new Hidden(p.see(true) ? 1 : 2, "c").s;
    }

    static Body<?> privateConstructorUnused(Probe p) {
        return () -> {
            new Hidden();
            new Hidden(2, await(p.later("x")));
            return await(p.later("done"));
        };
    }

    @SuppressWarnings("serial") // StringBuilder.length is a member of a class that is not public
    static Body<?> initialisedBeforeTheArguments(Probe p) {
        return () -> {
            Loud.LOADED.append("before ");
            new Initialised(await(p.later(Loud.LOADED.append("argument ").isEmpty() ? 0 : 1)));
            return Loud.LOADED.indexOf("before initialised argument ");
        };
    }

    static Body<?> inAThrow(Probe p) {
        return () -> {
            throw new IllegalStateException("at " + await(p.later("throw")), await(p.later(new Exception("cause"))));
        };
    }

    static Body<?> anonymousWithArguments(Probe p) {
        return () -> {
            var seen = await(p.later("seen"));
            return new ArrayList<String>(List.of(await(p.later("a")), seen)) {
                private static final long serialVersionUID = 1;

                @Override
                public String toString() {
                    return "anonymous " + seen + super.toString();
                }
            }.toString();
        };
    }

    @Override
    public String toString() {
        return "Objects";
    }

    class Inner {
        final int n;

        Inner(int n) {
            this.n = n;
        }

        int sum(Inner other) {
            return n + other.n;
        }
    }

    static Body<?> innerClasses(Probe p) {
        return () -> {
            var outer = new Objects();
            return outer.new Inner(await(p.later(3))).sum(await(p.later(outer)).new Inner(await(p.later(4))));
        };
    }

    static Body<?> deepInACallChain(Probe p) {
        return () -> Map.of("k",
                new Foo(1, String.join(",", await(p.later("a")), new StringBuilder(await(p.later("b"))).append(await(p.later("c"))))));
    }

    static Body<?> compoundAssignmentInAnArgument(Probe p) {
        return () -> {
            int[] a = {1, 2};
            var box = new Operands.Box();
            var foo = new Foo(a[0] += await(p.later(5)) + (a[1]++), "s" + (box.n += await(p.later(1))) + (box.l -= 4));
            return foo + " " + a[0] + a[1] + box.n;
        };
    }
}
