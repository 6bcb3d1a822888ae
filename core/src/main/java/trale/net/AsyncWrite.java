package trale.net;

import static trale.Async.async;
import static trale.Async.await;

import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import trale.Future;

/// Something that bytes go to.
///
/// One operation at a time, from any thread; the buffer is the operation's until that has ended. One that is cancelled, or
/// dropped before it was ready, has written nothing; what [#writeAll(ByteBuffer)] has written by then is before the buffer's
/// position.
///
/// If several tasks write to one socket, that fails with [IllegalStateException], but only once a write has to wait: put a queue
/// before it, and one task that writes.
public interface AsyncWrite {

    /// Writes what there is room for, and waits only if there is none: some bytes of the buffer from its position to its
    /// limit; the position advances.
    ///
    /// @param from a heap or direct buffer, which may be read-only. With nothing left, the answer is 0 at once
    /// @return how many bytes; fails with [java.io.IOException] as the target does
    Future<Integer> write(ByteBuffer from);

    /// Writes until nothing of the buffer is left.
    ///
    /// @param from see [#write(ByteBuffer)]
    /// @return ready when nothing is; fails as [#write(ByteBuffer)] does
    default Future<Void> writeAll(ByteBuffer from) {
        Objects.requireNonNull(from, "the buffer is null");
        return async(() -> {
            while (from.hasRemaining()) await(write(from));
        });
    }

    /// {@return a target that writes to a java.io stream, a file's or a child process's, by calls on [virtual
    /// threads][trale.Blocking]}
    ///
    /// One call writes at most 8 KiB and flushes the stream. A call cannot be taken back. So a write that is cancelled in it has taken
    /// the bytes before the buffer's position: the call goes on, without an interrupt, and the next write waits for it, and fails if
    /// it failed. A second write while one waits fails with [IllegalStateException].
    ///
    /// Closing the stream is the caller's.
    ///
    /// <!-- given: Process child; ByteBuffer bytes; -->
    /// ```java
    /// await(AsyncWrite.of(child.getOutputStream()).writeAll(bytes));
    /// ```
    ///
    /// @param out is written to by this alone
    static AsyncWrite of(OutputStream out) {
        return new BlockingStreams.Output(Objects.requireNonNull(out, "the stream is null"));
    }
}
