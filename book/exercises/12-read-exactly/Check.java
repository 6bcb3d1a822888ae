import static book.learn.Expect.equal;
import static book.learn.Expect.that;

import java.io.EOFException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import trale.Context;
import trale.Future;
import trale.Poll;

void main() throws Exception {
    var cx = Context.of(() -> {});
    var stream = new Pieces();
    var buffer = ByteBuffer.allocate(10);
    var read = new ReadExactly(stream, buffer);
    that(read.poll(cx) instanceof Poll.Pending<?>, "It is ready although nothing has come.");
    stream.pieces.add(4);
    stream.pieces.add(3);
    that(read.poll(cx) instanceof Poll.Pending<?>, "It is ready after 7 of 10 bytes.");
    stream.pieces.add(3);
    that(read.poll(cx) instanceof Poll.Ready<?>, "It is Pending although all 10 bytes have come.");
    equal(10, buffer.position(), "the buffer's position");
    equal(3, stream.reads, "the number of reads that were begun, for three pieces,");

    var short_ = new Pieces();
    short_.pieces.add(4);
    short_.pieces.add(0);
    try {
        new ReadExactly(short_, ByteBuffer.allocate(10)).poll(cx);
        throw new AssertionError("The stream ended after 4 of 10 bytes, and there was no EOFException.");
    } catch (EOFException e) {
        // as it should be
    }
}

static final class Pieces implements Stream {
    final ArrayDeque<Integer> pieces = new ArrayDeque<>();
    int reads;

    @Override
    public Future<Integer> read(ByteBuffer buffer) {
        reads++;
        return cx -> {
            if (pieces.isEmpty()) return Poll.pending();
            int n = pieces.remove();
            buffer.position(buffer.position() + n);
            return Poll.ready(n);
        };
    }
}
