package book.ch02;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.LongAdder;

/// One client, and the bytes it has sent that have not gone back yet.
final class Connection {
    private final SocketChannel client;
    private final LongAdder calls;
    // region buffer
    /// What has been read and not yet written. The limit 0 says: nothing.
    private final ByteBuffer buffer = ByteBuffer.allocate(1024).limit(0);
    // end

    Connection(SocketChannel client, LongAdder calls) {
        this.client = client;
        this.calls = calls;
    }

    // region turn
    /// Does what can be done without blocking.
    ///
    /// @return whether that was anything
    boolean turn() {
        try {
            if (!buffer.hasRemaining()) {
                calls.increment();
                int count = client.read(buffer.clear());
                buffer.flip();
                if (count == 0) return false;              // nothing has come
                if (count < 0) {                           // the client sends nothing more
                    close();
                    return true;
                }
            }
            calls.increment();
            return client.write(buffer) > 0;               // 0: the kernel has no room
        } catch (IOException e) {
            close();
            return true;
        }
    }
    // end

    boolean isOpen() {
        return client.isOpen();
    }

    private void close() {
        try {
            client.close();
        } catch (IOException e) {
            // it is over either way
        }
    }
}
