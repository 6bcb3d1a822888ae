package book.ch03;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.function.Consumer;

/// Sleeps in a selector until the kernel has something to say, and then calls back.
final class Loop implements Runnable, AutoCloseable {
    /// What is called when a socket is ready: attached to the socket's key.
    interface Callback {
        void ready() throws IOException;
    }

    private final Selector selector = Selector.open();
    private final ServerSocketChannel listener = ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0));
    private final Consumer<Connection> accepted;

    /// @param accepted is called with each connection
    Loop(Consumer<Connection> accepted) throws IOException {
        this.accepted = accepted;
        listener.configureBlocking(false);
        Callback accept = this::accept;
        listener.register(selector, SelectionKey.OP_ACCEPT, accept);
    }

    // region loop
    @Override
    public void run() {
        try {
            while (selector.isOpen()) {
                selector.select(key -> call((Callback) key.attachment()));   // sleeps: no core is busy
            }
        } catch (IOException | ClosedSelectorException e) {
            // the loop has been closed
        }
    }

    private void call(Callback callback) {
        try {
            callback.ready();
        } catch (IOException | RuntimeException e) {
            // one callback has failed. Whom could that be told? The code that asked for it returned long ago
        }
    }
    // end

    private void accept() throws IOException {
        SocketChannel client = listener.accept();
        if (client == null) return;
        client.configureBlocking(false);
        accepted.accept(new Connection(client, selector));
    }

    InetSocketAddress address() throws IOException {
        return (InetSocketAddress) listener.getLocalAddress();
    }

    @Override
    public void close() throws IOException {
        selector.close();
        listener.close();
    }
}
