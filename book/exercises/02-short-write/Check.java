import static book.learn.Expect.equal;
import static book.learn.Expect.that;

import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.util.Random;

/// A client whose kernel takes a few bytes at a time, by a seed.
static final class SlowClient implements ByteChannel {
    final Random random;
    final StringBuilder sent = new StringBuilder();
    final StringBuilder received = new StringBuilder();
    final int bytes;
    int reads;
    int writes;

    SlowClient(long seed) {
        random = new Random(seed);
        bytes = 2000 + random.nextInt(1000);
    }

    @Override
    public int read(ByteBuffer buffer) {
        reads++;
        if (sent.length() == bytes) return -1;
        int count = Math.min(random.nextInt(200), Math.min(buffer.remaining(), bytes - sent.length()));
        for (int i = 0; i < count; i++) {
            char c = (char) ('a' + sent.length() % 26);
            buffer.put((byte) c);
            sent.append(c);
        }
        return count;
    }

    @Override
    public int write(ByteBuffer buffer) {
        writes++;
        int count = random.nextInt(3) == 0 ? 0 : Math.min(buffer.remaining(), 1 + random.nextInt(100));
        for (int i = 0; i < count; i++) received.append((char) buffer.get());
        return count;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {}
}

void main() throws Exception {
    for (long seed = 0; seed < 200; seed++) {
        var client = new SlowClient(seed);
        var connection = new Connection(client);
        int turns = 0;
        boolean goesOn = true;
        while (goesOn) {
            client.reads = 0;
            client.writes = 0;
            goesOn = connection.turn();
            that(client.reads <= 1 && client.writes <= 1, "One turn made " + client.reads + " reads and " + client.writes + " writes. Other clients wait for their turn.");
            that(++turns < 10_000, "The connection does not come to an end, after " + turns + " turns.");
        }
        that(client.sent.toString().startsWith(client.received.toString()), "The bytes came back in another order, or some in the middle are missing: after "
                + client.received.length() + " bytes.");
        equal(client.sent.length(), client.received.length(), "the number of bytes that came back, with seed " + seed);
    }
}
