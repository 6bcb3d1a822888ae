package book.ch08;

import book.linux.Linux;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/// Chapter 8: what does the kernel say only once?
public final class Main {
    private static final int PATIENCE = 300; // milliseconds
    private static final int QUIET = 20;

    private Main() {}

    /// @param args none, `broken` or `measure`
    public static void main(String[] args) throws IOException {
        switch (args.length == 0 ? "" : args[0]) {
            case "broken" -> {
                run("hello, edge", false, BrokenForgetsRest::new);
                run("bye", true, BrokenForgetsEnd::new);
            }
            case "measure" -> System.out.printf("figure ch08.calls = %.1f system calls an echo%n", callsOfAnEcho(1000));
            default -> {
                run("hello, edge", false, Slot::new);
                run("bye", true, Slot::new);
            }
        }
    }

    // region main
    record Result(String back, int waiting) {}

    /// A client connects. When the server waits for it, it sends a message, and perhaps the end of its stream at once.
    ///
    /// @return what came back, and how many tasks still wait when nothing happens any more
    static Result run(String message, boolean end, Supplier<Slot> newSlot) throws IOException {
        var executor = new Executor(new Reactor(newSlot));
        int listener = Linux.listen();
        executor.spawn(new Acceptor(executor, listener, 1));
        try (var client = new Socket(InetAddress.getLoopbackAddress(), Linux.port(listener))) {
            executor.run(QUIET);
            client.getOutputStream().write(message.getBytes(StandardCharsets.US_ASCII));
            if (end) client.shutdownOutput();
            int waiting = executor.run(PATIENCE);
            byte[] back = client.getInputStream().readNBytes(client.getInputStream().available());
            System.out.println("sent '" + message + (end ? "' and the end" : "'") + ", back came '"
                    + new String(back, StandardCharsets.US_ASCII) + "'; tasks that still wait: " + waiting);
            return new Result(new String(back, StandardCharsets.US_ASCII), waiting);
        }
    }
    // end

    /// {@return the system calls of an echo, of a client that sends one byte at a time} The reactor turns once for each.
    static double callsOfAnEcho(int echoes) throws IOException {
        var reactor = new Reactor(Slot::new);
        var executor = new Executor(reactor);
        int listener = Linux.listen();
        executor.spawn(new Acceptor(executor, listener, 1));
        try (var client = new Socket(InetAddress.getLoopbackAddress(), Linux.port(listener))) {
            executor.run(QUIET);
            client.getOutputStream().write(0);
            reactor.turn(-1);
            long before = all();
            for (int i = 0; i < echoes; i++) {
                executor.runTasks();
                client.getOutputStream().write(i);
                reactor.turn(-1);
            }
            return (double) (all() - before) / echoes;
        }
    }

    private static long all() {
        return Linux.calls().values().stream().mapToLong(n -> n).sum();
    }
}
