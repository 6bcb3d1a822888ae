package trale.net;

import static trale.Async.async;
import static trale.Async.await;

import java.io.EOFException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import trale.Future;

/// Something that bytes come from.
///
/// One operation at a time, from any thread; the buffer is the operation's until that has ended. One that is cancelled, or
/// dropped before it was ready, has read nothing; what [#readExactly(ByteBuffer)] has read by then is in the buffer, before
/// its position.
public interface AsyncRead {

    /// Reads what is there, and waits only if there is nothing: some bytes, into the buffer from its position to its
    /// limit; the position advances.
    ///
    /// @param to a heap or direct buffer. With no room left, the answer is 0 at once
    /// @return how many bytes, or −1 at the end of the stream; fails with [java.io.IOException] as the source does
    /// @throws java.nio.ReadOnlyBufferException the buffer is read-only
    Future<Integer> read(ByteBuffer to);

    /// Reads until the buffer is full.
    ///
    /// @param to see [#read(ByteBuffer)]
    /// @return ready when it is; fails with [EOFException] if the stream ends before, else as [#read(ByteBuffer)] does
    /// @throws java.nio.ReadOnlyBufferException the buffer is read-only
    default Future<Void> readExactly(ByteBuffer to) {
        ByteStream.writable(to);
        return async(() -> {
            while (to.hasRemaining()) {
                if (await(read(to)) < 0) throw ByteStream.endedBefore(to);
            }
        });
    }

    /// {@return a source that reads from a java.io stream, a file's or a child process's, by calls on [virtual
    /// threads][trale.Blocking]}
    ///
    /// One call reads at most 8 KiB. A read that is cancelled has taken nothing. The call it began goes on, without an interrupt, and
    /// what it brings is for the next read. A second read while one waits fails with [IllegalStateException].
    ///
    /// Closing the stream is the caller's. A call that is blocked for ever holds its thread until then.
    ///
    /// <!-- given: Process child; -->
    /// ```java
    /// var lines = new LineReader(AsyncRead.of(child.getInputStream()), 8192);
    /// for (String line; (line = await(lines.readLine())) != null; ) IO.println(line);
    /// ```
    ///
    /// @param in is read by this alone
    static AsyncRead of(InputStream in) {
        return new BlockingStreams.Input(Objects.requireNonNull(in, "the stream is null"));
    }

    /// Copies all there is until the end of the stream, through a buffer of 16 KiB. Neither end is closed. If it fails or is
    /// cancelled, what was read last may not have been written.
    ///
    /// @param from is read from
    /// @param to   is written to
    /// @return how many bytes; fails as reading and writing do
    static Future<Long> copy(AsyncRead from, AsyncWrite to) {
        Objects.requireNonNull(from, "the source is null");
        Objects.requireNonNull(to, "the target is null");
        return async(() -> {
            var buffer = ByteBuffer.allocate(1 << 14);
            var copied = 0L;
            while (await(from.read(buffer.clear())) >= 0) {
                copied += buffer.position();
                await(to.writeAll(buffer.flip()));
            }
            return copied;
        });
    }
}
