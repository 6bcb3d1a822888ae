package trale.corpus;

import static trale.Async.await;

import java.util.List;
import trale.Async.Body;
import trale.Async.VoidBody;

/// Loops, conditions, and awaits in odd places of them.
final class Loops {
    private Loops() {}

    static VoidBody forEver(Probe p) {
        return () -> {
            for (;;) await(p.awaits() < 5 ? p.later(1) : p.failing(new Exception("enough")));
        };
    }

    static Body<?> inCondition(Probe p) {
        return () -> {
            int n = 0;
            while (await(p.later(n < 3))) n++;
            do n += 10; while (await(p.later(n)) < 30);
            for (int i = await(p.later(0)); i < await(p.later(3)); i += await(p.later(1))) n += i;
            if (await(p.later(n)) > 5 && !(await(p.later(n)) > 500)) n = -n;
            return n;
        };
    }

    static VoidBody lastInstruction(Probe p) {
        return () -> await(p.later(1));
    }

    static Body<?> onlyInstruction(Probe p) {
        return () -> await(p.later(1));
    }

    static Body<?> noAwait(Probe p) {
        return () -> p.see(3) > 2 ? "three" : "less";
    }

    static VoidBody nothing(Probe p) {
        return () -> {};
    }

    static Body<?> startsWithALoop(Probe p) {
        return () -> {
            do await(p.later(1)); while (p.awaits() < 3);
            return p.awaits();
        };
    }

    static VoidBody startsWithAnEndlessLoop(Probe p) {
        return () -> {
            for (;;) {
                if (await(p.later(p.awaits())) > 3) return;
            }
        };
    }

    static Body<?> over(Probe p) {
        return () -> {
            var s = "";
            for (var x : new int[] {1, 2, 3}) s += await(p.later(x));
            for (var x : List.of("a", "b")) s += x + await(p.later(x)) + x;
            for (var x : await(p.later(List.of(1L, 2L)))) s += x + await(p.later(1));
            for (char c : "xyz".toCharArray()) {
                if (c == 'y') continue;
                s += await(p.later(c));
            }
            return s;
        };
    }

    static Body<?> labelled(Probe p) {
        return () -> {
            int steps = 0;
            a:
            for (int i = 0; i < 5; i++) {
                b:
                for (long j = 0; j < 5; j++) {
                    c:
                    {
                        if (await(p.later(i + j)) % 3 == 0) break c;
                        if (j == 3) continue a;
                        if (i == 3) break a;
                        if (j > i) break b;
                        steps += 100;
                    }
                    steps++;
                    await(p.later(steps));
                }
                steps += 1000;
            }
            return steps;
        };
    }

    static Body<?> fibonacci(Probe p) {
        return () -> {
            long a = 0, b = 1;
            for (int i = 0; i < 50; i++) {
                long next = a + await(p.later(b));
                a = b;
                b = next;
            }
            return a;
        };
    }
}
