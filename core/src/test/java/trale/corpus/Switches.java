package trale.corpus;

import static trale.Async.await;

import java.util.List;
import java.util.concurrent.TimeUnit;
import trale.Async.Body;

/// switch in all its forms.
final class Switches {
    private Switches() {}

    sealed interface Shape {}

    record Circle(double radius) implements Shape {}

    record Box(Shape inside, String label) implements Shape {}

    private record Secret(int n) implements Shape {}

    enum Colour {
        RED,
        GREEN,
        BLUE
    }

    @SuppressWarnings("fallthrough")
    static Body<?> onStrings(Probe p) {
        return () -> {
            var s = "";
            for (var x : List.of("a", "Aa", "BB", "zz")) {
                switch (await(p.later(x))) {
                    case "Aa":
                        s += await(p.later("Aa"));
                    case "BB":
                        s += "BB" + await(p.later(x));
                        break;
                    case "a":
                        continue;
                    default:
                        s += x;
                }
            }
            return s;
        };
    }

    static Body<?> onEnums(Probe p) {
        return () -> {
            var s = "";
            for (var c : Colour.values())
                s += switch (c) {
                    case RED -> await(p.later("r"));
                    case GREEN -> {
                        var g = await(p.later("g"));
                        yield g + g;
                    }
                    case BLUE -> 'b';
                };
            switch (await(p.later(TimeUnit.DAYS))) {
                case DAYS -> s += await(p.later(" days"));
                default -> s += "other";
            }
            return s;
        };
    }

    static Body<?> onIntegers(Probe p) {
        return () -> {
            int sum = 0;
            for (int i = -1; i < 4; i++)
                sum = sum * 10 + switch (await(p.later(i))) {
                    case 0 -> 1;
                    case 1, 2 -> await(p.later(2));
                    case 1_000_000 -> 3;
                    default -> 4 + await(p.later(i)) * 0;
                };
            return sum + switch (await(p.later('c'))) {
                case 'a' -> 1L;
                case 'c' -> await(p.later(2L));
                default -> 3L;
            };
        };
    }

    static Body<?> onPatterns(Probe p) {
        return () -> {
            var out = new StringBuilder();
            var things = new Object[] {1, -1, "text", "", new Circle(1.5), new Box(new Circle(2), "in"), new Box(new Secret(3), null),
                    List.of(), null, Colour.BLUE, 4L};
            for (var thing : things)
                out.append(switch (await(p.later(thing))) {
                    case null -> await(p.later("null"));
                    case Integer i when i > 0 -> i + await(p.later(10));
                    case Integer i -> "negative" + i;
                    case String s when s.isEmpty() || await(p.later(false)) -> "empty";
                    case String s -> s + await(p.later(s.length()));
                    case Circle(var r) -> r * await(p.later(2.0));
                    case Box(Circle(double r), String label) -> label + r + await(p.later(label));
                    case Box(Secret(int n), var label) -> n + await(p.later("secret")) + label;
                    case Box(var inside, var label) -> inside + label;
                    case Colour c when c == Colour.RED -> "red";
                    case Colour c -> c.name() + await(p.later(c.ordinal()));
                    case List<?> l -> "list" + l.size();
                    default -> thing.getClass().getSimpleName() + await(p.later("?"));
                }).append(' ');
            return out.toString();
        };
    }

    static Body<?> onSealedTypes(Probe p) {
        return () -> {
            var s = "";
            for (Shape shape : new Shape[] {new Circle(1), new Secret(2), new Box(new Circle(3), "b")})
                s += switch (shape) {
                    case Circle c -> c.radius() + await(p.later(1));
                    case Secret(var n) -> n;
                    case Box(Circle(var r), var l) -> l + await(p.later(r));
                    case Box b -> b.label;
                };
            return s;
        };
    }

    static Body<?> yieldFromATry(Probe p) {
        return () -> 1 + switch (await(p.later(1))) {
            case 1 -> {
                try {
                    yield await(p.later(5)) / await(p.later(0));
                } catch (ArithmeticException e) {
                    yield await(p.later(7));
                } finally {
                    p.log(await(p.later("finally")));
                }
            }
            default -> 0;
        } + await(p.later(100));
    }

    static Body<?> matchException(Probe p) {
        return () -> {
            record Bad(int n) {
                @Override
                public int n() {
                    throw new IllegalStateException("accessor");
                }
            }
            Object o = await(p.later(new Bad(1)));
            try {
                if (o instanceof Bad(int n)) return n + await(p.later(1));
            } catch (MatchException e) {
                return e.getCause().getMessage() + await(p.later("!"));
            }
            return o;
        };
    }

    static Body<?> instanceofPatterns(Probe p) {
        return () -> {
            Object o = await(p.<Object>later(new Box(new Circle(4), "l")));
            if (!(o instanceof Box(Circle(var r), var l) && await(p.later(r)) > 3)) return "no";
            return l + r + await(p.later(l)) + r;
        };
    }

    static Body<?> textBlocks(Probe p) {
        return () -> """
                one
                  two %s\tthree
                """.formatted(await(p.later("x")));
    }
}
