package trale.corpus;

import static trale.Async.await;

import java.util.ArrayList;
import java.util.List;
import trale.Async.Body;

/// Patterns, guards, and variables without a name.
final class Patterns {
    private Patterns() {}

    sealed interface Tree<T> {}

    record Leaf<T>(T value) implements Tree<T> {}

    record Node<T>(Tree<T> left, Tree<T> right) implements Tree<T> {}

    private record Point(int x, long y, double z) {}

    sealed interface Mixed {}

    enum Constant implements Mixed {
        ONE,
        TWO
    }

    record Other(String text) implements Mixed {}

    enum Size {
        SMALL,
        MEDIUM,
        LARGE
    }

    private static Tree<Integer> tree() {
        return new Node<>(new Node<>(new Leaf<>(1), new Leaf<>(20)), new Leaf<>(300));
    }

    static Body<?> guardsThatWaitOverASealedType(Probe p) {
        return () -> {
            var s = "";
            for (var tree : List.of(tree(), new Leaf<>(5), new Node<>(new Leaf<>(6), new Leaf<>(7)), new Node<>(new Leaf<>(8), tree())))
                s += switch (tree) {
                    case Leaf(var n) when n > await(p.later(100)) -> "big" + n;
                    case Leaf<Integer> leaf when await(p.later(leaf.value())) == 5
                            && leaf.value() < await(p.later(9)) -> "five" + await(p.later(leaf));
                    case Leaf(Integer n) -> "leaf" + n;
                    case Node(Leaf(Integer a), Leaf(Integer b)) when a + await(p.later(b)) == 13 -> a + "+" + b + await(p.later("="));
                    case Node(Node(var a, _), Leaf(var c)) -> a + "/" + await(p.later(c));
                    case Node(_, Node<Integer> right) when !await(p.later(right)).left().equals(right.right()) -> "right" + right.right();
                    case Node<Integer> _ -> await(p.later("node"));
                } + ' ';
            return s;
        };
    }

    @SuppressWarnings("fallthrough")
    static Body<?> theStatementForm(Probe p) {
        return () -> {
            var out = new ArrayList<Object>();
            for (Object o : new Object[] {1, "two", new Point(3, 4, 5), Size.LARGE, 'c', null, new int[] {7}}) {
                switch (o) {
                    case Integer i when i > await(p.later(0)):
                        out.add(i + await(p.later(1)));
                        break;
                    case String s:
                        if (await(p.later(s)).isEmpty()) break;
                        out.add(s);
                        break;
                    case Point(int x, long y, double z) when await(p.later(y)) > 3:
                        out.add(x + y * await(p.later(z)));
                        break;
                    case Size size when size == Size.SMALL:
                        out.add("never");
                        break;
                    case int[] a when a.length > await(p.later(0)):
                        out.add(a[0] += await(p.later(3)));
                        break;
                    case null:
                        out.add(await(p.later("null")));
                        // falls out
                    default:
                        out.add("default" + await(p.later(out.size())));
                }
            }
            return out;
        };
    }

    static Body<?> scopesOfBindings(Probe p) {
        return () -> {
            Object o = await(p.<Object>later(new Point(1, 2, 3)));
            var s = "";
            if (o instanceof Point(var x, var y, _) && x < await(p.later(y)) && await(p.later(x)) == 1) s += x + y;
            if (!(o instanceof Point point)) return "not a point";
            while (!(o instanceof String text)) {
                s += await(p.later(point.x()));
                o = s.length() > 3 ? s : await(p.later(point));
            }
            for (Object n = 0; n instanceof Integer i && i < await(p.later(3)); n = i + await(p.later(1))) s += i;
            boolean b = await(p.<Object>later(text)) instanceof String t && (t.isEmpty() || t.charAt(0) == await(p.later(s)).charAt(0));
            return s + text + b + (o instanceof CharSequence c ? c.length() + await(p.later(c)).length() : -1);
        };
    }

    @SuppressWarnings("fallthrough")
    static Body<?> enumsThatFallThrough(Probe p) {
        return () -> {
            var s = "";
            for (var size : Size.values()) {
                switch (await(p.later(size))) {
                    case SMALL:
                        s += await(p.later("small"));
                    case MEDIUM:
                        s += size + await(p.later("!"));
                    default:
                        s += await(p.later("."));
                }
            }
            return s;
        };
    }

    static Body<?> enumsAndPatternsMixed(Probe p) {
        return () -> {
            var s = "";
            for (Mixed m : new Mixed[] {Constant.ONE, Constant.TWO, new Other("o")})
                s += switch (await(p.later(m))) {
                    case Constant.ONE -> await(p.later(1));
                    case Constant c when c.ordinal() < await(p.later(5)) -> c.name() + await(p.later(c.ordinal()));
                    case Constant _ -> "never";
                    case Other(var t) -> t + await(p.later(t));
                };
            return s;
        };
    }

    static Body<?> variablesWithoutAName(Probe p) {
        return () -> {
            int n = 0;
            for (var _ : new int[3]) n += await(p.later(2));
            for (int i = 0, _ = p.see(9); i < await(p.later(2)); i++) n++;
            try {
                var _ = await(p.later("ignored"));
                int _ = Integer.parseInt(await(p.later("x")));
            } catch (NumberFormatException _) {
                n += await(p.later(100));
            }
            try (var _ = new Exceptions.Resource(p, await(p.later("unnamed")))) {
                n += await(p.later(1000));
            }
            java.util.function.BiFunction<Integer, Integer, Integer> second = (_, b) -> b;
            return n + second.apply(1, await(p.later(5)));
        };
    }

    static Body<?> yieldOutOfNestedTries(Probe p) {
        return () -> {
            int total = 0;
            for (int i = 0; i < 4; i++) {
                total += switch (await(p.later(i))) {
                    case 0, 1 -> {
                        try {
                            try {
                                if (i == 0) yield await(p.later(10));
                                await(p.failing(new Exception("inner")));
                            } finally {
                                p.log("inner " + await(p.later(i)));
                            }
                        } catch (Exception e) {
                            for (;;) {
                                try {
                                    yield e.getMessage().length() + await(p.later(1));
                                } finally {
                                    p.log("outer " + i);
                                }
                            }
                        } finally {
                            p.log("last " + await(p.later(total)));
                        }
                        yield -1;
                    }
                    case 2 -> {
                        a:
                        for (int j = 0; ; j++) {
                            try {
                                if (j == 2) break a;
                                if (j < 9) continue a;
                                yield 5;
                            } finally {
                                total += await(p.later(j));
                            }
                        }
                        yield await(p.later(1000));
                    }
                    default -> await(p.later(4));
                };
            }
            return total;
        };
    }
}
