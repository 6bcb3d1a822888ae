/// A write that the kernel takes only a part of: the rest is kept for the next turn.
///
/// `turn` reads what has come and writes it back. If the client does not read, the kernel's buffers are full at some time. Then `write` takes only
/// some of the bytes, or none, and the rest is lost here. Change `turn` so that the rest is written in a later turn, and nothing is
/// read before that. It must not wait, and not try again and again within one turn: other clients have their turn, too.

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;

final class Connection {
    private final ByteChannel client;
    private final ByteBuffer buffer = ByteBuffer.allocate(1024);

    /// @param client does not block: reads and writes may return 0
    Connection(ByteChannel client) {
        this.client = client;
    }

    /// Does what can be done now: at most one read and one write.
    ///
    /// @return false when the client has sent all, and has been sent all
    boolean turn() throws IOException {
        buffer.clear();
        int count = client.read(buffer);
        buffer.flip();
        client.write(buffer);
        return count >= 0;
    }
}
