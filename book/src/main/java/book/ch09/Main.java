package book.ch09;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import trale.Context;
import trale.Future;
import trale.Poll;

/// Chapter 9: how does time fit in?
public final class Main {
    private static final int PATIENCE = 300; // milliseconds
    private static final int SLEEPS = 500;
    private static final long MILLI = 1_000_000;

    private Main() {}

    /// @param args none, `broken` or `measure`
    public static void main(String[] args) throws IOException {
        switch (args.length == 0 ? "" : args[0]) {
            case "broken" -> {
                System.out.println("tasks that wait for a time that has passed: " + late(new BrokenTimers()));
                System.out.println(SLEEPS + " sleeps take " + descriptors(true) + " descriptors");
            }
            case "measure" -> measure();
            default -> {
                System.out.println(order());
                System.out.println("tasks that wait for a time that has passed: " + late(new Timers()));
                System.out.println(SLEEPS + " sleeps take " + descriptors(false) + " descriptors");
            }
        }
    }

    // region main
    /// Three tasks sleep 300, 100 and 200 ms.
    static String order() throws IOException {
        var log = new StringBuilder();
        try (var reactor = new Reactor(new Timers())) {
            var executor = new Executor(reactor);
            for (int millis : new int[] {300, 100, 200}) {
                executor.spawn(then(new Sleep(reactor.timers, millis * MILLI), () -> log.append(millis).append(" ms are over; ")));
            }
            executor.run(10 * PATIENCE);
        }
        return log.toString();
    }

    /// One task sleeps 50 ms. The next one works without a pause until that time is over.
    ///
    /// @return how many tasks still wait when nothing happens any more
    static int late(Timers timers) throws IOException {
        try (var reactor = new Reactor(timers)) {
            var executor = new Executor(reactor);
            var sleep = new Sleep(timers, 50 * MILLI);
            executor.spawn(sleep);
            executor.spawn(cx -> {
                while (!sleep.isOver(timers.now())) Thread.onSpinWait();
                return Poll.ready(null);
            });
            return executor.run(PATIENCE);
        }
    }
    // end

    private static Future<Void> then(Future<Void> first, Runnable then) {
        return (Context cx) -> {
            var poll = first.poll(cx);
            if (poll instanceof Poll.Ready<?>) then.run();
            return poll;
        };
    }

    /// {@return how many descriptors are open while the tasks sleep}
    static long descriptors(boolean broken) throws IOException {
        try (var reactor = new Reactor(new Timers())) {
            var executor = new Executor(reactor);
            long before = open();
            for (int i = 0; i < SLEEPS; i++) {
                executor.spawn(broken ? new BrokenSleep(reactor, MILLI) : new Sleep(reactor.timers, MILLI));
            }
            long during = open();
            executor.run(PATIENCE);
            return during - before;
        }
    }

    private static long open() throws IOException {
        try (var files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        }
    }

    private static void measure() throws IOException {
        var timers = new Timers();
        Context wakesNothing = Context.of(() -> {});
        for (int i = 0; i < 10_000; i++) new Sleep(timers, 3_600_000 * MILLI + i * MILLI).poll(wakesNothing);
        int n = 1_000_000;
        long best = Long.MAX_VALUE;
        for (int round = 0; round < 10; round++) {
            long start = System.nanoTime();
            for (int i = 0; i < n; i++) {
                var sleep = new Sleep(timers, 3_600_000 * MILLI + i * 10L);
                sleep.poll(wakesNothing);
                sleep.drop();
            }
            best = Math.min(best, System.nanoTime() - start);
        }
        System.out.printf("figure ch09.cancel = %.0f ns to begin a sleep and give it up, beside 10,000 others%n", (double) best / n);
        System.out.printf("figure ch09.descriptors = %d descriptors more for %d sleeps%n", descriptors(false), SLEEPS);
    }
}
