import static book.learn.Expect.equal;

import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;

void main() throws Exception {
    var roomy = new Wire(100);
    var echo = new GreetingEcho(roomy);
    equal(false, echo.poll(), "the first poll, of a client that is silent,");
    equal("hello\n", roomy.got.toString(), "what a client with room gets");

    var full = new Wire(2);
    var slow = new GreetingEcho(full);
    full.send("abc");
    equal(false, slow.poll(), "the first poll, of a client with room for 2 bytes,");
    equal("he", full.got.toString(), "what this client gets first");
    full.drain(100);
    equal(false, slow.poll(), "the next poll, when there is room,");
    equal("hello\nabc", full.got.toString(), "what this client gets in all");
    full.end();
    equal(true, slow.poll(), "the poll after the client's end");
}

/// A client without a network. Its buffer has a limited room; `drain` makes room again.
static final class Wire implements ByteChannel {
    final StringBuilder got = new StringBuilder();
    private final StringBuilder coming = new StringBuilder();
    private int room;
    private boolean ended;

    Wire(int room) {
        this.room = room;
    }

    void send(String text) {
        coming.append(text);
    }

    void end() {
        ended = true;
    }

    void drain(int bytes) {
        room += bytes;
    }

    @Override
    public int read(ByteBuffer buffer) {
        if (coming.isEmpty()) return ended ? -1 : 0;
        int n = Math.min(buffer.remaining(), coming.length());
        buffer.put(coming.substring(0, n).getBytes(StandardCharsets.US_ASCII));
        coming.delete(0, n);
        return n;
    }

    @Override
    public int write(ByteBuffer buffer) {
        int n = Math.min(buffer.remaining(), room);
        for (int i = 0; i < n; i++) got.append((char) buffer.get());
        room -= n;
        return n;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {}
}
