package book.ch06;

import java.util.List;
import java.util.function.BiFunction;
import trale.Future;
import trale.Poll;

/// Chapter 6: how does a waiting task come back?
public final class Main {
    private Main() {}

    /// @param args none, `broken` or `measure`
    public static void main(String[] args) {
        switch (args.length == 0 ? "" : args[0]) {
            case "broken" -> {
                show("Pending without a waker", runBroken());
                show("a wake during the poll is missed", run(BrokenMissesWake::new));
                show("each wake puts the task into the queue", run(BrokenQueuesTwice::new));
            }
            case "measure" -> measure();
            default -> run(Task::new).forEach(System.out::println);
        }
    }

    private static void show(String title, List<String> log) {
        System.out.println("--- " + title);
        log.forEach(System.out::println);
    }

    // region main
    static List<String> run(BiFunction<Executor, Future<?>, Task> newTask) {
        var executor = new Executor(newTask);
        var mailbox = new Mailbox();
        executor.spawn(new Greeter(executor, mailbox));
        executor.spawn(new Writer(executor, mailbox::put));
        int waiting = executor.run();
        executor.log.add("the run-queue is empty; tasks that still wait: " + waiting);
        return executor.log;
    }
    // end

    static List<String> runBroken() {
        var executor = new Executor(Task::new);
        var mailbox = new BrokenMailbox();
        executor.spawn(new Greeter(executor, mailbox));
        executor.spawn(new Writer(executor, mailbox::put));
        int waiting = executor.run();
        executor.log.add("the run-queue is empty; tasks that still wait: " + waiting);
        return executor.log;
    }

    private static void measure() {
        int wakes = 1_000_000;
        long best = Long.MAX_VALUE;
        for (int round = 0; round < 20; round++) {
            var executor = new Executor(Task::new);
            int[] left = {wakes};
            for (int i = 0; i < 100; i++) executor.spawn(cx -> {
                if (left[0]-- <= 0) return Poll.ready(null);
                cx.waker().wake();
                return Poll.pending();
            });
            long start = System.nanoTime();
            executor.run();
            best = Math.min(best, System.nanoTime() - start);
        }
        System.out.printf("figure ch06.wake = %.1f ns a wake, with the poll that follows%n", (double) best / wakes);
    }
}
