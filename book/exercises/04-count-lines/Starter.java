/// A task that counts the lines of a client, and answers each line with its number: "1\n", "2\n", …
///
/// The bytes of a line may come in any pieces. Here each poll counts from the start again. What must the task remember between two polls?

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;

final class LineCounter {
    private final ByteChannel client;
    private final ByteBuffer buffer = ByteBuffer.allocate(16);

    LineCounter(ByteChannel client) {
        this.client = client;
    }

    /// {@return whether the client has ended}
    boolean poll() throws IOException {
        int lines = 0;
        for (;;) {
            int n = client.read(buffer.clear());
            if (n == 0) return false;
            if (n == -1) return true;
            buffer.flip();
            while (buffer.hasRemaining()) {
                if (buffer.get() == '\n') answer(++lines);
            }
        }
    }

    private void answer(int line) throws IOException {
        client.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.US_ASCII)));
    }
}
