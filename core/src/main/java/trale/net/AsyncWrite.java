package trale.net;

import static trale.Async.async;
import static trale.Async.await;

import java.io.OutputStream;
import java.io.PipedOutputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import trale.Future;

/// A target for bytes.
///
/// One operation at a time, from any thread. The buffer belongs to the operation until the operation has ended. An operation that is
/// cancelled, or dropped before it was ready, has taken the bytes before the buffer's position: none in a [#write(ByteBuffer)] to a socket,
/// perhaps some in one to a java.io stream ([#of]), or in a [#writeAll(ByteBuffer)].
///
/// If several tasks write to one socket, a write fails with [IllegalStateException] once another one has to wait. Give the bytes to one
/// task that writes, through a [trale.sync.Channel].
public interface AsyncWrite {

    /// Writes as many bytes as the target has room for, and waits only if it has none. The buffer's position advances.
    ///
    /// From any thread, one operation at a time. Cancelled or dropped, it has taken the bytes before the buffer's position: to a socket
    /// none.
    ///
    /// <!-- run in a task: TcpStream stream = echo(); -->
    /// ```java
    /// var bytes = ByteBuffer.wrap("hello\n".getBytes());
    /// int n = await(stream.write(bytes));
    /// IO.println(n + " bytes are written, " + bytes.remaining() + " are left");
    /// ```
    ///
    /// @param from a heap or direct buffer, which may be read-only. If it has no bytes left, the result is 0 at once, unless the target is
    ///         a socket that is closed
    /// @return how many bytes; fails with [java.io.IOException] as the target does (a socket: see [TcpStream]), and with
    ///         [IllegalStateException] if another operation writes
    Future<Integer> write(ByteBuffer from);

    /// Writes until nothing of the buffer is left.
    ///
    /// From any thread, one operation at a time. Cancelled or dropped, it may have written some bytes: they are before the buffer's
    /// position.
    ///
    /// <!-- run in a task: TcpStream stream = echo(); -->
    /// ```java
    /// await(stream.writeAll(ByteBuffer.wrap("hello\n".getBytes())));
    /// ```
    ///
    /// @param from see [#write(ByteBuffer)]
    /// @return ready when the buffer has no bytes left; fails as [#write(ByteBuffer)] does
    default Future<Void> writeAll(ByteBuffer from) {
        Objects.requireNonNull(from, "the buffer is null");
        return async(() -> {
            while (from.hasRemaining()) await(write(from));
        });
    }

    /// {@return a target that writes to a java.io stream, a file's or a child process's, by calls on [virtual
    /// threads][trale.Blocking]}
    ///
    /// One call writes at most 8 KiB and flushes the stream. A call that has begun cannot be taken back. So a write that is cancelled has
    /// taken the bytes before the buffer's position. The call goes on, without an interrupt. The next write waits for it, and fails if it
    /// failed. A second write while one waits fails with [IllegalStateException].
    ///
    /// The caller closes the stream. From any thread. A pipe of java.io is refused, as by [AsyncRead#of(java.io.InputStream)].
    ///
    /// <!-- run in a task: Process child = new ProcessBuilder("cat").start(); ByteBuffer bytes = ByteBuffer.wrap("hello".getBytes()); -->
    /// ```java
    /// await(AsyncWrite.of(child.getOutputStream()).writeAll(bytes));
    /// ```
    ///
    /// @param out is written to by this alone
    /// @throws IllegalArgumentException it is a [PipedOutputStream]
    static AsyncWrite of(OutputStream out) {
        if (out instanceof PipedOutputStream) throw BlockingStreams.isPipe();
        return new BlockingStreams.Output(Objects.requireNonNull(out, "the stream is null"));
    }
}
