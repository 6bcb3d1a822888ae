package trale.net;

import static trale.Async.async;
import static trale.Async.await;

import java.nio.ByteBuffer;
import java.util.Objects;
import trale.Future;

/// Collects small writes, so that many of them cost one write to the target.
///
/// The bytes go out when the buffer is full, when [#flush()] is called, or when a [LineReader] that is
/// [tied][LineReader#tie(WriteBuffer)] to it has to read more. A server that is tied answers all requests of a pipeline with one
/// system call, and a client that waits for the answer gets it at once:
///
/// <!-- given: TcpStream stream; -->
/// ```java
/// var out = new WriteBuffer(stream, 8192);
/// var lines = new LineReader(stream, 8192).tie(out);
/// for (String line; (line = await(lines.readLine())) != null; )
///     await(out.writeAll(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8))));
/// await(out.flush());
/// ```
///
/// One task at a time uses it, together with the tied reader, on any executor. Bytes that were not flushed are lost when the target is
/// closed.
public final class WriteBuffer implements AsyncWrite {
    private final AsyncWrite out;

    /// Bytes that wait for a flush lie from start to end. However a flush ends, start is behind the bytes that it has written.
    private final ByteBuffer bytes;
    private int start;
    private int end;

    /// @param out  where the bytes go
    /// @param size how many bytes it holds, 1 or more
    /// @throws IllegalArgumentException `size` is less than 1
    public WriteBuffer(AsyncWrite out, int size) {
        if (size < 1) throw new IllegalArgumentException("a buffer of " + size + " bytes: it has to be 1 or more");
        this.out = Objects.requireNonNull(out, "the target is null");
        this.bytes = ByteBuffer.allocate(size);
    }

    /// {@return how many bytes wait for a flush} By the task that uses it.
    public int size() {
        return end - start;
    }

    /// Takes as many bytes as it has room for. If it has none, it flushes first. One task at a time.
    ///
    /// If it fails or is cancelled, it has taken nothing of `from`, and bytes that were not written are still in the buffer.
    ///
    /// <!-- run in a task: TcpStream stream = echo(); -->
    /// ```java
    /// var out = new WriteBuffer(stream, 4);
    /// IO.println(await(out.write(ByteBuffer.wrap("hello".getBytes())))); // 4
    /// ```
    ///
    /// @return how many bytes; fails as the target does
    @Override
    public Future<Integer> write(ByteBuffer from) {
        Objects.requireNonNull(from, "the buffer is null");
        return async(() -> {
            if (end == bytes.capacity() && from.hasRemaining()) await(flush());
            return take(from);
        });
    }

    /// Takes all bytes, and flushes when the buffer is full. One task at a time.
    ///
    /// If it fails or is cancelled, it has taken the bytes before the position of `from`.
    ///
    /// <!-- run in a task: TcpStream stream = echo(); -->
    /// ```java
    /// var out = new WriteBuffer(stream, 4);
    /// await(out.writeAll(ByteBuffer.wrap("hello".getBytes())));
    /// IO.println(out.size()); // 1: the others have gone out
    /// ```
    ///
    /// @return ready when `from` has no bytes left; fails as the target does
    @Override
    public Future<Void> writeAll(ByteBuffer from) {
        Objects.requireNonNull(from, "the buffer is null");
        return async(() -> {
            for (;;) {
                take(from);
                if (!from.hasRemaining()) return;
                await(flush());
            }
        });
    }

    private int take(ByteBuffer from) {
        var n = Math.min(from.remaining(), bytes.capacity() - end);
        bytes.put(end, from, from.position(), n);
        from.position(from.position() + n);
        end += n;
        return n;
    }

    /// Writes all bytes of the buffer to the target. One task at a time, the one that writes.
    ///
    /// If it fails or is cancelled, bytes that were not written are still in the buffer, and the next flush writes them.
    ///
    /// <!-- run in a task: TcpStream stream = echo(); -->
    /// ```java
    /// var out = new WriteBuffer(stream, 8192);
    /// for (var word : List.of("one", "two")) await(out.writeAll(ByteBuffer.wrap(word.getBytes())));
    /// await(out.flush()); // one system call
    /// ```
    ///
    /// @return ready when the target has taken all bytes; fails as the target does
    public Future<Void> flush() {
        return async(() -> {
            if (start == end) return;
            var left = bytes.duplicate().limit(end).position(start);
            try {
                await(out.writeAll(left));
            } finally {
                start = left.position();
                if (start == end) start = end = 0;
            }
        });
    }

    @Override
    public String toString() {
        return "WriteBuffer[" + size() + " of " + bytes.capacity() + "]";
    }
}
