package mass;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/// What `mass/run` starts.
///
/// ```text
/// mass/run [--short] [--seed N]
/// ```
final class Main {
    /// Each call of a method is a handful on the stack: the driver, a poll, a step.
    private static final long STACK = 1L << 30;

    /// Of a canary.
    private static final long MOST_AWAITS = 200_000_000;

    private static final int MOST_CANARY_CASES = 300;

    /// How much is done.
    ///
    /// @param cases of each trial, in their order
    /// @param sources how many ecj compiles
    /// @param everything whether the bodies that nothing has reached are compiled too
    private record Effort(List<Integer> cases, int sources, boolean everything) {
        static final Effort SHORT = new Effort(List.of(30, 300, 300, 2_000), 5, false);
        static final Effort FULL = new Effort(List.of(500, 5_000, 5_000, 20_000), Integer.MAX_VALUE, true);
    }

    private Main() {}

    public static void main(String[] args) throws Exception {
        var effort = Effort.FULL;
        long seed = 1;
        boolean isCanary = false;
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--short" -> effort = Effort.SHORT;
                case "--canary" -> isCanary = true; // see Canaries
                case "--seed" -> seed = number(args, ++i);
                default -> usage("unknown argument " + args[i]);
            }
        }
        System.setProperty("jdt.compiler.useSingleThread", "true"); // the same order of awaits each time
        long s = seed;
        var e = effort;
        boolean isFine = isCanary ? withLargeStack(() -> canary(s)) : withLargeStack(() -> run(e, s));
        System.out.flush();
        System.exit(isFine ? 0 : 1); // a body that went wrong may have left threads
    }

    private static long number(String[] args, int i) {
        try {
            return Long.parseLong(args[i]);
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            return usage("--seed wants a number");
        }
    }

    private static long usage(String what) {
        System.err.println("mass: " + what + "\nusage: mass/run [--short] [--seed N]");
        System.exit(2);
        return 0;
    }

    private interface Job {
        boolean run() throws Exception;
    }

    private static boolean withLargeStack(Job job) throws Exception {
        var failure = new AtomicReference<Throwable>();
        var result = new CompletableFuture<Boolean>();
        var thread = new Thread(null, () -> {
            try {
                result.complete(job.run());
            } catch (Throwable t) {
                failure.set(t);
                result.complete(false);
            }
        }, "mass", STACK);
        thread.start();
        thread.join();
        if (failure.get() != null) failure.get().printStackTrace();
        return result.join();
    }

    private static boolean run(Effort effort, long seed) throws Exception {
        var report = new Report(System.out);
        var log = new TraleLog();
        boolean isShort = effort == Effort.SHORT;
        report.title(seed, isShort);
        var canaries = Canaries.start(seed);
        int n = 0;
        for (var trial : Trial.all(seed, Long.MAX_VALUE)) {
            int cases = effort.cases.get(n++);
            report.part(trial.name, trial.strewer, trial.driver, () -> {
                for (int i = 0; i < cases; i++) trial.compare(i);
                return cases + " cases";
            });
        }
        var ecj = ecj(effort, seed);
        report.part("ecj", ecj.strewer, ecj.driver, () -> {
            ecj.compare();
            return ecj.classFiles + " class files";
        });
        if (effort.everything) for (var all : Everything.all(seed)) report.everything(all);
        report.skipped();
        report.canaries(canaries);
        report.log(log);
        return report.end();
    }

    private static Compilation ecj(Effort effort, long seed) throws Exception {
        var sources = Compilation.sources(Path.of(property("mass.sources")), effort.sources);
        return new Compilation(seed, sources, System.getProperty("java.class.path"));
    }

    static String property(String name) {
        var value = System.getProperty(name);
        if (value == null) throw new IllegalStateException("-D" + name + " is not set: start mass/run");
        return value;
    }

    /// In a JVM of its own with an agent that makes a mistake.
    private static boolean canary(long seed) throws Exception {
        var trials = Trial.all(seed, MOST_AWAITS).reversed(); // the cheapest comes first
        for (var trial : trials) trial.compare(0);
        Canary.begin();
        try {
            for (int n = 1; n < MOST_CANARY_CASES; n++) for (var trial : trials) trial.compare(n);
        } catch (Difference e) {
            System.out.println("bodies spoilt: " + Canary.spoilt() + "; " + e.getMessage());
            return Canary.spoilt() > 0;
        }
        System.out.println("bodies spoilt: " + Canary.spoilt() + "; not noticed in " + MOST_CANARY_CASES + " cases of each trial");
        return false;
    }
}
