package book.ch03;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.function.Consumer;

/// A client that sends lines.
final class Connection {
    private final SocketChannel client;
    private final ByteBuffer buffer = ByteBuffer.allocate(1024);
    private Consumer<String> then = _ -> {};

    Connection(SocketChannel client, Selector selector) throws IOException {
        this.client = client;
        Loop.Callback read = this::read;
        client.register(selector, SelectionKey.OP_READ, read);
    }

    // region read
    /// Returns at once. Later, `then` is called with the line, by the loop.
    void readLine(Consumer<String> then) {
        this.then = then;
    }

    private void read() throws IOException {
        int count = client.read(buffer);
        for (String line; (line = line()) != null; ) {
            then.accept(line);
        }
        if (count < 0 || !buffer.hasRemaining()) client.close(); // the client is gone, or its line is too long
    }
    // end

    /// {@return the first line in the buffer, taken out of it, or null if it is not complete}
    private String line() {
        for (int i = 0; i < buffer.position(); i++) {
            if (buffer.get(i) != '\n') continue;
            var line = new String(buffer.array(), 0, i, UTF_8);
            buffer.flip().position(i + 1);
            buffer.compact();
            return line;
        }
        return null;
    }

    /// Short answers to a client that reads them: the kernel has room for those.
    void write(String answer) {
        try {
            client.write(ByteBuffer.wrap(answer.getBytes(UTF_8)));
        } catch (IOException e) {
            // the client is gone; the next read says so, too
        }
    }
}
