package book.ch11;

import book.linux.Linux;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import trale.Poll;
import trale.Waker;

/// Chapter 11: how do other threads wake it?
public final class Main {
    private static final int TASKS = 1000;

    private Main() {}

    /// @param args none, `broken` or `measure`
    public static void main(String[] args) throws IOException, InterruptedException {
        switch (args.length == 0 ? "" : args[0]) {
            case "broken" -> model(BrokenSleeper.executor());
            case "measure" -> measure();
            default -> {
                System.out.println(writes() + " write to the eventfd for " + TASKS + " wakes from another thread");
                model(Sleeper.executor());
            }
        }
    }

    /// {@return the order of steps in which the wake is lost, or none}
    static List<String> model(List<Model.Step> executor) {
        var model = new Model(List.of(executor, Sleeper.waker()));
        List<String> wrong = model.explore();
        System.out.println(wrong.isEmpty() ? "in none of " + model.orders + " orders the wake is lost" : "the wake is lost in this order:");
        wrong.forEach(System.out::println);
        if (!wrong.isEmpty()) System.out.println("executor: epoll_wait, for ever");
        return wrong;
    }

    // region main
    /// A thousand tasks wait, and this thread wakes all of them, while the first of them is being polled.
    ///
    /// @return the writes to the eventfd
    static long writes() throws IOException, InterruptedException {
        var polled = new CountDownLatch(TASKS);
        var ended = new CountDownLatch(TASKS);
        var allAreWoken = new CountDownLatch(1);
        var wakers = new Waker[TASKS];
        try (var executor = new Executor()) {
            for (int i = 0; i < TASKS; i++) {
                int number = i;
                executor.spawn(cx -> {
                    if (wakers[number] == null) {
                        wakers[number] = cx.waker();
                        polled.countDown();
                        return Poll.pending();
                    }
                    if (number == 0) allAreWoken.await(); // only so that the count is always the same: a poll must not wait
                    ended.countDown();
                    return Poll.ready(null);
                });
            }
            polled.await();
            executor.awaitParked();
            long before = Linux.calls("write");
            for (Waker waker : wakers) waker.wake();
            allAreWoken.countDown();
            ended.await();
            return Linux.calls("write") - before;
        }
    }
    // end

    /// One task, woken by another thread each time it has been polled.
    private static void measure() throws IOException, InterruptedException {
        System.out.println("figure ch11.writes = " + writes() + " write to the eventfd for 1,000 wakes of a sleeping executor");
        int n = 100_000;
        var polls = new AtomicInteger();
        var waker = new Waker[1];
        try (var executor = new Executor()) {
            executor.spawn(cx -> {
                waker[0] = cx.waker();
                polls.incrementAndGet();
                return Poll.pending();
            });
            while (polls.get() == 0) Thread.onSpinWait();
            long start = System.nanoTime();
            for (int i = 1; i <= n; i++) {
                waker[0].wake();
                while (polls.get() <= i - 1) Thread.onSpinWait();
            }
            double nanos = (double) (System.nanoTime() - start) / n;
            System.out.printf("figure ch11.wake = %.1f microseconds from a wake by another thread to the poll%n", nanos / 1000);
        }
    }
}
