package trale.net;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import trale.Context;
import trale.Poll;
import trale.internal.linux.Sockets;

/// Moving a stream's bytes from or to a buffer.
abstract sealed class Transfer<T> extends Operation<T> {
    final ByteBuffer buffer;

    private Transfer(ByteStream stream, ByteBuffer buffer) {
        super(stream);
        this.buffer = buffer;
    }

    /// Nothing to move is done at once, also where the peer would be waited for.
    @Override
    public Poll<T> poll(Context cx) throws Exception {
        if (buffer.hasRemaining()) return super.poll(cx);
        drop();
        return nothing();
    }

    abstract Poll<T> nothing();

    /// A short read says that a TCP stream's buffer is drained, a short write that it is full: the next edge will tell.
    /// Not so when a Unix stream is read, since a read also ends before bytes that came with a descriptor (unix(7)).
    @Override
    boolean more(int n) {
        return n <= 0 || n >= Sockets.CHUNK || !buffer.hasRemaining();
    }

    private abstract static sealed class In<T> extends Transfer<T> {
        In(ByteStream stream, ByteBuffer buffer) {
            super(stream, buffer);
        }

        @Override
        int direction() {
            return Descriptor.READER;
        }

        @Override
        boolean more(int n) {
            return endpoint instanceof UnixStream || super.more(n);
        }

        @Override
        int call(int fd) {
            return Sockets.receive(fd, buffer, 0, false);
        }

        @Override
        String name() {
            return "read";
        }
    }

    private abstract static sealed class Out<T> extends Transfer<T> {
        Out(ByteStream stream, ByteBuffer buffer) {
            super(stream, buffer);
        }

        @Override
        int direction() {
            return Descriptor.WRITER;
        }

        @Override
        int call(int fd) throws IOException {
            return Sockets.send(fd, buffer, null, null);
        }

        @Override
        String name() {
            return "write";
        }
    }

    static final class Read extends In<Integer> {
        Read(ByteStream stream, ByteBuffer buffer) {
            super(stream, buffer);
        }

        @Override
        Poll<Integer> nothing() {
            return Poll.ready(0);
        }

        @Override
        Poll<Integer> result(int n) {
            return Poll.ready(n == 0 ? -1 : n);
        }
    }

    static final class ReadExactly extends In<Void> {
        ReadExactly(ByteStream stream, ByteBuffer buffer) {
            super(stream, buffer);
        }

        @Override
        Poll<Void> nothing() {
            return DONE;
        }

        @Override
        @Nullable Poll<Void> result(int n) throws IOException {
            if (n == 0) throw new EOFException("readExactly: the stream ended " + buffer.remaining() + " bytes too soon");
            return buffer.hasRemaining() ? null : DONE;
        }
    }

    static final class Write extends Out<Integer> {
        Write(ByteStream stream, ByteBuffer buffer) {
            super(stream, buffer);
        }

        @Override
        Poll<Integer> nothing() {
            return Poll.ready(0);
        }

        @Override
        Poll<Integer> result(int n) {
            return Poll.ready(n);
        }
    }

    static final class WriteAll extends Out<Void> {
        WriteAll(ByteStream stream, ByteBuffer buffer) {
            super(stream, buffer);
        }

        @Override
        Poll<Void> nothing() {
            return DONE;
        }

        @Override
        @Nullable Poll<Void> result(int n) {
            return buffer.hasRemaining() ? null : DONE;
        }
    }
}
