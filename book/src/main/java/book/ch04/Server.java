package book.ch04;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// One thread that polls a task a client.
final class Server implements AutoCloseable {
    private final ServerSocketChannel listener;
    private final Function<SocketChannel, Task> newTask;
    private final List<Task> tasks = new ArrayList<>();
    private final Thread thread;

    /// Written by [#close()], read by the server's thread.
    private volatile boolean closed;

    Server(Function<SocketChannel, Task> newTask) throws IOException {
        this.newTask = newTask;
        listener = ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0));
        listener.configureBlocking(false);
        thread = Thread.ofPlatform().daemon().start(this::run);
    }

    InetSocketAddress address() throws IOException {
        return (InetSocketAddress) listener.getLocalAddress();
    }

    // region loop
    private void run() {
        while (!closed) {
            accept();
            tasks.removeIf(Server::isFinished);
        }
    }

    private static boolean isFinished(Task task) {
        try {
            return task.poll();
        } catch (IOException e) {
            task.drop(); // this connection is over; the others go on
            return true;
        }
    }
    // end

    private void accept() {
        try {
            SocketChannel client = listener.accept();
            if (client == null) return;
            client.configureBlocking(false);
            client.setOption(StandardSocketOptions.SO_SNDBUF, 4096); // small, so that it is full early
            tasks.add(newTask.apply(client));
        } catch (ClosedChannelException e) {
            closed = true;
        } catch (IOException e) {
            System.err.println("accept: " + e.getMessage());
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        listener.close();
    }
}
