/// `ReadExactly` reads until the buffer is full. At the end of the stream before that it fails with EOFException.
///
/// A read may bring less than there is room for. Here one read is taken for all.

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
        if (reading == null) reading = stream.read(buffer);
        return reading.poll(cx) instanceof Poll.Ready<?> ? Poll.ready(null) : Poll.pending();
    }
}

/// As TcpStream of chapter 12.
interface Stream {
    /// {@return how many bytes; 0 at the end of the stream} The buffer's position advances.
    Future<Integer> read(ByteBuffer buffer);
}
