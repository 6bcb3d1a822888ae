package trale.corpus;

import static trale.Async.await;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import trale.Async.Body;

/// Locals of all kinds across awaits.
final class Locals {
    private Locals() {}

    static Body<?> everyPrimitive(Probe p) {
        return () -> {
            boolean z = true;
            byte b = -1;
            char c = 'c';
            short s = -300;
            int i = 70_000;
            long l = 1L << 40;
            float f = 1.5f;
            double d = Math.PI;
            b += await(p.later(1));
            c++;
            await(p.later(0));
            s >>= await(p.later(2));
            z &= await(p.later(true));
            i = -i;
            l ^= await(p.later(3L));
            f /= await(p.later(3f));
            d -= await(p.later(1.0));
            return z + " " + b + c + s + " " + i + l + " " + f + d;
        };
    }

    static Body<?> nullTyped(Probe p) {
        return () -> {
            String s = null;
            int[] a = null;
            await(p.later(1));
            if (s == null) s = await(p.later("set"));
            Object o = null;
            await(p.later(o));
            return s + a + o;
        };
    }

    static Body<?> nullTypedMergesWithAType(Probe p) {
        return () -> {
            List<String> list = null;
            for (int i = 0; i < 3; i++) {
                await(p.later(i));
                if (list == null) list = new ArrayList<>();
                list.add("x" + await(p.later(i)));
            }
            return list;
        };
    }

    static Body<?> slotsReusedAtAnotherType(Probe p) {
        return () -> {
            var out = new StringBuilder();
            {
                int n = await(p.later(1));
                out.append(n).append(await(p.later("a")));
            }
            {
                long l = await(p.later(2L));
                double d = 2.5;
                out.append(await(p.later("b"))).append(l).append(d);
            }
            {
                String s = await(p.later("s"));
                int n = 3;
                out.append(await(p.later("c"))).append(s).append(n);
            }
            {
                int a = 1;
                float f = 2;
                int b = 3;
                out.append(await(p.later("d"))).append(a).append(f).append(b);
            }
            return out.toString();
        };
    }

