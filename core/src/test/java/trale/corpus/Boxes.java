package trale.corpus;

import static trale.Async.await;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import trale.Async.Body;

/// Boxed values, conditional expressions of mixed types, and strings made of them.
final class Boxes {
    private static Long total = 0L;
    private Character letter = 'a';
    private final Integer[] counts = {1, 2, 3};

    private Boxes() {}

    private Boxes next(Probe p) {
        p.log("next");
        return this;
    }

    static Body<?> incremented(Probe p) {
        return () -> {
            Integer n = await(p.later(127));
            Integer before = n++;
            Double d = 1.5;
            d *= await(p.later(2));
            Boolean b = true;
            b &= await(p.later(true));
            Byte small = 127;
            small++;
            var box = new Boxes();
            box.next(p).letter++;
            box.next(p).counts[await(p.later(1))]++;
            box.counts[await(p.later(0))] += await(p.later(10)) + box.next(p).counts[p.see(2)]--;
            total = await(p.later(5L));
            total += await(p.later(1)) + total++ + --total;
            Short s = (short) (int) await(p.later(70_000));
            return n + " " + before + d + b + small + box.letter + List.of(box.counts) + total + s;
        };
    }

    static Body<?> inCollections(Probe p) {
        return () -> {
            Map<String, Integer> map = new TreeMap<>();
            for (var k : List.of("a", "b", "a")) map.merge(await(p.later(k)), await(p.later(1)), Integer::sum);
            List<Long> list = new ArrayList<>(List.of(1L, await(p.later(2L))));
            list.set(0, list.get(0) + await(p.later(3)));
            long sum = 0;
            for (long l : list) sum += l * await(p.later(l));
            for (Integer i : map.values()) sum += await(p.later(i)) == 2 ? i : -i;
            return sum + "" + map;
        };
    }

    static Body<?> unboxingNull(Probe p) {
        return () -> {
            Integer nothing = await(p.<Integer>later(null));
            try {
                return 1 + nothing + await(p.later(1));
            } catch (NullPointerException e) {
                p.log(e);
            }
            try {
                int n = p.awaits() > 0 ? await(p.<Integer>later(null)) : 0;
                return n;
            } catch (NullPointerException e) {
                return await(p.later("null"));
            }
        };
    }

    @SuppressWarnings("cast")
    static Body<?> conditionals(Probe p) {
        return () -> {
            Integer nothing = null;
            Object a = await(p.later(true)) ? 1 : 2.5; // a double
            Object b = await(p.later(true)) ? (Object) 1 : 2.5;
            Object c = await(p.later(false)) ? 'x' : await(p.later(98)); // an int
            Object d = await(p.later(true)) ? 'x' : 98; // a char
            long e = await(p.later(false)) ? 1 : await(p.later(2L));
            Integer f = await(p.later(true)) ? nothing : await(p.later((Integer) null));
            var g = await(p.later(true)) ? "s" : await(p.later(List.of(1)));
            Comparable<?> h = await(p.later(p.awaits() > 3)) ? await(p.later(1L)) : (Comparable<?>) "s";
            int i = (await(p.later(1)) > 0 ? p.see(1) : 2) + (await(p.later(1)) < 0 ? 1 : p.see(2));
            return List.of(a, b, c, d, e, g, h, i) + "" + f;
        };
    }

    static Body<?> conversions(Probe p) {
        return () -> {
            byte b = (byte) (await(p.later(200)) + (char) await(p.<Character>later('c')));
            char c = (char) (b + await(p.later(1)));
            int i = (int) (await(p.later(1e20)) - await(p.later(1f)));
            long l = (long) (float) await(p.later(1L << 40)) + await(p.later((int) 'x'));
            float f = await(p.later(3)) / 2f;
            double d = await(p.later(7L)) / await(p.later(2)) + f;
            Object o = (short) (b * await(p.later(77)));
            return b + " " + (int) c + " " + i + " " + l + " " + f + " " + d + " " + o + (await(p.later('a')) + 1)
                    + (char) (await(p.later('a')) + 1);
        };
    }

    /// The recipe of a concatenation uses \1 and \2; more than 200 operands are made of several.
    static Body<?> strings(Probe p) {
        return () -> {
            var s = "\1" + await(p.later("\2")) + '\1' + 1 + 2L + 3f + 4.0 + true + null + 'c' + (byte) 5 + (short) 6
                    + await(p.later(7L)) + "\2\1";
            s += await(p.later(8)) + 9 + "";
            s += 'x' + await(p.later(1L)) + s.length();
            var e = "" + await(p.later(1));
            s = s + 0 + e + 1 + e + 2 + e + 3 + e + 4 + e + 5 + e + 6 + e + 7 + e + 8 + e + 9 + e + 10L + e + 11 + e + 12 + e + 13
                    + e + 14 + e + 15 + e + s + 17 + e + 18 + e + 19 + e + await(p.later(20L)) + e + e + e + e + e + e + e + e + e
                    + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e
                    + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + s + e + e + e + e + e + e + e + e + e + e + e
                    + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e
                    + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e
                    + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e + e
                    + await(p.later("end"));
            return s;
        };
    }

    static Body<?> deepStacks(Probe p) {
        return () -> {
            long s = 1;
            return s + (p.see(1) * (2L - (s * (p.later(s) == null ? 0 : s - ((int) s + (5.5 + (s + (p.see(7) * (8L - (s * (p.later(s)
                    == null ? 0 : s - ((int) s + (11.5 + (s + (p.see(13) * (14L - (s * (p.later(s) == null ? 0 : s - ((int) s + (17.5
                    + (s + (p.see(19) * (20L - (s * (p.later(s) == null ? 0 : s - ((int) s + (23.5 + (s + (p.see(25) * (26L - (s *
                    (p.later(s) == null ? 0 : s - ((int) s + (29.5 + (await(p.later(24L)))))))))))))))))))))))))))))))))))));
        };
    }
}
