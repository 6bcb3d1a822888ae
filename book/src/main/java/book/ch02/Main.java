package book.ch02;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;

/// Chapter 2: what if nobody blocks?
public final class Main {
    private static final int ECHOES = 300;

    private Main() {}

    interface Loop {
        void run(Sockets sockets) throws InterruptedException;
    }

    /// What a client saw, and what the server's thread did meanwhile.
    ///
    /// @param calls  system calls an echo
    /// @param cpu    the part of the time in which the thread was on a core, in percent
    /// @param micros how long an echo took, the median, in microseconds
    record Cost(long calls, long cpu, long micros) {
        @Override
        public String toString() {
            return calls + " system calls an echo; the server's thread was on a core " + cpu + " % of the time; an echo took " + micros + " µs";
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
            Thread server = start(loop, sockets);
            var threads = ManagementFactory.getThreadMXBean();
            var micros = new long[echoes];
            long calls = sockets.calls();
            long cpu = threads.getThreadCpuTime(server.threadId());
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
            return new Cost((sockets.calls() - calls) / echoes, 100 * (threads.getThreadCpuTime(server.threadId()) - cpu) / time, micros[echoes / 2]);
        }
    }
    // end

    static Thread start(Loop loop, Sockets sockets) {
        return Thread.ofPlatform().daemon().name("server").start(() -> {
            try {
                loop.run(sockets);
            } catch (InterruptedException e) {
                // the loop ends
            }
        });
    }
}
