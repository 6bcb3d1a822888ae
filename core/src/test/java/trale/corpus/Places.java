package trale.corpus;

import static trale.Async.async;
import static trale.Async.await;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import trale.Async.Body;
import trale.Future;

/// Where a body may stand: in interfaces, records, enum constants, generic and anonymous classes, constructors, initialisers.
final class Places {
    private static final String PREFIX = "prefix";
    private static Body<?> made;

    private Places() {}

    interface Shape {
        double area();

        default Body<?> inADefaultMethod(Probe p) {
            return () -> area() * await(p.later(2)) + scaled(await(p.later(3.0))) + unit();
        }

        private double scaled(double by) {
            return area() * by;
        }

        private Body<?> inAPrivateMethod(Probe p) {
            return () -> scaled(await(p.later(10.0))) + this.area();
        }

        private static double unit() {
            return 1;
        }
    }

    private record Square(double side) implements Shape {
        @Override
        public double area() {
            return side * side;
        }

        @Override
        public Body<?> inADefaultMethod(Probe p) {
            return () -> "super is tested elsewhere " + side + await(p.later("!")) + this;
        }
    }

    static Body<?> aDefaultMethod(Probe p) {
        return ((Shape) () -> 5).inADefaultMethod(p);
    }

    static Body<?> aDefaultMethodThatIsOverridden(Probe p) {
        return new Square(2).inADefaultMethod(p);
    }

    static Body<?> aPrivateMethodOfAnInterface(Probe p) {
        return ((Shape) new Square(3)).inAPrivateMethod(p);
    }

    private enum Op {
        PLUS("+") {
            @Override
            Body<?> apply(Probe p, int a) {
                return () -> a + await(p.later(1)) + symbol() + ordinal();
            }
        },
        TIMES("*") {
            private int used;

            @Override
            Body<?> apply(Probe p, int a) {
                return () -> {
                    used += await(p.later(1));
                    return a * await(p.later(3)) + used + symbol() + PLUS.symbol()
                            + await(async(() -> used + await(p.later(this)).ordinal()));
                };
            }
        };

        private final String symbol;

        Op(String symbol) {
            this.symbol = symbol;
        }

        String symbol() {
            return symbol;
        }

        abstract Body<?> apply(Probe p, int a);
    }

    static Body<?> enumConstants(Probe p) {
        return () -> {
            var out = new ArrayList<Object>();
            for (var op : Op.values()) out.add(await(async(op.apply(p, 5))));
            out.set(1, out.get(1).toString().length());
            return out;
        };
    }

    record Job(Probe p, List<Future<Integer>> parts) {
        Job {
            var all = new ArrayList<>(parts);
            for (int i = 0; i < 3; i++) {
                int n = i;
                all.add(async(() -> n * await(p.later(10))));
            }
            parts = all;
        }

        Job(Probe p) {
            this(p, List.of(async(() -> PREFIX.length() + await(p.later(1)))));
        }
    }

    static Body<?> aCompactConstructor(Probe p) {
        return () -> {
            int sum = 0;
            for (var part : new Job(p).parts) sum += await(part);
            return sum;
        };
    }

    static class Base {
        final Future<String> future;

        Base(Future<String> future) {
            this.future = future;
        }
    }

    /// Before super() there is no `this` yet, but the parameters.
    private static final class Early extends Base {
        private final String name;

        Early(Probe p, String name) {
            var twice = name + name;
            Future<String> later = async(() -> twice + await(p.later(name)));
            this.name = p.see(twice);
            super(later);
        }

        Early(Probe p) {
            this(p, p.see("this"));
        }
    }

    static Body<?> aConstructorBeforeSuper(Probe p) {
        return () -> await(new Early(p).future) + new Early(p, await(p.later("n"))).name;
    }

    static final class Cell<T extends Comparable<T>> {
        private T value;

        Cell(T value) {
            this.value = value;
        }

        Body<T> max(Probe p, List<? extends T> others) {
            return () -> {
                for (T other : others) if (await(p.later(other)).compareTo(value) > 0) value = await(p.later(other));
                return value;
            };
        }

        <R extends Comparable<? super R> & java.io.Serializable> Body<R> least(Probe p, R first, R second) {
            return () -> {
                R least = await(p.later(first));
                Comparable<? super R> c = await(p.later(second));
                return c.compareTo(least) < 0 ? second : least;
            };
        }
    }

    static Body<?> genericClasses(Probe p) {
        return () -> {
            var cell = new Cell<>(await(p.later("b")));
            return await(async(cell.max(p, List.of("a", "c", "bb")))) + await(async(cell.least(p, 4, 3))) + cell.value;
        };
    }

    @SafeVarargs
    private static <T> T last(T... all) {
        return all[all.length - 1];
    }

    static Body<?> wildcardsAndIntersections(Probe p) {
        return () -> {
            List<? super Integer> sink = new ArrayList<>(List.of("s"));
            sink.add(await(p.later(1)));
            List<? extends Number> numbers = List.of(1, 2.5);
            var mixed = last(1, await(p.later("s")), 2.5); // Object & Serializable & Comparable<…> & …
            Comparable<?> comparable = mixed;
            var both = (Runnable & java.io.Serializable) () -> p.log("both");
            await(p.later(0));
            both.run();
            return sink + "" + numbers.get(await(p.later(1))) + comparable + last(await(p.later(1)), mixed);
        };
    }

    static Body<?> methodReferencesToWhatWasAwaited(Probe p) {
        return () -> {
            IntSupplier length = await(p.later("four"))::length;
            Supplier<String> upper = (await(p.later("a")) + "b")::toUpperCase;
            Supplier<Object> maker = new Object() {
                int n = await2();

                int await2() {
                    return p.see(2);
                }

                Object make() {
                    return n++;
                }
            }::make;
            return length.getAsInt() + upper.get() + maker.get() + await(p.later("x")) + maker.get();
        };
    }

    static {
        made = () -> PREFIX + await(InAStaticInitialiser.probe.later("static"));
    }

    private static final class InAStaticInitialiser {
        private static Probe probe;
    }

    static Body<?> aStaticInitialiser(Probe p) {
        InAStaticInitialiser.probe = p;
        return made;
    }
}
