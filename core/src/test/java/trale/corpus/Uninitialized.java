package trale.corpus;

import static trale.Async.await;

import trale.Async.Body;
import trale.corpus.Objects.Foo;
import trale.corpus.Objects.Nested;

/// Objects that lie in locals before their constructor is called. Eclipse's compiler makes of these bodies class files that
/// no JVM accepts, so they are javac's alone.
final class Uninitialized {
    private Uninitialized() {}

    private static final class Hidden {
        private final String s;

        private Hidden(long l, String s) {
            this.s = s + l;
        }
    }

    /// Before the try, javac moves what lies on the stack to locals: also the Foo whose constructor has not been called.
    static Body<?> switchArgumentWithATry(Probe p) {
        return () -> new Nested(new Foo(switch (await(p.later("a"))) {
            case "a" -> {
                try {
                    yield await(p.later(2));
                } finally {
                    p.log(await(p.later("finally")));
                }
            }
            default -> 3;
        }, await(p.later("s"))), switch (await(p.later(1))) {
            default -> {
                synchronized (p) {
                    yield p.see(null);
                }
            }
        });
    }

    static Body<?> privateConstructorWithATryButNoAwaitInItsArgument(Probe p) {
        return () -> {
            long n = await(p.later(7L));
            var hidden = new Hidden(switch ((int) n) {
                case 7 -> {
                    try {
                        yield p.see(n);
                    } finally {
                        p.log("finally");
                    }
                }
                default -> 0L;
            }, "h");
            return hidden.s + await(p.later("."));
        };
    }
}
