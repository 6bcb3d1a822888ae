package book.ch12;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import trale.Poll;

/// Chapter 12: trale, tiny.
public final class Main {
    static final String EXAMPLES = "Examples|Echo|Steps|Then";
    static final String RUNTIME = "(?!Main|Recorded|Broken|" + EXAMPLES + ").*";

    private Main() {}

    /// @param args none: all four examples; or `broken`, or `measure`
    public static void main(String[] args) throws IOException, InterruptedException {
        switch (args.length == 0 ? "" : args[0]) {
            case "broken" -> {
                System.out.println("first in, first out: " + BrokenOrder.run());
                System.out.println("last in, first out:  " + BrokenOrder.run(Defect.RUN_QUEUE_IS_A_STACK));
            }
            case "measure" -> measure();
            default -> run();
        }
    }

    private static void run() throws IOException {
        try (var executor = new Executor()) {
            var examples = new Examples(executor, Duration.ofSeconds(1), System.out::println);
            System.out.println("--- timer");
            examples.timer();
            System.out.println("--- sub-tasks");
            examples.subTasks();
            System.out.println("--- udp");
            examples.udp();
            System.out.println("--- tcp");
            examples.tcp();
        }
    }

    /// {@return the lines of code of the files whose names match} They are neither blank nor comment, nor import.
    static long lines(Path folder, String names) throws IOException {
        long lines = 0;
        try (var files = Files.list(folder)) {
            for (Path file : files.filter(f -> f.getFileName().toString().matches("(" + names + ")\\.java")).toList()) {
                lines += Files.readAllLines(file).stream().map(String::strip)
                        .filter(l -> !l.isEmpty() && !l.startsWith("//") && !l.startsWith("import ") && !l.startsWith("package ")).count();
            }
        }
        return lines;
    }

    private static void measure() throws IOException {
        var folder = Path.of("book/src/main/java/book/ch12");
        System.out.println("figure ch12.lines = " + lines(folder, RUNTIME) + " lines of code, beside the original's 534; the examples are "
                + lines(folder, EXAMPLES) + " more");
        int n = 200_000;
        try (var executor = new Executor()) {
            long best = Long.MAX_VALUE;
            for (int round = 0; round < 10; round++) {
                int[] left = {n};
                long start = System.nanoTime();
                executor.blockOn(cx -> {
                    if (left[0]-- == 0) return Poll.ready(null);
                    cx.waker().wake();
                    return Poll.pending();
                });
                best = Math.min(best, System.nanoTime() - start);
            }
            System.out.printf("figure ch12.yield = %.0f ns a yield%n", (double) best / n);
        }
    }
}
