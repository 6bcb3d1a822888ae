/// GREETING is a third place at which the conversation can stand.

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;

final class GreetingEcho {
    private enum State { GREETING, READING, WRITING }

    private final ByteChannel client;
    private final ByteBuffer greeting = ByteBuffer.wrap("hello\n".getBytes(StandardCharsets.US_ASCII));
    private final ByteBuffer buffer = ByteBuffer.allocate(16);
    private State state = State.GREETING;

    GreetingEcho(ByteChannel client) {
        this.client = client;
    }

    /// {@return whether the client has ended}
    boolean poll() throws IOException {
        for (;;) {
            switch (state) {
                case GREETING -> {
                    client.write(greeting);
                    if (greeting.hasRemaining()) return false;
                    state = State.READING;
                }
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
