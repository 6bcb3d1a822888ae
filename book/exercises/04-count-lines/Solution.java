/// The number of lines, and the answer that is not written yet, are in fields.

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;

final class LineCounter {
    private final ByteChannel client;
    private final ByteBuffer buffer = ByteBuffer.allocate(16).flip();
    private ByteBuffer answer = ByteBuffer.allocate(0);
    private int lines;

    LineCounter(ByteChannel client) {
        this.client = client;
    }

    /// {@return whether the client has ended}
    boolean poll() throws IOException {
        for (;;) {
            if (answer.hasRemaining()) client.write(answer);
            if (answer.hasRemaining()) return false;
            if (buffer.hasRemaining()) {
                if (buffer.get() == '\n') answer = ByteBuffer.wrap((++lines + "\n").getBytes(StandardCharsets.US_ASCII));
                continue;
            }
            int n = client.read(buffer.clear());
            buffer.flip();
            if (n == 0) return false;
            if (n == -1) return true;
        }
    }
}
