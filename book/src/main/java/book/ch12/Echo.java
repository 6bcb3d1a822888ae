package book.ch12;

import book.linux.Linux;
import java.nio.ByteBuffer;
import trale.Context;
import trale.Future;
import trale.Poll;

/// Sends back what comes, until the end of the stream; becomes how many bytes that were.
final class Echo implements Future<Integer> {
    private final TcpStream stream;
    private final ByteBuffer buffer = Linux.allocate(1 << 14);
    private Future<Integer> reading;
    private Future<Void> writing;
    private int bytes;

    Echo(TcpStream stream) {
        this.stream = stream;
        reading = stream.read(buffer);
    }

    @Override
    public Poll<Integer> poll(Context cx) throws Exception {
        for (;;) {
            if (writing != null) {
                if (!(writing.poll(cx) instanceof Poll.Ready<?>)) return Poll.pending();
                writing = null;
                reading = stream.read(buffer.clear());
            }
            if (!(reading.poll(cx) instanceof Poll.Ready<Integer>(var n))) return Poll.pending();
            if (n == 0) {
                stream.close();
                return Poll.ready(bytes);
            }
            bytes += n;
            writing = stream.writeAll(buffer.flip());
        }
    }
}
