package book.ch13;

import trale.Async;
import trale.Context;
import trale.Executor;
import trale.Future;
import trale.Poll;
import trale.explain.StateGraph;

/// Chapter 13: who writes the state machine?
public final class Main {
    private static final int N = 10;

    private Main() {}

    /// @param args none, `broken` or `measure`
    public static void main(String[] args) throws Exception {
        switch (args.length == 0 ? "" : args[0]) {
            case "broken" -> {
                System.out.println("1 + 2 + … + 10, `total` is not saved: " + value(new BrokenTotal(new Feed(), N)));
                System.out.println("the bytes are in memory while it waits, every variable is saved: " + keeps(Kind.BROKEN));
            }
            case "measure" -> measure();
            default -> run();
        }
    }

    // region main
    private static void run() throws Exception {
        System.out.println("1 + 2 + … + 10, by hand:  " + value(new Total(new Feed(), N)));
        System.out.println("1 + 2 + … + 10, compiled: " + value(Async.async(Compiled.total(new Feed(), N))));
        System.out.println("the bytes are in memory while it waits, by hand:  " + keeps(Kind.BY_HAND));
        System.out.println("the bytes are in memory while it waits, compiled: " + keeps(Kind.COMPILED));
        System.out.println();
        System.out.print(StateGraph.of(Compiled.total(new Feed(), N)));
        System.out.println();
        System.out.print(StateGraph.of(Compiled.header(new Feed(), new Message())));
    }
    // end

    static int value(Future<Integer> future) {
        return Executor.blockOn(future);
    }

    enum Kind { BY_HAND, COMPILED, BROKEN }

    /// {@return whether the large message is in memory while the future waits}
    static boolean keeps(Kind kind) throws Exception {
        var message = new Message();
        Future<Integer> future = switch (kind) {
            case BY_HAND -> new Header(new Feed(), message);
            case COMPILED -> Async.async(Compiled.header(new Feed(), message));
            case BROKEN -> new BrokenHeader(new Feed(), message);
        };
        var cx = Context.of(() -> {});
        future.poll(cx);
        boolean keeps = message.isInMemory();
        if (!(future.poll(cx) instanceof Poll.Ready<Integer>(var value)) || value != 42) throw new IllegalStateException("the value");
        return keeps;
    }

    private static double nanos(Future<Integer> future, int n) throws Exception {
        var cx = Context.of(() -> {});
        long start = System.nanoTime();
        while (!(future.poll(cx) instanceof Poll.Ready<?>)) {
            // each poll resumes once and suspends once
        }
        return (double) (System.nanoTime() - start) / n;
    }

    private static void measure() throws Exception {
        int n = 1_000_000;
        double byHand = Double.MAX_VALUE;
        double compiled = Double.MAX_VALUE;
        for (int round = 0; round < 20; round++) {
            byHand = Math.min(byHand, nanos(new Total(new Feed(), n), n));
            compiled = Math.min(compiled, nanos(Async.async(Compiled.total(new Feed(), n)), n));
        }
        System.out.printf("figure ch13.byhand = %.0f ns to suspend and resume, by hand, including the future of `feed.next()`%n", byHand);
        System.out.printf("figure ch13.compiled = %.0f ns to suspend and resume, compiled, including the same future%n", compiled);
        int bytes = StateGraph.of(Compiled.total(new Feed(), N)).size().bytes();
        System.out.println("figure ch13.bytes = " + bytes + " bytes for the compiled machine");
    }
}
