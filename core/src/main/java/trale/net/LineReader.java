package trale.net;

import static trale.Async.async;
import static trale.Async.await;

import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import trale.Future;

/// Reads lines, and what comes after them, from a stream of bytes.
///
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

    /// Of lines in UTF-8.
    ///
    /// @param max how many bytes a line may have, without its end
    public LineReader(AsyncRead in, int max) {
        this(in, max, StandardCharsets.UTF_8);
    }

    /// @param max     how many bytes a line may have, without its end
    /// @param charset one in which a line ends with the byte 10: UTF-8, ISO-8859-1, ASCII …, but not UTF-16. What is not
    ///                valid in it becomes `U+FFFD`
    public LineReader(AsyncRead in, int max, Charset charset) {
        this.in = in;
        this.max = max;
        this.charset = charset;
        this.bytes = ByteBuffer.allocate(max + 2);
    }

    /// Reads a line; it ends with `\n` or `\r\n`, the last one also with the stream.
    ///
    /// Cancelled or failed, it has taken nothing away: the next call begins with the same line.
    ///
    /// @return the line without its end, or null at the end of the stream; fails with [LineTooLongException]
    public Future<@Nullable String> readLine() {
        return async(() -> {
            for (var searched = 0; ; searched = end - start) {
                var newline = indexOfNewline(start + searched);
                if (newline >= 0) return take(newline, newline + 1);
                if (end - start > max + 1) throw new LineTooLongException(max);
                if (await(fill()) < 0) return start == end ? null : take(end, end);
            }
        });
    }

    private int indexOfNewline(int from) {
        for (var i = from; i < end; i++) {
            if (bytes.get(i) == '\n') return i;
        }
        return -1;
    }

    private String take(int lineEnd, int next) throws LineTooLongException {
        var length = lineEnd - start;
        if (next > lineEnd && length > 0 && bytes.get(lineEnd - 1) == '\r') length--;
        if (length > max) throw new LineTooLongException(max);
        var line = new String(bytes.array(), start, length, charset);
        start = next;
        return line;
    }

    private Future<Integer> fill() {
        if (end == bytes.capacity()) {
            bytes.put(0, bytes, start, end - start);
            end -= start;
            start = 0;
        }
        var read = in.read(bytes.clear().position(end));
        return async(() -> {
            var n = await(read);
            if (n > 0) end += n;
            return n;
        });
    }

    /// Reads what has been read ahead, then from the stream itself.
    @Override
    public Future<Integer> read(ByteBuffer to) {
        return async(() -> {
            if (start == end) return await(in.read(to));
            var n = Math.min(to.remaining(), end - start);
            to.put(to.position(), bytes, start, n).position(to.position() + n);
            start += n;
            return n;
        });
    }
}
