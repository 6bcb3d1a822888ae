package book.ch04;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/// Sends back to one client what it sends.
final class Echo implements Task {
    private final SocketChannel client;
    private final ByteBuffer buffer;

    Echo(SocketChannel client, int bufferSize) {
        this.client = client;
        buffer = ByteBuffer.allocate(bufferSize);
    }

    // region poll
    private enum State { READING, WRITING }

    private State state = State.READING;

    @Override
    public boolean poll() throws IOException {
        for (;;) {
            switch (state) {
                case READING -> {
                    int n = client.read(buffer.clear());
                    if (n == 0) return false; // nothing has come yet
                    if (n == -1) {
                        drop();
                        return true;
                    }
                    buffer.flip();
                    state = State.WRITING;
                }
                case WRITING -> {
                    client.write(buffer);
                    if (buffer.hasRemaining()) return false; // the kernel's buffer is full
                    state = State.READING;
                }
            }
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
