package trale.corpus;

import static trale.Async.async;
import static trale.Async.await;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import trale.Async.Body;
import trale.Async.VoidBody;
import trale.Future;

/// Bodies in every place of a class where a lambda may stand, and in every form.
final class Forms {
    private static Probe shared;
    private static final Body<?> IN_A_STATIC_FIELD = () -> "field" + await(shared.later(1)) + Forms.IN_A_STATIC_FIELD_TOO;
    private static final int IN_A_STATIC_FIELD_TOO = Integer.parseInt("7");
    private static final Body<?> IN_A_STATIC_INITIALISER;

    static {
        int local = IN_A_STATIC_FIELD_TOO + 1;
        IN_A_STATIC_INITIALISER = () -> local + await(shared.later(2));
    }

    private final Body<?> inAField = () -> this.text() + await(shared.later("field"));
    private final Body<?> inAnInitialiser;
    private final String text;
    private final Body<?> inAConstructor;

    {
        var local = "initialiser";
        inAnInitialiser = () -> local + text() + await(shared.later(3));
    }

    private Forms(Body<?> before, String text) {
        this.text = text;
        int local = text.length();
        inAConstructor = () -> text + local + this.text + await(async(() -> text() + await(shared.later(before != null))));
    }

    private Forms(int n) {
        Body<?> before = () -> n + await(shared.later(n)); // where there is no `this` yet
        this(before, "text" + n);
    }

    private String text() {
        return "<" + text + ">";
    }

    static Body<?> aStaticField(Probe p) {
        shared = p;
        return IN_A_STATIC_FIELD;
    }

    static Body<?> aStaticInitialiser(Probe p) {
        shared = p;
        return IN_A_STATIC_INITIALISER;
    }

    static Body<?> aField(Probe p) {
        shared = p;
        return new Forms(null, "f").inAField;
    }

    static Body<?> anInitialiser(Probe p) {
        shared = p;
        return new Forms(null, "i").inAnInitialiser;
    }

    static Body<?> aConstructor(Probe p) {
        shared = p;
        return new Forms(3).inAConstructor;
    }

    private interface Home {
        int n();

        default Body<String> inADefaultMethod(Probe p) {
            return () -> "default" + n() + hidden() + await(p.later(n()));
        }

        private String hidden() {
            return "hidden";
        }

        static Body<String> inAStaticMethod(Probe p) {
            return () -> "static" + await(p.later(1));
        }

        Body<Integer> IN_A_CONSTANT = () -> 5 + await(shared.later(5));
    }

    private record Point(int n, int y) implements Home {
        private Point {
            if (n < 0) n = -n;
        }

        Body<?> body(Probe p) {
            return () -> n + y + await(p.later(toString())) + n();
        }
    }

    private enum Level implements Home {
        LOW,
        HIGH {
            @Override
            Body<?> body(Probe p) {
                return () -> "high" + ordinal() + await(p.later(this));
            }
        };

        @Override
        public int n() {
            return ordinal();
        }

        Body<?> body(Probe p) {
            return () -> name() + await(p.later(this)) + n();
        }
    }

    static Body<?> anInterface(Probe p) {
        shared = p;
        Home home = () -> 4;
        return () -> await(async(home.inADefaultMethod(p))) + await(async(Home.inAStaticMethod(p))) + await(async(Home.IN_A_CONSTANT))
                + await(async(new Point(-1, 2).inADefaultMethod(p)));
    }

    static Body<?> recordsAndEnums(Probe p) {
        return () -> "" + await(async(new Point(-2, 3).body(p))) + await(async(Level.LOW.body(p))) + await(async(Level.HIGH.body(p)));
    }

    private final class Inner {
        private final String mine = "inner";

        Body<?> body(Probe p) {
            return () -> mine + text + Forms.this.text() + await(p.later(mine));
        }
    }

    static Body<?> anInnerClass(Probe p) {
        return new Forms(null, "outer").new Inner().body(p);
    }

