package book.ch02;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/// The sockets of an echo server, none of which blocks.
final class Sockets implements AutoCloseable {
    private final ServerSocketChannel listener = ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0));
    private final List<Connection> connections = new ArrayList<>();
    private final LongAdder calls = new LongAdder();

    Sockets() throws IOException {
        listener.configureBlocking(false);
    }

    // region turn
    /// Asks each socket once.
    ///
    /// @return whether one of them had something
    boolean turn() {
        boolean some = accept();
        for (Connection connection : connections) {
            some |= connection.turn();
        }
        connections.removeIf(connection -> !connection.isOpen());
        return some;
    }

    private boolean accept() {
        try {
            calls.increment();
            SocketChannel client = listener.accept();   // null: no client has come
            if (client == null) return false;
            client.configureBlocking(false);
            connections.add(new Connection(client, calls));
            return true;
        } catch (IOException e) {
            return false; // the listener has been closed, or there are too many connections
        }
    }
    // end

    InetSocketAddress address() throws IOException {
        return (InetSocketAddress) listener.getLocalAddress();
    }

    /// {@return how many system calls there have been}
    long calls() {
        return calls.sum();
    }

    boolean isOpen() {
        return listener.isOpen();
    }

    /// Ends the loop. The connections end with their clients, or with the process.
    @Override
    public void close() throws IOException {
        listener.close();
    }
}