    static Body<?> arrays(Probe p) {
        return () -> {
            int[][] grid = new int[2][3];
            boolean[] flags = {true, false};
            byte[] bytes = {1, 2};
            char[] chars = {'x'};
            Map<String, int[]>[] maps = generic();
            grid[1][2] = await(p.later(5));
            flags[1] |= await(p.later(true));
            bytes[0] += await(p.later(200));
            chars[0]++;
            await(p.later(0));
            maps[0] = new HashMap<>(Map.of("k", new int[] {await(p.later(4))}));
            return grid[1][2] + "" + flags[1] + bytes[0] + chars[0] + maps[0].get("k")[0] + grid[0].clone().length;
        };
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static Map<String, int[]>[] generic() {
        return new Map[1];
    }

    static Body<?> genericsWithCasts(Probe p) {
        return () -> {
            Map<String, List<Integer>> map = new HashMap<>();
            for (var k : List.of("a", "b")) map.computeIfAbsent(await(p.later(k)), _ -> new ArrayList<>()).add(await(p.later(k.length())));
            int n = map.get("a").get(0) + await(p.later(1));
            Comparable<Integer> c = await(p.later(n));
            return c.compareTo(2) + "" + map;
        };
    }

    static Body<?> assignedOnOnePathOnly(Probe p) {
        return () -> {
            int n;
            String s;
            if (await(p.later(true))) {
                n = await(p.later(3));
                s = "yes";
            } else {
                s = await(p.later("no"));
                await(p.later(s));
                if (s.isEmpty()) n = 0;
                else n = 1;
            }
            await(p.later("x"));
            return n + s;
        };
    }

    static Body<?> definedOnlyInsideAnIf(Probe p) {
        return () -> {
            var s = "";
            for (int i = 0; i < 4; i++) {
                if (i % 2 == 0) {
                    String only = "only" + i;
                    s += await(p.later(only));
                } else {
                    double only = i;
                    s += await(p.later(only));
                }
                await(p.later(0));
            }
            return s;
        };
    }

    static Body<?> manyLocals(Probe p) {
        return () -> {
            long a0 = 0, a1 = 1, a2 = 2, a3 = 3, a4 = 4, a5 = 5, a6 = 6, a7 = 7, a8 = 8, a9 = 9;
            long b0 = 0, b1 = 1, b2 = 2, b3 = 3, b4 = 4, b5 = 5, b6 = 6, b7 = 7, b8 = 8, b9 = 9;
            long c0 = 0, c1 = 1, c2 = 2, c3 = 3, c4 = 4, c5 = 5, c6 = 6, c7 = 7, c8 = 8, c9 = 9;
            long d0 = 0, d1 = 1, d2 = 2, d3 = 3, d4 = 4, d5 = 5, d6 = 6, d7 = 7, d8 = 8, d9 = 9;
            long e0 = 0, e1 = 1, e2 = 2, e3 = 3, e4 = 4, e5 = 5, e6 = 6, e7 = 7, e8 = 8, e9 = 9;
            long f0 = 0, f1 = 1, f2 = 2, f3 = 3, f4 = 4, f5 = 5, f6 = 6, f7 = 7, f8 = 8, f9 = 9;
            long g0 = 0, g1 = 1, g2 = 2, g3 = 3, g4 = 4, g5 = 5, g6 = 6, g7 = 7, g8 = 8, g9 = 9;
            long h0 = 0, h1 = 1, h2 = 2, h3 = 3, h4 = 4, h5 = 5, h6 = 6, h7 = 7, h8 = 8, h9 = 9;
            long i0 = 0, i1 = 1, i2 = 2, i3 = 3, i4 = 4, i5 = 5, i6 = 6, i7 = 7, i8 = 8, i9 = 9;
            long j0 = 0, j1 = 1, j2 = 2, j3 = 3, j4 = 4, j5 = 5, j6 = 6, j7 = 7, j8 = 8, j9 = 9;
            long k0 = 0, k1 = 1, k2 = 2, k3 = 3, k4 = 4, k5 = 5, k6 = 6, k7 = 7, k8 = 8, k9 = 9;
            long l0 = 0, l1 = 1, l2 = 2, l3 = 3, l4 = 4, l5 = 5, l6 = 6, l7 = 7, l8 = 8, l9 = 9;
            long m0 = 0, m1 = 1, m2 = 2, m3 = 3, m4 = 4, m5 = 5, m6 = 6, m7 = 7, m8 = 8;
            int far = 1;
            far += await(p.later(2));
            far += 1000;
            far++;
            String s = "s" + await(p.later(far));
            return s + (a0 + a1 + a2 + a3 + a4 + a5 + a6 + a7 + a8 + a9 + b0 + b1 + b2 + b3 + b4 + b5 + b6 + b7 + b8 + b9)
                    + (c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + d0 + d1 + d2 + d3 + d4 + d5 + d6 + d7 + d8 + d9)
                    + (e0 + e1 + e2 + e3 + e4 + e5 + e6 + e7 + e8 + e9 + f0 + f1 + f2 + f3 + f4 + f5 + f6 + f7 + f8 + f9)
                    + (g0 + g1 + g2 + g3 + g4 + g5 + g6 + g7 + g8 + g9 + h0 + h1 + h2 + h3 + h4 + h5 + h6 + h7 + h8 + h9)
                    + (i0 + i1 + i2 + i3 + i4 + i5 + i6 + i7 + i8 + i9 + j0 + j1 + j2 + j3 + j4 + j5 + j6 + j7 + j8 + j9)
                    + (k0 + k1 + k2 + k3 + k4 + k5 + k6 + k7 + k8 + k9 + l0 + l1 + l2 + l3 + l4 + l5 + l6 + l7 + l8 + l9)
                    + (m0 + m1 + m2 + m3 + m4 + m5 + m6 + m7 + m8) + far;
        };
    }

    /// Only `var` can give a local a type that may not be named; the compiler must get by without naming it too.
    static Body<?> typeThatMayNotBeNamed(Probe p) {
        return () -> {
            var hidden = trale.corpus.elsewhere.Unnamed.make();
            var array = trale.corpus.elsewhere.Unnamed.makeArray();
            var s = trale.corpus.elsewhere.Unnamed.use(hidden, await(p.later("x")));
            return s + hidden + java.lang.reflect.Array.getLength(array) + await(p.later(1))
                    + trale.corpus.elsewhere.Unnamed.use(hidden, "y");
        };
    }
}
