package book.ch02;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;

/// Chapter 2: what if no call blocks?
public final class Main {
    private static final int ECHOES = 300;

    private Main() {}

    interface Loop {
        void run(Sockets sockets) throws InterruptedException;
    }

    /// What a client saw, and what the server's thread did meanwhile.
    ///
    /// @param calls  system calls an echo
    /// @param busy   the part of the time in which the thread was on a core or wanted to be on one, in percent
    /// @param micros how long an echo took, the median, in microseconds
    record Cost(long calls, long busy, long micros) {
        @Override
        public String toString() {
            return calls + " system calls an echo; the thread wants a core " + busy + " % of the time; an echo takes " + micros + " µs";
        }
    }

    /// @param args none, `broken` or `measure`
    public static void main(String[] args) throws IOException, InterruptedException {
        switch (args.length == 0 ? "" : args[0]) {
            case "broken" -> System.out.println(cost(BrokenEcho::run, ECHOES));
            case "measure" -> {
                cost(BrokenEcho::run, ECHOES); // the second time the code is compiled
                Cost busy = cost(BrokenEcho::run, ECHOES);
                Cost pausing = cost(Echo::run, ECHOES);
                System.out.println("figure ch02.busy = " + busy);
                System.out.println("figure ch02.pausing = " + pausing);
            }
            default -> System.out.println(cost(Echo::run, ECHOES));
        }
    }

    // region cost
    /// A client sends a byte, waits for its echo, is silent for 5 ms, and begins again.
    static Cost cost(Loop loop, int echoes) throws IOException, InterruptedException {
        try (var sockets = new Sockets(); var client = SocketChannel.open(sockets.address())) {
            Path schedule = start(loop, sockets);
            var micros = new long[echoes];
            long calls = sockets.calls();
            long busy = busy(schedule);
            long begun = System.nanoTime();
            for (int i = 0; i < echoes; i++) {
                long sent = System.nanoTime();
                client.write(ByteBuffer.wrap(new byte[1]));
                client.read(ByteBuffer.allocate(1));
                micros[i] = (System.nanoTime() - sent) / 1000;
                Thread.sleep(5);
            }
            long time = System.nanoTime() - begun;
            Arrays.sort(micros);
            return new Cost((sockets.calls() - calls) / echoes, 100 * (busy(schedule) - busy) / time, micros[echoes / 2]);
        }
    }
    // end

    /// {@return where Linux tells how long the loop's thread ran, and how long it waited for a core}
    static Path start(Loop loop, Sockets sockets) {
        var schedule = new CompletableFuture<Path>();
        Thread.ofPlatform().daemon().name("server").start(() -> {
            try {
                schedule.complete(Path.of("/proc/thread-self").toRealPath().resolve("schedstat"));
                loop.run(sockets);
            } catch (IOException | InterruptedException e) {
                schedule.completeExceptionally(e);
            }
        });
        return schedule.join();
    }

    /// {@return the nanoseconds in which the thread ran, or was ready to run and had no core}
    private static long busy(Path schedule) throws IOException {
        String[] numbers = Files.readString(schedule).split(" ");
        return Long.parseLong(numbers[0]) + Long.parseLong(numbers[1]);
    }
}
