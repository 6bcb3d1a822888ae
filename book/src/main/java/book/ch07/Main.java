package book.ch07;

import book.linux.Linux;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;

/// Chapter 7: what does the kernel say?
public final class Main {
    private static final int PATIENCE = 300; // milliseconds
    private static final int QUIET = 20;
    private static final int TURNS = 1000;

    private Main() {}

    /// @param args none, `broken` or `measure`
    public static void main(String[] args) throws IOException {
        switch (args.length == 0 ? "" : args[0]) {
            case "broken" -> run(new BrokenReactor());
            case "measure" -> measure();
            default -> run(new Reactor());
        }
    }

    // region main
    /// A client connects, sends nothing, and stays.
    ///
    /// @return how often the reactor has turned
    static int run(Reactor reactor) throws IOException {
        var executor = new Executor(reactor);
        int listener = Linux.listen();
        executor.spawn(new Acceptor(executor, listener, 1));
        try (var client = new Socket(InetAddress.getLoopbackAddress(), Linux.port(listener))) {
            int left = executor.run(PATIENCE, TURNS);
            System.out.println("the client " + client.getLocalPort() + " says nothing; the reactor has turned "
                    + reactor.turns + " times; tasks left: " + left);
        }
        executor.run(PATIENCE, TURNS + 10); // the client has closed its end
        return reactor.turns;
    }
    // end

    /// {@return the system calls of an echo, of a client that sends one byte at a time} The reactor turns once for each.
    static double callsOfAnEcho(int echoes) throws IOException {
        var reactor = new Reactor();
        var executor = new Executor(reactor);
        int listener = Linux.listen();
        executor.spawn(new Acceptor(executor, listener, 1));
        try (var client = new Socket(InetAddress.getLoopbackAddress(), Linux.port(listener))) {
            executor.run(QUIET, Integer.MAX_VALUE);
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

    private static void measure() throws IOException {
        System.out.printf("figure ch07.calls = %.1f system calls an echo%n", callsOfAnEcho(1000));
    }
}
