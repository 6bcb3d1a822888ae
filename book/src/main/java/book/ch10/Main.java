package book.ch10;

import java.util.concurrent.CompletionException;
import trale.Context;
import trale.Future;
import trale.Poll;

/// Chapter 10: how do I wait for a task?
public final class Main {
    private static final int PATIENCE = 2_000; // milliseconds

    private Main() {}

    /// @param args none, `broken` or `measure`
    public static void main(String[] args) throws InterruptedException {
        switch (args.length == 0 ? "" : args[0]) {
            case "broken" -> {
                System.out.println("join inside a task: " + joinInside(new Executor(true, false)));
                System.out.println(failing(new Executor(false, true)));
            }
            case "measure" -> measure();
            default -> {
                System.out.println("the parent returns " + value());
                System.out.println("join inside a task: " + joinInside(new Executor(false, false)));
                System.out.println(failing(new Executor(false, false)));
            }
        }
    }

    // region main
    static int value() throws InterruptedException {
        var executor = new Executor(false, false);
        var parent = executor.spawn(new Parent(executor, cx -> Poll.ready(21)));
        executor.start();
        return parent.join();
    }

    /// A task joins another one instead of polling its handle.
    ///
    /// @return what becomes of it
    static String joinInside(Executor executor) throws InterruptedException {
        var child = executor.spawn(cx -> Poll.ready(21));
        var parent = executor.spawn(cx -> Poll.ready(executor.spawn(_ -> Poll.ready(21)).join()));
        executor.start();
        child.join();
        executor.thread.join(PATIENCE);
        if (executor.thread.isAlive()) return "the executor's thread is " + executor.thread.getState();
        try {
            return "returned " + parent.join();
        } catch (CompletionException e) {
            return e.getCause().getMessage();
        }
    }

    /// Spawns a parent whose child fails, a second task that fails and is not awaited, and a third one that does nothing wrong.
    static String failing(Executor executor) throws InterruptedException {
        var parent = executor.spawn(new Parent(executor, cx -> {
            throw new IllegalArgumentException("the child's");
        }));
        executor.spawn(cx -> {
            throw new IllegalStateException("not awaited");
        });
        boolean[] well = {false};
        executor.spawn(yieldOnce(() -> well[0] = true));
        executor.start();
        executor.thread.join(PATIENCE);
        if (!well[0]) return "the third task never ended";
        try {
            parent.join();
            return "the parent has not been told";
        } catch (CompletionException e) {
            return "the third task has ended well\nthe parent got " + e.getCause() + "\nunseen: " + executor.unseenFailures();
        }
    }
    // end

    private static Future<Void> yieldOnce(Runnable then) {
        boolean[] yielded = {false};
        return cx -> {
            if (yielded[0]) {
                then.run();
                return Poll.ready(null);
            }
            yielded[0] = true;
            cx.waker().wake();
            return Poll.pending();
        };
    }

    /// Spawns a task and awaits it, so often.
    private static final class Repeat implements Future<Void> {
        private final Executor executor;
        private int left;
        private JoinHandle<Integer> child;

        Repeat(Executor executor, int times) {
            this.executor = executor;
            left = times;
        }

        @Override
        public Poll<Void> poll(Context cx) throws Exception {
            for (; left > 0; left--) {
                if (child == null) child = executor.spawn(_ -> Poll.ready(1));
                if (!(child.poll(cx) instanceof Poll.Ready<?>)) return Poll.pending();
                child = null;
            }
            return Poll.ready(null);
        }
    }

    private static void measure() throws InterruptedException {
        int n = 100_000;
        long best = Long.MAX_VALUE;
        for (int round = 0; round < 30; round++) {
            var executor = new Executor(false, false);
            var all = executor.spawn(new Repeat(executor, n));
            long start = System.nanoTime();
            executor.start();
            all.join();
            best = Math.min(best, System.nanoTime() - start);
        }
        System.out.printf("figure ch10.spawn = %.0f ns to spawn a task and await it%n", (double) best / n);
        int threads = 1000;
        best = Long.MAX_VALUE;
        for (int round = 0; round < 10; round++) {
            long start = System.nanoTime();
            for (int i = 0; i < threads; i++) Thread.ofPlatform().start(() -> {}).join();
            best = Math.min(best, System.nanoTime() - start);
        }
        System.out.printf("figure ch10.thread = %,d ns to start a thread of the kernel and join it%n", best / threads);
    }
}
