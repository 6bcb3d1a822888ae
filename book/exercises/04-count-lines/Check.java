import static book.learn.Expect.equal;

import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;

void main() throws Exception {
    var wire = new Wire(100);
    var counter = new LineCounter(wire);
    wire.send("one\ntw");
    equal(false, counter.poll(), "the poll after \"one\\ntw\"");
    wire.send("o\nthree\n");
    counter.poll();
    equal("1\n2\n3\n", wire.got.toString(), "the answers to three lines that came in two pieces");

    var full = new Wire(3);
    var slow = new LineCounter(full);
    full.send("\n\n\n\n");
    equal(false, slow.poll(), "the poll when there is room for 3 bytes");
    full.drain(100);
    slow.poll();
    equal("1\n2\n3\n4\n", full.got.toString(), "the answers to a client that had room for 3 bytes first");
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
