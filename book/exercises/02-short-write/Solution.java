/// The buffer is between flip and clear for as long as it has bytes that are to be written: its remaining bytes are the state.

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;

final class Connection {
    private final ByteChannel client;
    private final ByteBuffer buffer = ByteBuffer.allocate(1024).limit(0);

    /// @param client does not block: reads and writes may return 0
    Connection(ByteChannel client) {
        this.client = client;
    }

    /// Does what can be done now: at most one read and one write.
    ///
    /// @return false when the client has sent all, and has been sent all
    boolean turn() throws IOException {
        if (!buffer.hasRemaining()) {
            buffer.clear();
            int count = client.read(buffer);
            buffer.flip();
            if (count < 0) return false;
        }
        if (buffer.hasRemaining()) client.write(buffer);
        return true;
    }
}
