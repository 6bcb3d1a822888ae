package book.ch05;

/// Chapter 5: who calls poll, and in which order?
public final class Main {
    private static final int POLLS = 10;

    private Main() {}

    /// @param args none, `broken` or `measure`
    public static void main(String[] args) {
        switch (args.length == 0 ? "" : args[0]) {
            case "broken" -> System.out.println(runBroken());
            case "measure" -> measure();
            default -> System.out.println(run());
        }
    }

    // region main
    static String run() {
        var log = new StringBuilder();
        var queue = new RunQueue();
        queue.spawn(new Counter("a", 3, log));
        queue.spawn(new Counter("b", 1000, log));
        int left = queue.run(POLLS);
        return log + "- not finished: " + left;
    }
    // end

    static String runBroken() {
        var log = new StringBuilder();
        var queue = new BrokenRunQueue();
        queue.spawn(new Counter("a", 3, log));
        queue.spawn(new Counter("b", 1000, log));
        int left = queue.run(POLLS);
        return log + "- not finished: " + left;
    }

    private static void measure() {
        var queue = new RunQueue();
        for (int i = 0; i < 100; i++) queue.spawn(() -> false);
        long best = Long.MAX_VALUE;
        for (int round = 0; round < 20; round++) {
            long start = System.nanoTime();
            queue.run(1_000_000);
            best = Math.min(best, System.nanoTime() - start);
        }
        System.out.printf("figure ch05.yield = %.1f ns a yield, with 100 tasks%n", best / 1e6);
    }
}
