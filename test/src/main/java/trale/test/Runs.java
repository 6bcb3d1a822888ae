package trale.test;

import org.jspecify.annotations.Nullable;
import trale.internal.Log;

/// Runs programs many times, and says how to run again the one that failed.
final class Runs {
    static final String PROPERTY = "trale.seed";
    static final int CHECKED = 3; // seeds that run twice
    private static final int LAST = 20; // events that are shown

    private Runs() {}

    /// {@return the one seed that is to run; null: all}
    /// @throws IllegalArgumentException the property is no number: if it were ignored, a replay would seem to pass
    static @Nullable Long replayed() {
        var seed = System.getProperty(PROPERTY);
        if (seed == null) return null;
        try {
            return Long.decode(seed);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("-D" + PROPERTY + "=" + seed + ": use the number that a failure names, such as 7", e);
        }
    }

    static void forEachSeed(int runs, Simulation.Program program) {
        if (runs < 1) throw new IllegalArgumentException(runs + " runs; at least 1");
        var only = replayed();
        var first = only == null ? 0 : only;
        var count = only == null ? runs : 1;
        var test = caller();
        for (var run = 0; run < count; run++) {
            var seed = first + run;
            var one = Run.of(seed, "seed " + seed + " (run " + (run + 1) + " of " + count + ")", test);
            var trace = one.make(program);
            if (run < CHECKED) requireEqual(seed, trace, one.again().make(program));
        }
    }

    static long explore(int max, Simulation.Program program) {
        var test = caller();
        var orders = new Orders();
        for (var count = 1L; ; count++) {
            if (count > max)
                throw new AssertionError("there are more than " + max + " orders; let there be fewer tasks or awaits, or more runs");
            new Run("order " + count, "replay: the same explore comes to it again", test + "-order-" + count, 0, orders).make(program);
            if (!orders.next()) return count;
        }
    }

    /// {@return the class and the method that calls a method of Simulation}
    private static String caller() {
        return StackWalker.getInstance().walk(frames -> frames
                .filter(f -> !f.getClassName().equals(Runs.class.getName()) && !f.getClassName().equals(Simulation.class.getName()))
                .map(f -> f.getClassName().substring(f.getClassName().lastIndexOf('.') + 1)
                        + "." + f.getMethodName().replaceAll("lambda\\$(.*)\\$\\d+", "$1"))
                .findFirst().orElse("simulation"));
    }

    /// One run of a program.
    ///
    /// @param which  names it
    /// @param replay says how it is had again
    /// @param file   the name of its recording
    record Run(String which, String replay, String file, long seed, @Nullable Orders orders) {

        static Run of(long seed, String which, String test) {
            return new Run(which, "replay: -D" + PROPERTY + "=" + seed, test + "-" + seed, seed, null);
        }

        /// {@return the second run of a seed whose first one has passed}
        Run again() {
            return new Run(which + ", again", replay, file, seed, orders);
        }

        /// {@return its trace}
        private String make(Simulation.Program program) {
            var simulation = new Simulation(seed, orders, null);
            try {
                program.run(simulation);
                var trace = simulation.trace();
                simulation.close();
                return trace;
            } catch (Throwable t) {
                var failure = failure(simulation, t, program);
                try {
                    simulation.close();
                } catch (Throwable more) {
                    failure.addSuppressed(more);
                }
                throw failure;
            }
        }

        /// {@return a failure that says how it is had again}
        ///
        /// @param more of what is known
        AssertionError failed(Throwable cause, String more) {
            var text = which + " failed: " + Log.describe(cause) + "\n" + replay + more;
            return Frames.trim(new AssertionError(Descriptors.shown(text), cause));
        }

        /// {@return a failure that says how it is had again, what happened last, and where it can be seen}
        /// @param program null: it cannot be made once more
        AssertionError failure(Simulation simulation, Throwable cause, Simulation.@Nullable Program program) {
            var trace = simulation.trace();
            var recording = simulation.isOver() ? "\nthe seeds after it are not run: they may take as long"
                    : program == null || cause instanceof InterruptedException ? "" : record(trace, program);
            return failed(cause, recording + "\n" + simulation.clues(cause)
                    + "the last of " + simulation.events() + " events, each with its time in nanoseconds:\n" + Trace.last(LAST, trace));
        }

        /// Makes the run once more, and takes it down.
        ///
        /// @return a line for the message; nothing without trale-watch
        private String record(String trace, Simulation.Program program) {
            Recordings recordings;
            try {
                recordings = Recordings.open(file);
            } catch (Throwable e) { // whatever it is, the failure of the test is told
                return "\nno recording: " + e;
            }
            if (recordings == null) return "";
            if (orders != null) orders.again();
            var simulation = new Simulation(seed, orders, recordings);
            try {
                program.run(simulation);
                simulation.close(); // which may be what failed
                return "\nno recording: a second run did not fail";
            } catch (Throwable again) {
                return "\n" + recordings.write() + (simulation.trace().equals(trace) ? "" : " (of a second run, which went another way)");
            } finally {
                try {
                    simulation.close();
                } catch (Throwable more) {
                    // The run that is reported says it.
                }
            }
        }
    }

    /// @throws AssertionError they differ
    static void requireEqual(long seed, String one, String other) {
        if (one.equals(other)) return;
        throw Frames.trim(new AssertionError("seed " + seed + ": not deterministic. " + Trace.difference(one, other)
                + ". Often it is a hash table whose keys have identity hash codes, a thread, a clock that is not trale's"));
    }
}
