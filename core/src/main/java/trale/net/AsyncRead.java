package trale.net;

import static trale.Async.async;
import static trale.Async.await;

import java.io.EOFException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import trale.Future;

/// A source of bytes.
///
/// One operation at a time, from any thread. The buffer belongs to the operation until the operation has ended. An operation that is
/// cancelled, or dropped before it was ready, has read nothing. A cancelled [#readExactly(ByteBuffer)] may have read some bytes: they are
/// in the buffer, before its position.
public interface AsyncRead {

    /// Reads the bytes that are there, up to the buffer's limit, and waits only if there is none. The buffer's position advances.
    ///
    /// From any thread, one operation at a time. Cancelled or dropped, it has read nothing.
    ///
    /// <!-- run in a task: AsyncRead source = AsyncRead.of(new ByteArrayInputStream(new byte[1000])); -->
    /// ```java
    /// var buffer = ByteBuffer.allocate(100);
    /// while (await(source.read(buffer.clear())) >= 0) IO.println(buffer.position() + " bytes");
    /// ```
    ///
    /// @param to a heap or direct buffer. If it has no room, the result is 0 at once, unless the source is a socket that is closed
    /// @return how many bytes, or −1 at the end of the stream; fails with [java.io.IOException] as the source does (a socket: see
    ///         [TcpStream]), and with [IllegalStateException] if another operation reads
    /// @throws java.nio.ReadOnlyBufferException the buffer is read-only
    Future<Integer> read(ByteBuffer to);

    /// Reads until the buffer is full.
    ///
    /// From any thread, one operation at a time. Cancelled or dropped, it may have read some bytes: they are in the buffer, before its
    /// position.
    ///
    /// <!-- run in a task: AsyncRead source = AsyncRead.of(new ByteArrayInputStream(new byte[1000])); -->
    /// ```java
    /// var head = ByteBuffer.allocate(12);
    /// await(source.readExactly(head));
    /// int length = head.flip().getInt();
    /// ```
    ///
    /// @param to see [#read(ByteBuffer)]
    /// @return ready when the buffer is full; fails with [EOFException] if the stream ends before, else as [#read(ByteBuffer)] does
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
    /// One call reads at most 8 KiB. A read that is cancelled has taken nothing. The call that it began goes on, without an interrupt,
    /// and the next read takes its bytes. A second read while one waits fails with [IllegalStateException].
    ///
    /// The caller closes the stream. Until then, a call that is blocked holds its thread. From any thread.
    ///
    /// Each call is made on another thread. A pipe of java.io counts as broken once the thread that used an end last has ended, so it is
    /// refused. Between threads, and between a thread and a task, a [trale.sync.Channel] takes its place.
    ///
    /// <!-- run in a task: Process child = new ProcessBuilder("echo", "hello").start(); -->
    /// ```java
    /// var lines = new LineReader(AsyncRead.of(child.getInputStream()), 8192);
    /// for (String line; (line = await(lines.readLine())) != null; ) IO.println(line);
    /// ```
    ///
    /// @param in is read by this alone
    /// @throws IllegalArgumentException it is a [PipedInputStream]
    static AsyncRead of(InputStream in) {
        if (in instanceof PipedInputStream) throw BlockingStreams.isPipe();
        return new BlockingStreams.Input(Objects.requireNonNull(in, "the stream is null"));
    }

    /// Copies all bytes until the end of the stream, through a buffer of 16 KiB. It closes neither end. If it fails or is cancelled, up to
    /// 16 KiB may have been read and not written. From any thread.
    ///
    /// <!-- run in a task: TcpStream stream = echo(); { stream.shutdownOutput(); } -->
    /// ```java
    /// long bytes = await(AsyncRead.copy(stream, AsyncWrite.of(System.out)));
    /// ```
    ///
    /// @param from is read from
    /// @param to   is written to
    /// @return how many bytes; fails as [#read(ByteBuffer)] and [AsyncWrite#write(ByteBuffer)] do
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
