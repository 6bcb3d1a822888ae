package book.ch03;

import book.check.Quotes;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/// Chapter 3: what do callbacks cost?
public final class Main {
    static final int PATIENCE = 500; // milliseconds

    private Main() {}

    /// @param args none, `broken` or `measure`
    public static void main(String[] args) throws IOException {
        switch (args.length == 0 ? "" : args[0]) {
            case "broken" -> run(BrokenSum::serve);
            case "measure" -> measure();
            default -> run(Sum::serve);
        }
    }

    private static void run(Consumer<Connection> serve) throws IOException {
        try (var loop = new Loop(serve)) {
            Thread.ofPlatform().daemon().name("loop").start(loop);
            for (String numbers : new String[] {"1\n2\n", "one\n"}) {
                System.out.println("Sent " + numbers.replace("\n", "\\n") + ", read " + answer(loop.address(), numbers, PATIENCE));
            }
        }
    }

    /// {@return the first line that the server answers, or what came instead}
    /// @param patience in milliseconds
    static String answer(InetSocketAddress server, String lines, int patience) throws IOException {
        try (var client = new Socket(server.getAddress(), server.getPort())) {
            client.setSoTimeout(patience);
            client.getOutputStream().write(lines.getBytes());
            return new BufferedReader(new InputStreamReader(client.getInputStream())).readLine();
        } catch (SocketTimeoutException e) {
            return "nothing, for " + patience + " ms";
        }
    }

    private static void measure() throws IOException {
        var quotes = new Quotes(Path.of(Files.isDirectory(Path.of("book")) ? "" : ".."));
        for (String type : new String[] {"BlockingSum", "Sum", "AwaitSum"}) {
            long lines = quotes.region("book/src/main/java/book/ch03/" + type + ".java#serve").stream().filter(line -> !line.isBlank()).count();
            System.out.println("figure ch03." + type + " = " + lines + " lines");
        }
    }
}
