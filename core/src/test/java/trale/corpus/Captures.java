package trale.corpus;

import static trale.Async.await;

import java.util.Optional;
import trale.Async.Body;

/// What a lambda takes along.
final class Captures {
    private final Probe p;
    private final String name = "captures";

    private Captures(Probe p) {
        this.p = p;
    }

    static Body<?> everyPrimitive(Probe p) {
        boolean z = p.awaits() >= 0;
        byte b = (byte) (p.awaits() - 1);
        char c = (char) (p.awaits() + 'c');
        short s = (short) (p.awaits() - 3);
        int i = p.awaits() + 4;
        long l = p.awaits() + 5L;
        float f = p.awaits() + 6f;
        double d = p.awaits() + 7.0;
        return () -> await(p.later("x")) + z + b + c + s + i + l + f + d + await(p.later("y")) + z + l;
    }

    static Body<?> assignedToLater(Probe p) {
        int[] cell = {1};
        var array = new String[][] {{"a"}};
        return () -> {
            cell[0] += await(p.later(2));
            array[0][0] += await(p.later("b"));
            return cell[0] + array[0][0];
        };
    }

    static Body<?> aThreadAndAnOptional(Probe p) {
        var thread = Thread.currentThread();
        var none = Optional.<String>empty();
        Object nothing = p.awaits() > 100 ? "" : null;
        return () -> await(p.later(thread.isAlive())) + none.orElse("none") + nothing;
    }

    static Body<?> thisAndLocals(Probe p) {
        return new Captures(p).withThis(3L, "s");
    }

    private Body<?> withThis(long l, String s) {
        return () -> name + l + await(p.later(s)) + this.name.length() + s + l;
    }

    static Body<?> twentyFour(Probe p) {
        int n = p.awaits();
        int a = n + 1, b = n + 2, c = n + 3, d = n + 4, e = n + 5, f = n + 6;
        long g = n + 7, h = n + 8, i = n + 9, j = n + 10, k = n + 11, l = n + 12;
        String m = "m" + n, o = "o" + n, q = "q" + n, r = "r" + n, s = "s" + n, t = "t" + n;
        double u = n + 1, v = n + 2, w = n + 3, x = n + 4, y = n + 5, z = n + 6;
        return () -> {
            long sum = a + b + c + d + e + f + await(p.later(1)) + g + h + i + j + k + l;
            return sum + m + o + q + await(p.later("!")) + r + s + t + (u + v + w + await(p.later(1.0)) + x + y + z) + m + z;
        };
    }

    static Body<?> usedOnlyBeforeTheFirstAwait(Probe p) {
        var before = p.see("before");
        long unused = p.awaits();
        return () -> {
            p.log(before);
            await(p.later(1));
            return p.awaits() < 0 ? unused : 1;
        };
    }

    static Body<?> genericParameters(Probe p) {
        return generic(p, "text", 5);
    }

    private static <T extends CharSequence & Comparable<T>, N extends Number> Body<?> generic(Probe p, T t, N n) {
        return () -> t.length() + await(p.later(t)).compareTo(t) + n.intValue() + await(p.later(n)).doubleValue();
    }

    static Body<?> catchParameterAndPatternVariable(Probe p) {
        Object o = p.awaits() < 0 ? 1 : "pattern";
        try {
            throw new IllegalStateException("caught");
        } catch (IllegalStateException e) {
            if (o instanceof String s) return () -> e.getMessage() + await(p.later(s)) + s;
            return () -> 0;
        }
    }
}
