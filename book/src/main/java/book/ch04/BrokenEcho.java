package book.ch04;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/// Forgets a state: it does not know that it was writing.
final class BrokenEcho implements Task {
    private final SocketChannel client;
    private final ByteBuffer buffer;

    BrokenEcho(SocketChannel client, int bufferSize) {
        this.client = client;
        buffer = ByteBuffer.allocate(bufferSize);
    }

    // region poll
    @Override
    public boolean poll() throws IOException {
        for (;;) {
            int n = client.read(buffer.clear());
            if (n == 0) return false; // nothing has come yet
            if (n == -1) {
                drop();
                return true;
            }
            buffer.flip();
            client.write(buffer);
            if (buffer.hasRemaining()) return false; // the kernel's buffer is full
        }
    }
    // end

    @Override
    public void drop() {
        try {
            client.close();
        } catch (IOException e) {
            // the connection is over either way
        }
    }
}
