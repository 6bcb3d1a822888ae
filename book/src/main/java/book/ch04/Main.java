package book.ch04;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.channels.SocketChannel;
import java.util.function.Function;

/// Chapter 4: what is a task?
public final class Main {
    private static final int BYTES = 100_000;
    private static final int BUFFER = 16_384;

    private Main() {}

    /// @param args none, `broken` or `measure`
    public static void main(String[] args) throws IOException {
        switch (args.length == 0 ? "" : args[0]) {
            case "broken" -> run(client -> new BrokenEcho(client, BUFFER));
            case "measure" -> measure();
            default -> run(client -> new Echo(client, BUFFER));
        }
    }

    static int run(Function<SocketChannel, Task> newTask) throws IOException {
        try (var server = new Server(newTask)) {
            int back = Client.echoed(server.address(), BYTES);
            System.out.println(BYTES + " bytes were sent, " + back + " came back");
            return back;
        }
    }

    private static void measure() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        var tasks = new Task[100_000];
        var noClient = (SocketChannel) null;
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < tasks.length; i++) tasks[i] = new Echo(noClient, 0);
        long bytes = (threads.getCurrentThreadAllocatedBytes() - before) / tasks.length;
        System.out.println("figure ch04.bytes = " + bytes + " bytes a task, with an empty buffer");
    }
}
