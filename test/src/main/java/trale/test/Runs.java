package trale.test;

import java.util.List;

/// Runs programs many times, and says how to run again the one that failed.
final class Runs {
    static final String PROPERTY = "trale.seed";
    static final int CHECKED = 3; // seeds that run twice
    private static final int LAST = 20; // events that are shown

    private Runs() {}

    static void forEachSeed(int runs, Simulation.Program program) {
        if (runs < 1) throw new IllegalArgumentException(runs + " runs; at least 1");
        var only = Long.getLong(PROPERTY);
        var first = only == null ? 0 : only;
        var count = only == null ? runs : 1;
        for (var run = 0; run < count; run++) {
            var trace = once(first + run, run, count, program);
            if (run < CHECKED) requireEqual(first + run, trace, once(first + run, run, count, program));
        }
    }

    private static String once(long seed, int run, int runs, Simulation.Program program) {
        var simulation = new Simulation(seed);
        return run(simulation, "seed " + seed + " (run " + (run + 1) + " of " + runs + ")", "replay: -D" + PROPERTY + "=" + seed, program);
    }

    private static String run(Simulation simulation, String which, String replay, Simulation.Program program) {
        try {
            program.run(simulation);
        } catch (Throwable t) {
            var failure = failure(which, replay, simulation, t);
            try {
                simulation.close();
            } catch (Throwable more) {
                failure.addSuppressed(more);
            }
            throw failure;
        }
        var trace = simulation.trace();
        simulation.close();
        return trace;
    }

    /// {@return a failure that says how it is had again}
    static AssertionError failure(String which, String replay, Simulation simulation, Throwable cause) {
        var lines = simulation.trace().lines().toList();
        var last = lines.subList(Math.max(0, lines.size() - LAST), lines.size());
        return new AssertionError(which + " failed: " + cause + "\n" + replay + "\nthe last of " + lines.size()
                + " events, each with its time in nanoseconds:\n  " + String.join("\n  ", last), cause);
    }

    static long explore(int max, Simulation.Program program) {
        var orders = new Orders();
        for (var count = 1L; ; count++) {
            if (count > max) throw new AssertionError("there are more than " + max + " orders; let there be fewer tasks or awaits, or more runs");
            var simulation = new Simulation(0, orders);
            run(simulation, "order " + count, "replay: the same explore comes to it again", program);
            if (!orders.next()) return count;
        }
    }

    /// @throws AssertionError they differ
    static void requireEqual(long seed, String one, String other) {
        if (one.equals(other)) return;
        var a = one.lines().toList();
        var b = other.lines().toList();
        var i = 0;
        while (i < a.size() && i < b.size() && a.get(i).equals(b.get(i))) i++;
        throw new AssertionError("seed " + seed + ": not deterministic. Event " + (i + 1) + " was the first time: " + at(a, i) + ", and the second time: "
                + at(b, i) + ". Often it is a hash table whose keys have identity hash codes, a thread, a clock that is not trale's");
    }

    private static String at(List<String> events, int i) {
        return i < events.size() ? events.get(i) : "none";
    }
}
