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
/// It reads ahead, so all later bytes are read through it, not from the stream itself. One task at a time uses it, on any executor.
public final class LineReader implements AsyncRead {
    private static final int MAX = Integer.MAX_VALUE - 10; // the longest array, less a line's end

    private final AsyncRead in;
    private final int max;
    private final Charset charset;

    /// Bytes that were read ahead lie from start to end. A cancelled read has changed neither.
    private final ByteBuffer bytes;
    private int start;
    private int end;

    /// Flushed before the source is read.
    private @Nullable WriteBuffer tied;

    /// Makes a reader of lines in UTF-8.
    ///
    /// @param in  the source
    /// @param max the most bytes of a line, without its end: 1 or more. It is the size of the buffer too
    /// @throws IllegalArgumentException `max` is less than 1
    public LineReader(AsyncRead in, int max) {
        this(in, max, StandardCharsets.UTF_8);
    }

    /// Makes a reader of lines in another character set.
    ///
    /// @param in      the source
    /// @param max     the most bytes of a line, without its end: 1 or more. It is the size of the buffer too
    /// @param charset one in which a line ends with the byte 10: UTF-8, ISO-8859-1, ASCII …, but not UTF-16. Invalid bytes become
    ///                `U+FFFD`
    /// @throws IllegalArgumentException `max` is less than 1, or more than 2,147,483,637, or a line ends with other bytes in this character
    ///         set
    public LineReader(AsyncRead in, int max, Charset charset) {
        if (max > MAX)
            throw new IllegalArgumentException("lines of at most " + max + " bytes: a buffer holds " + MAX + " and the line's end");
        if (max < 1) throw new IllegalArgumentException("lines of at most " + max + " bytes: it has to be 1 or more");
        if (!Arrays.equals("\n".getBytes(charset), new byte[] {'\n'}))
            throw new IllegalArgumentException("in " + charset + " a line does not end with the byte 10");
        this.in = Objects.requireNonNull(in, "the source is null");
        this.max = max;
        this.charset = charset;
        this.bytes = ByteBuffer.allocate(max + 2);
    }

    /// Ties the reader to a buffer, as C++ ties cin to cout: the reader flushes the buffer before it reads from its source. So the answers
    /// to all lines that have come go out together, and no answer stays in the buffer while the reader waits.
    ///
    /// If the flush fails or is cancelled, so is the read. It has then taken no line, and no byte of the buffer is lost. Called by the task
    /// that uses both, or before it does.
    ///
    /// <!-- run in a task: TcpStream stream = echo(); { send(stream, "one\ntwo\n"); } -->
    /// ```java
    /// var answers = new WriteBuffer(stream, 8192);
    /// var questions = new LineReader(stream, 8192).tie(answers);
    /// for (int i = 0; i < 2; i++) await(answers.writeAll(ByteBuffer.wrap(await(questions.readLine()).getBytes())));
    /// await(answers.flush());
    /// ```
    ///
    /// @param out replaces the buffer that was tied before
    /// @return this
    public LineReader tie(WriteBuffer out) {
        tied = Objects.requireNonNull(out, "the buffer is null");
        return this;
    }

    /// Reads a line. A line ends with `\n` or `\r\n`; the last line may end with the stream.
    ///
    /// If it fails or is cancelled, it has taken nothing: the next call begins with the same line. One task at a time.
    ///
    /// <!-- run in a task: LineReader lines = new LineReader(AsyncRead.of(new ByteArrayInputStream("one\ntwo".getBytes())), 80); -->
    /// ```java
    /// for (String line; (line = await(lines.readLine())) != null; ) IO.println(line);
    /// ```
    ///
    /// @return the line without its end, or null at the end of the stream; fails with [LineTooLongException], and as the source, and the
    ///         target of the tied buffer do
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

    /// Moves the bytes to the start of the buffer, if there is no room at its end, or if there are none: so a reader of short lines uses
    /// the same few bytes of memory again and again, and they stay in the processor's cache.
    ///
    /// @return by how many bytes they have moved
    private int slide() {
        var by = end == bytes.capacity() || start == end ? start : 0;
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

    /// Reads the bytes that were read ahead, and if there are none, from the stream, after it has flushed the tied buffer. One task at a
    /// time. Cancelled or dropped, it has read nothing.
    ///
    /// <!-- run in a task: LineReader lines = new LineReader(AsyncRead.of(new ByteArrayInputStream("3\none".getBytes())), 80); -->
    /// ```java
    /// var body = ByteBuffer.allocate(Integer.parseInt(await(lines.readLine())));
    /// int n = await(lines.read(body)); // from 1 to 3
    /// ```
    ///
    /// @return how many bytes, or −1 at the end of the stream; fails as the source, and the target of the tied buffer do
    /// @throws java.nio.ReadOnlyBufferException the buffer is read-only
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

    /// Reads until the buffer is full: the bytes that were read ahead, which costs a copy, and then from the stream. One task at a time.
    /// Cancelled or dropped, it may have read some bytes: they are in the buffer, before its position.
    ///
    /// <!-- run in a task: LineReader lines = new LineReader(AsyncRead.of(new ByteArrayInputStream("3\none".getBytes())), 80); -->
    /// ```java
    /// var body = ByteBuffer.allocate(Integer.parseInt(await(lines.readLine())));
    /// await(lines.readExactly(body));
    /// ```
    ///
    /// @return ready when the buffer is full; fails with [java.io.EOFException] if the stream ends before, else as [#read(ByteBuffer)]
    /// @throws java.nio.ReadOnlyBufferException the buffer is read-only
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
