/// The echo task of chapter 4 greets its client first, with "hello\n". Give the greeting a state of its own.
///
/// The client's buffer may be full, also for the greeting: then `poll` returns false, and the next poll goes on with the rest. Here the
/// greeting is written once, and what the kernel does not take is lost.

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;

final class GreetingEcho {
    private enum State { READING, WRITING }

    private final ByteChannel client;
    private final ByteBuffer greeting = ByteBuffer.wrap("hello\n".getBytes(StandardCharsets.US_ASCII));
    private final ByteBuffer buffer = ByteBuffer.allocate(16);
    private State state = State.READING;

    GreetingEcho(ByteChannel client) throws IOException {
        this.client = client;
        client.write(greeting);
    }

    /// {@return whether the client has ended}
    boolean poll() throws IOException {
        for (;;) {
            switch (state) {
                case READING -> {
                    int n = client.read(buffer.clear());
                    if (n == 0) return false;
                    if (n == -1) return true;
                    buffer.flip();
                    state = State.WRITING;
                }
                case WRITING -> {
                    client.write(buffer);
                    if (buffer.hasRemaining()) return false;
                    state = State.READING;
                }
            }
        }
    }
}
