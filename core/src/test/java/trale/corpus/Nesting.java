package trale.corpus;

import static trale.Async.async;
import static trale.Async.await;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import trale.Async.Body;
import trale.Async.VoidBody;
import trale.Future;

/// Bodies, lambdas and classes inside of bodies.
final class Nesting {
    private final Probe p;
    private int state = 1;

    private Nesting(Probe p) {
        this.p = p;
    }

    static Body<?> three(Probe p) {
        return () -> {
            int a = await(p.later(1));
            return await(async(() -> {
                long b = a + await(p.later(2));
                return await(async(() -> {
                    var c = b + await(p.later("c"));
                    return await(async(() -> a + b + c + await(p.later(4))));
                })) + b;
            })) + a;
        };
    }

    static Body<?> capturingThis(Probe p) {
        return new Nesting(p).deep();
    }

    private Body<?> deep() {
        return () -> {
            state += await(p.later(1));
            await(async(() -> {
                state *= await(p.later(10));
                Runnable r = () -> state++;
                r.run();
                await(async(() -> {
                    state += await(helper(state));
                }));
            }));
            return state;
        };
    }

    private Future<Integer> helper(int n) {
        return async(() -> n + await(p.later(1000)));
    }

    static Future<Integer> sum(Probe p, int n) {
        return async(() -> n == 0 ? 0 : n + await(sum(p, n - 1)) + await(p.later(0)));
    }

    static Body<?> recursion(Probe p) {
        return () -> await(sum(p, 6));
    }

    static Body<?> failureInANestedBody(Probe p) {
        return () -> {
            try {
                await(async(() -> {
                    try {
                        await(async(() -> {
                            await(p.later(1));
                            throw new java.io.IOException("deep");
                        }));
                    } finally {
                        p.log("inner finally " + await(p.later(2)));
                    }
                }));
            } catch (java.io.IOException e) {
                return e.getMessage() + await(p.later(3));
            }
            return "never";
        };
    }

    static Body<?> plainLambdas(Probe p) {
        return () -> {
            int base = await(p.later(10));
            var list = new ArrayList<>(List.of(3, 1, 2));
            list.sort(Comparator.comparing((Integer x) -> -x).thenComparing(Integer::intValue));
            Function<Integer, Function<Integer, Integer>> curried = a -> b -> a * b + base;
            Supplier<String> s = "text"::toUpperCase;
            Callable<List<String>> maker = ArrayList::new;
            var strings = maker.call();
            strings.add(s.get());
            return Stream.of(1, 2, 3).map(x -> x + base).map(String::valueOf).toList() + "" + list
                    + curried.apply(await(p.later(2))).apply(3) + strings;
        };
    }

    static Body<?> anonymousAndLocalClasses(Probe p) {
        return () -> {
            var captured = await(p.later("captured"));
            record Local(String s, int n) {
                static int count;

                Local {
                    count++;
                }

                String both() {
                    return s + n;
                }
            }
            interface Shout {
                String shout(String s);
            }
            enum Mood {
                GOOD,
                BAD
            }
            class Counter {
                int n;

                String next() {
                    return captured + n++;
                }
            }
            var counter = new Counter();
            var shout = new Shout() {
                int times = 0;

                @Override
                public String shout(String s) {
                    return s + captured + "!".repeat(++times) + counter.next();
                }
            };
            var local = new Local(await(p.later("x")), await(p.later(2)));
            var mood = switch (await(p.later(Mood.BAD))) {
                case GOOD -> 1;
                case BAD -> await(p.later(2));
            };
            return shout.shout(local.both()) + shout.shout(counter.next()) + (Local.count > 0) + mood + local;
        };
    }

    static Body<?> bodiesInLocalClasses(Probe p) {
        return () -> {
            var prefix = await(p.later("prefix"));
            class Worker {
                private String name = "w";

                Future<String> work(int n) {
                    return async(() -> prefix + name + n + await(p.later(n)));
                }
            }
            var anonymous = new Object() {
                private int count = 5;

                Future<Integer> count() {
                    return async(() -> {
                        count += await(p.later(1));
                        return count;
                    });
                }
            };
            return await(new Worker().work(3)) + await(anonymous.count()) + await(anonymous.count());
        };
    }

    static VoidBody aBodyMadeInALoop(Probe p) {
        return () -> {
            var all = new ArrayList<Future<Integer>>();
            for (int i = 0; i < 3; i++) {
                int n = i;
                all.add(async(() -> n * await(p.later(n))));
            }
            for (var f : all) p.log(await(f));
        };
    }

    static Body<?> bodiesAsValues(Probe p) {
        Body<Integer> inner = () -> await(p.later(1)) + 1;
        return () -> {
            Body<Integer> again = () -> await(async(inner)) + await(async(inner));
            return await(async(again)) + await(async(inner));
        };
    }
}
