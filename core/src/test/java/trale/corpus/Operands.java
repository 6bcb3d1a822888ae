package trale.corpus;

import static trale.Async.await;

import trale.Async.Body;

/// Awaits with values beneath them on the operand stack.
final class Operands {
    private Operands() {}

    private static int sum(int a, long b, int c, double d, String e) {
        return a + (int) b + c + (int) d + e.length();
    }

    static Body<?> inASum(Probe p) {
        return () -> {
            int s = p.see(1);
            return s + await(p.later(2)) + s * await(p.later(3));
        };
    }

    static Body<?> longsAndDoubles(Probe p) {
        return () -> 1L + await(p.later(2L)) * 3.5 + await(p.later(4f)) - (double) await(p.later(5));
    }

    static Body<?> compoundAssignmentToAnArrayElement(Probe p) {
        return () -> {
            var ints = new int[] {1, 2, 3};
            var longs = new long[] {1, 2, 3};
            var strings = new String[] {"a", "b"};
            int i = 0;
            ints[i++] += await(p.later(10));
            ints[i++] *= await(p.later(10)) + ints[i];
            longs[i] -= await(p.later(10L));
            strings[await(p.later(1))] += await(p.later("x"));
            return ints[0] + " " + ints[1] + " " + longs[2] + strings[1] + i;
        };
    }

    static Body<?> compoundAssignmentToAField(Probe p) {
        return () -> {
            var box = new Box();
            box.n += await(p.later(4));
            box.self().l <<= await(p.later(3));
            box.s += await(p.later("s")) + box.n++ + await(p.later("t"));
            Box.shared = 5;
            Box.shared += await(p.later(6)) + (box.n = await(p.later(7)));
            return box.n + " " + box.l + box.s + Box.shared;
        };
    }

    static final class Box {
        static int shared;
        int n = 1;
        long l = 2;
        String s = "s";

        Box self() {
            return this;
        }
    }

    static Body<?> argumentsOfEveryWidth(Probe p) {
        return () -> sum(p.see(1), await(p.later(2L)), await(p.later(3)), await(p.later(4.0)), await(p.later("five")));
    }

    static Body<?> receiverAndArguments(Probe p) {
        return () -> new StringBuilder("ab").append(await(p.later(1)))
                .insert((int) await(p.later(0)), (char) await(p.<Character>later('c'))).reverse().toString();
    }

    static Body<?> stringConcatenation(Probe p) {
        return () -> "a" + await(p.later(1)) + 'b' + 2L + await(p.later("c")) + null + 1.5f + await(p.later(null));
    }

    static Body<?> arrayInitialisers(Probe p) {
        return () -> {
            var a = new int[] {p.see(1), await(p.later(2)), 3, await(p.later(4))};
            var b = new Object[][] {{await(p.later("x"))}, {null, await(p.later(5L))}, new String[await(p.later(1))]};
            var c = new long[await(p.later(2))][await(p.later(3))];
            return a[0] + a[1] + a[3] + b[1][1].toString() + c[1].length;
        };
    }

    static Body<?> varargs(Probe p) {
        return () -> String.format("%s %s %s", await(p.later(1)), "two", await(p.later(3)));
    }

    static Body<?> conditionalExpressions(Probe p) {
        return () -> {
            int x = await(p.later(true)) ? await(p.later(1)) : await(p.later(2));
            var s = "s" + (x > 5 ? await(p.later("big")) : await(p.later("small"))) + x;
            boolean b = await(p.later(false)) || await(p.later(true)) && !await(p.later(false));
            return s + b + (b & await(p.later(true)) ? 1 : 2L);
        };
    }

    static Body<?> anAwaitInAnAwait(Probe p) {
        return () -> 1 + await(p.later(2 + await(p.later(3 + await(p.later(4))))));
    }

    static Body<?> nullOnTheStack(Probe p) {
        return () -> java.util.Arrays.asList(null, await(p.later("x")), null, await(p.later(null)));
    }

    static Body<?> assignmentsAsExpressions(Probe p) {
        return () -> {
            int a;
            int b;
            long c;
            b = a = await(p.later(3));
            c = b += a++ + await(p.later(4)) + ++a;
            return a + " " + b + " " + (c += await(p.later(5L))) + c;
        };
    }

    static Body<?> failsWithOperandsOnTheStack(Probe p) {
        return () -> {
            int x = 0;
            try {
                x = p.see(5) + sum(1, 2, await(p.later(3)), 4, await(p.failing(new java.io.IOException("no"))));
            } catch (java.io.IOException e) {
                p.log(e.getMessage() + x);
            }
            return x;
        };
    }

    static Body<?> castsAndInstanceof(Probe p) {
        return () -> {
            Object o = await(p.<Object>later("text"));
            if (await(p.<Object>later(o)) instanceof String s && s.length() > await(p.later(2)))
                return (CharSequence) s + await(p.later("!"));
            return (byte) (int) await(p.later(300));
        };
    }

    static Body<?> shiftsAndComparisons(Probe p) {
        return () -> (1L << await(p.later(5))) + (-9 >>> await(p.later(28))) + (await(p.later(3L)) < 4L ? 1 : 0)
                + (await(p.later(2.0)) >= Double.NaN ? 100 : 0) + (~await(p.later(7)) & 0xff) + -await(p.later(3)) % 2;
    }
}
