package trale.net;

import static trale.Async.async;
import static trale.Async.await;

import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import trale.Future;

/// Reads lines, and what comes after them, from a stream of bytes.
///
/// <!-- given: TcpStream stream; -->
/// ```java
/// var lines = new LineReader(stream, 8192);
/// for (String line; (line = await(lines.readLine())) != null; ) IO.println(line);
/// ```
///
/// It reads ahead, so the rest has to be read through it, not from the stream itself. For one task at a time.
public final class LineReader implements AsyncRead {
    private final AsyncRead in;
    private final int max;
    private final Charset charset;

    /// What has been read and not yet handed out is from start to end. A read that was cancelled has changed neither.
    private final ByteBuffer bytes;
    private int start;
    private int end;

    /// Flushed before the source is read.
    private @Nullable WriteBuffer tied;

    /// Of lines in UTF-8.
    ///
    /// @param in  where they come from
    /// @param max how many bytes a line may have, without its end: 1 or more. So large is the buffer
    /// @throws IllegalArgumentException there is no room for a line
    public LineReader(AsyncRead in, int max) {
        this(in, max, StandardCharsets.UTF_8);
    }

    /// Of lines in another character set.
    ///
    /// @param in      where they come from
    /// @param max     how many bytes a line may have, without its end: 1 or more. So large is the buffer
    /// @param charset one in which a line ends with the byte 10: UTF-8, ISO-8859-1, ASCII …, but not UTF-16. What is not
    ///                valid in it becomes `U+FFFD`
    /// @throws IllegalArgumentException there is no room for a line, or it ends otherwise in this character set
    public LineReader(AsyncRead in, int max, Charset charset) {
        if (max < 1) throw new IllegalArgumentException("lines of at most " + max + " bytes: it has to be 1 or more");
        if (!Arrays.equals("\n".getBytes(charset), new byte[] {'\n'}))
            throw new IllegalArgumentException("in " + charset + " a line does not end with the byte 10");
        this.in = Objects.requireNonNull(in, "the source is null");
        this.max = max;
        this.charset = charset;
        this.bytes = ByteBuffer.allocate(max + 2);
    }

    /// Ties the reader to a buffer, as C++ ties cin to cout: before the reader reads from its source, it flushes the buffer. So the
    /// answers to all the lines that have come go out together, and none stays behind while the reader waits.
    ///
    /// A flush that fails or is cancelled fails or cancels the reading; it has taken no line, and no byte of the buffer is lost.
    ///
    /// @param out replaces the buffer that was tied before
    /// @return this
    public LineReader tie(WriteBuffer out) {
        tied = Objects.requireNonNull(out, "the buffer is null");
        return this;
    }

    /// Reads a line; it ends with `\n` or `\r\n`, the last one also with the stream.
    ///
    /// Cancelled or failed, it has taken nothing away: the next call begins with the same line.
    ///
    /// @return the line without its end, or null at the end of the stream; fails with [LineTooLongException]
    public Future<@Nullable String> readLine() {
        return async(() -> {
            for (var i = start; ; ) {
                while (i < end && bytes.get(i) != '\n') i++;
                if (i < end) return take(i, i + 1);
                if (end - start > max + 1) throw new LineTooLongException(max);
                i -= slide();
                var out = tied;
                if (out != null && out.size() > 0) await(out.flush());
                var n = await(in.read(bytes.clear().position(end)));
                if (n < 0) return start == end ? null : take(end, end);
                end += n;
            }
        });
    }

    /// Makes room at the end if there is none.
    ///
    /// @return by how much everything has moved
    private int slide() {
        var by = end == bytes.capacity() ? start : 0;
        if (by > 0) bytes.put(0, bytes, start, end - start);
        start -= by;
        end -= by;
        return by;
    }

    private String take(int lineEnd, int next) throws LineTooLongException {
        var length = lineEnd - start;
        if (next > lineEnd && length > 0 && bytes.get(lineEnd - 1) == '\r') length--;
        if (length > max) throw new LineTooLongException(max);
        var line = new String(bytes.array(), start, length, charset);
        start = next;
        return line;
    }

    /// Reads what has been read ahead, then from the stream itself.
    @Override
    public Future<Integer> read(ByteBuffer to) {
        ByteStream.writable(to);
        return async(() -> {
            var n = takeAhead(to);
            if (n > 0 || !to.hasRemaining()) return n;
            var out = tied;
            if (out != null && out.size() > 0) await(out.flush());
            return await(in.read(to));
        });
    }

    /// As [AsyncRead#readExactly(ByteBuffer)]; what has been read ahead costs one copy.
    @Override
    public Future<Void> readExactly(ByteBuffer to) {
        ByteStream.writable(to);
        return async(() -> {
            takeAhead(to);
            while (to.hasRemaining()) {
                if (await(read(to)) < 0) throw ByteStream.endedBefore(to);
            }
        });
    }

    /// {@return how many of the bytes that have been read ahead are in the buffer now}
    private int takeAhead(ByteBuffer to) {
        var n = Math.min(to.remaining(), end - start);
        to.put(to.position(), bytes, start, n).position(to.position() + n);
        start += n;
        return n;
    }
}
