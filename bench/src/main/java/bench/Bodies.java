package bench;

import static trale.Async.await;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import trale.Async;
import trale.Async.Body;
import trale.Future;
import trale.Poll;

/// What it takes to compile a program's first async body, its second, and its later ones (the median): three numbers in
/// microseconds. No body is run. The lambdas exist before, as plain Java has to make them, too.
final class Bodies {
    private static int calls;

    private Bodies() {}

    private static <T> Future<T> later(T value) {
        return cx -> {
            calls++;
            return Poll.ready(value);
        };
    }

    private static List<Body<?>> bodies(String name, int n) {
        return List.of(
                () -> await(later(1)),
                () -> await(later(n)) + 1,
                () -> name + await(later(2)) + name.length(),
                () -> {
                    long sum = 0;
                    for (int i = 0; i < n; i++) sum += await(later(i));
                    return sum;
                },
                () -> {
                    try {
                        return await(later(name));
                    } finally {
                        await(later(n));
                    }
                },
                () -> switch (await(later(name))) {
                    case "a" -> await(later(1));
                    case "b" -> await(later(2));
                    default -> n;
                },
                () -> {
                    var list = new ArrayList<String>(await(later(n)));
                    for (var part : name.split("/")) list.add(part + await(later("!")));
                    return list;
                },
                () -> await(Async.async(() -> await(later(name)).length())),
                () -> new StringBuilder(await(later(name))).append(await(later(n))).reverse(),
                () -> {
                    double a = n, b = a / 2;
                    while (a > b) a -= await(later(0.5));
                    return a + b;
                },
                () -> {
                    synchronized (name) {
                        calls++;
                    }
                    return await(later(name)) + calls;
                },
                () -> {
                    int[] cells = new int[await(later(4))];
                    cells[await(later(1))] += await(later(n));
                    return Arrays.stream(cells).map(c -> c + 1).sum();
                },
                () -> {
                    Object o = await(later(name));
                    return o instanceof String s && !s.isEmpty() ? s.charAt(0) + await(later(s)) : "";
                },
                () -> {
                    for (int i = 0; ; i++) {
                        if (await(later(i)) > n) return i;
                        if (i % 2 == 0) continue;
                        calls += i;
                    }
                },
                () -> {
                    try {
                        await(later(1));
                        throw new IllegalStateException(name);
                    } catch (IllegalStateException e) {
                        return e.getMessage() + await(later(2));
                    }
                });
    }

    public static void main(String[] args) {
        var bodies = bodies("name", args.length);
        var micros = new long[bodies.size()];
        for (int i = 0; i < micros.length; i++) {
            long start = System.nanoTime();
            Async.async(bodies.get(i));
            micros[i] = (System.nanoTime() - start) / 1_000;
        }
        var later = Arrays.copyOfRange(micros, 2, micros.length);
        Arrays.sort(later);
        System.out.println(micros[0] + " " + micros[1] + " " + later[later.length / 2]);
    }
}
