/// A new read for each part. A read that is Pending is kept, and polled again.

import java.io.EOFException;
import java.nio.ByteBuffer;
import trale.Context;
import trale.Future;
import trale.Poll;

final class ReadExactly implements Future<Void> {
    private final Stream stream;
    private final ByteBuffer buffer;
    private Future<Integer> reading;

    ReadExactly(Stream stream, ByteBuffer buffer) {
        this.stream = stream;
        this.buffer = buffer;
    }

    @Override
    public Poll<Void> poll(Context cx) throws Exception {
        while (buffer.hasRemaining()) {
            if (reading == null) reading = stream.read(buffer);
            if (!(reading.poll(cx) instanceof Poll.Ready<Integer>(var n))) return Poll.pending();
            reading = null;
            if (n == 0) throw new EOFException("the stream has ended; missing: " + buffer.remaining() + " bytes");
        }
        return Poll.ready(null);
    }
}

/// As TcpStream of chapter 12.
interface Stream {
    /// {@return how many bytes; 0 at the end of the stream} The buffer's position advances.
    Future<Integer> read(ByteBuffer buffer);
}
