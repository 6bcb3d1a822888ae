package trale.fuzz;

import java.io.IOException;
import java.util.Objects;
import trale.Context;
import trale.Future;
import trale.Poll;
import trale.corpus.Probe;

/// What random bodies work with.
@SuppressWarnings("serial") // nothing is serialized
public final class World {
    private int rounds = 20;
    private int seed = 1;

    /// {@return whether a loop may go on: the loops of a run share `rounds` rounds}
    public boolean more() {
        return rounds-- > 0;
    }

    /// {@return another number each time, the same ones in each run}
    public int next() {
        seed = seed * 1_103_515_245 + 12_345;
        return (seed >>> 16) % 10 - 1;
    }

    public boolean flip() {
        return next() > 3;
    }

    /// {@return true, which javac does not know}
    public boolean ok() {
        return true;
    }

    /// Fails if it is told to.
    public void check(boolean fails, String message) throws IOException {
        if (fails) throw new IOException(message);
    }

    /// {@return so much of a text that a loop can't make it endless}
    public static String cut(String s) {
        return s == null || s.length() < 20 ? s : s.substring(0, 20);
    }

    static final class Hidden {
        private final int n;

        private Hidden(int n) {
            this.n = n;
        }

        @Override
        public String toString() {
            return "hidden " + n;
        }
    }

    /// {@return an object of a class that others may not name, but keep in a `var`}
    public static Hidden hidden(int n) {
        return new Hidden(n);
    }

    /// A future that is a class.
    public static final class Soon<T> implements Future<T> {
        private final Future<T> leaf;

        public Soon(Probe p, T value) {
            leaf = p.later(value);
        }

        @Override
        public Poll<T> poll(Context cx) throws Exception {
            return leaf.poll(cx);
        }

        @Override
        public void drop() {
            leaf.drop();
        }
    }

    public enum Colour {
        RED,
        GREEN,
        BLUE
    }

    public sealed interface Shape {}

    public record Point(int x, long y) implements Shape {}

    public record Circle(double radius, String label) implements Shape {}

    public record Pair(Shape left, Object right) implements Shape {}

    public static final class Cell<T> {
        public T value;
        public int n;

        public Cell(T value, int n) {
            this.value = value;
            this.n = n;
        }

        @Override
        public String toString() {
            return "cell " + value + n;
        }
    }

    public static final class Resource implements AutoCloseable {
        private final Probe p;
        private final String name;

        public Resource(Probe p, String name) {
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

    /// The superclass of the classes that bodies stand in; it lies in another package.
    public static class Base {
        protected int inherited = 5;

        protected int twice(int n) {
            return 2 * n;
        }

        protected static String label(Object o) {
            return cut(Objects.toString(o));
        }
    }
}