    static Body<?> aGenericMethod(Probe p) {
        return generic(p, new StringBuilder("b"), 1);
    }

    private static <T extends CharSequence & Comparable<T>, E extends Exception> Body<T> generic(Probe p, T t, int n) throws E {
        return () -> {
            T got = await(p.later(t));
            return n > 0 && got.length() + got.compareTo(t) == 1 ? await(p.later(got)) : null;
        };
    }

    static Body<?> aPlainLambda(Probe p) {
        Supplier<Body<Integer>> maker = () -> () -> 1 + await(p.later(1));
        return () -> {
            Callable<Future<Integer>> c = () -> async(() -> 3 + await(p.later(3)));
            return await(async(maker.get())) + await(c.call());
        };
    }

    private interface Marker {}

    private interface Job<T> extends Body<T> {
        default String name() {
            return "job";
        }
    }

    private interface Errand extends VoidBody {}

    static Body<?> anIntersection(Probe p) {
        var body = (Body<String> & Marker) () -> "a" + await(p.later(1));
        var markedFirst = (Marker & Body<String>) () -> "b" + await(p.later(2));
        return () -> await(async(body)) + await(async(markedFirst)) + (body instanceof Marker);
    }

    static Body<?> anInterfaceOfOnesOwn(Probe p) {
        shared = p;
        Job<Integer> job = () -> 1 + await(p.later(1));
        Errand errand = Forms::chore;
        return () -> {
            Job<String> nested = () -> "nested" + await(p.later(job.name()));
            Errand nestedErrand = () -> p.log(await(p.later("errand")));
            return await(async(job)) + await(async(nested)) + await(async(errand)) + await(async(nestedErrand));
        };
    }

    private static int chore() throws Exception {
        return await(shared.later(9));
    }

    static Body<?> deserialised(Probe p) {
        shared = p;
        int n = 4;
        var s = "s";
        Body<String> body = () -> s + n + await(shared.later(1));
        return copy(copy(body));
    }

    @SuppressWarnings("unchecked")
    private static <T extends Serializable> T copy(T original) {
        try {
            var bytes = new ByteArrayOutputStream();
            new ObjectOutputStream(bytes).writeObject(original);
            return (T) new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();
        } catch (IOException | ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }

    static Body<?> methodHandles(Probe p) throws ReflectiveOperationException {
        MethodHandle twice = MethodHandles.lookup().findStatic(Forms.class, "twice", MethodType.methodType(int.class, int.class));
        VarHandle element = MethodHandles.arrayElementVarHandle(int[].class);
        return () -> {
            try {
                var array = new int[3];
                element.set(array, 1, (int) await(p.later(4)));
                int before = (int) element.getAndAdd(array, await(p.later(1)), 2);
                return before + array[1] + (int) twice.invokeExact((int) await(p.later(100))) + (int) twice.invoke(await(p.later(1000)));
            } catch (Throwable t) {
                if (t instanceof Exception e) throw e;
                throw new AssertionError(t);
            }
        };
    }

    private static int twice(int n) {
        return n * 2;
    }

    static Body<?> monitorsAroundNoAwait(Probe p) {
        return new Forms(null, "m").synchronizing(p, 4);
    }

    private Body<?> synchronizing(Probe p, int last) {
        return () -> {
            int k = 0;
            outer:
            for (int i = 0; ; i++) {
                synchronized (this) {
                    if (i == 1) continue;
                    synchronized (p) {
                        if (i == last) break outer;
                        k += i;
                    }
                }
                k += await(p.later(100));
                try {
                    synchronized (text) {
                        if (i == 2) throw new IOException("out of it");
                    }
                } catch (IOException e) {
                    k += await(p.later(1000));
                    continue;
                } finally {
                    p.log(Thread.holdsLock(this) + " " + Thread.holdsLock(text) + await(p.later(i)));
                }
            }
            synchronized (this) {
                return k + " " + Thread.holdsLock(this);
            }
        };
    }
}
