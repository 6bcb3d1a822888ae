package trale.net;

import static trale.Async.async;
import static trale.Async.await;
import static trale.net.Descriptor.READER;
import static trale.net.Descriptor.WRITER;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import trale.Future;
import trale.Poll;
import trale.internal.linux.Errno;
import trale.internal.linux.Libc;
import trale.internal.linux.Sockets;
import trale.time.Timer;

/// What TCP and Unix streams share: connecting, reading, writing.
abstract sealed class ByteStream<A extends SocketAddress> extends Endpoint<A> implements AsyncRead, AsyncWrite
        permits TcpStream, UnixStream {
    private static final Duration PAUSE = Duration.ofMillis(5);

    /// Why the connection is over, as −errno; 0: no operation was told. Linux tells one operation, once (sock_error clears SO_ERROR). From
    /// then on a read finds 0, as at the end of a stream. So a read that finds 0 looks here.
    ///
    /// The operation that is told writes this inside its call, *before* its direction leaves CALLING. A read makes its call, *then* looks
    /// whether a write is CALLING, *then* reads this. If a write was told before the call of the read, the write is still CALLING, and the
    /// read makes its call again; or the read sees this. Both are volatile.
    private volatile int failure;

    /// A read has found the end, so every later one does. Used by the operation that owns the reading direction.
    private boolean hasEnded;

    ByteStream(Descriptor descriptor, A remote) throws IOException {
        super(descriptor, remote);
    }

    /// @param from this end's address, or null: the kernel chooses
    static <A extends SocketAddress, S extends ByteStream<A>> Future<S> connect(A address, @Nullable A from, Maker<A, S> maker) {
        return async(() -> {
            Libc.require();
            int fd;
            while ((fd = Sockets.connect(address, from)) < 0) await(Timer.sleep(PAUSE));
            var stream = Endpoint.make(maker, address, fd);
            try {
                await(stream.connected());
                return stream;
            } catch (Throwable t) {
                stream.close();
                throw t;
            }
        });
    }

    /// The kernel may give a client the very port that it connects to. If no listener has that port, the client is connected with itself
    /// (RFC 9293, section 3.5: simultaneous open). That counts as refused.
    private boolean isConnectedToItself() {
        return this instanceof TcpStream && Sockets.peer().equals(local);
    }

    Future<Void> connected() {
        return new Operation<>(this, WRITER) {
            @Override
            int call(int fd) throws IOException {
                var n = Sockets.connected(fd);
                return n == 0 && isConnectedToItself() ? -Errno.ECONNREFUSED : n;
            }

            @Override
            Poll<Void> result(int n) throws IOException {
                Sockets.check(n, "connect", remote);
                return DONE;
            }
        };
    }

    @Override
    public Future<Integer> read(ByteBuffer to) {
        return new Transfer<>(this, READER, writable(to), false);
    }

    @Override
    public Future<Void> readExactly(ByteBuffer to) {
        return new Transfer<>(this, READER, writable(to), true);
    }

    @Override
    public Future<Integer> write(ByteBuffer from) {
        return new Transfer<>(this, WRITER, from, false);
    }

    @Override
    public Future<Void> writeAll(ByteBuffer from) {
        return new Transfer<>(this, WRITER, from, true);
    }

    /// Checked before the call, because the kernel would have given the bytes away.
    static ByteBuffer writable(ByteBuffer to) {
        if (to.isReadOnly()) throw new ReadOnlyBufferException();
        return to;
    }

    /// {@return the error of a stream that ended before a buffer was full}
    static EOFException endedBefore(ByteBuffer full) {
        return new EOFException("readExactly: the stream ended " + full.remaining() + " bytes too soon");
    }

    /// Moves bytes between a stream and a buffer.
    private static final class Transfer<T> extends Operation<T> {
        private final ByteBuffer buffer;
        private final boolean all;

        /// @param all true: moves the whole buffer, and T is Void; false: moves bytes once, and T is Integer
        Transfer(ByteStream<?> stream, byte direction, ByteBuffer buffer, boolean all) {
            super(stream, direction);
            this.buffer = Objects.requireNonNull(buffer, "the buffer is null");
            this.all = all;
        }

        @SuppressWarnings("unchecked") // see the constructor
        private Poll<T> moved(int n) {
            return (Poll<T>) (all ? DONE : Poll.ready(n));
        }

        @Override
        @Nullable Poll<T> atOnce() throws ClosedChannelException {
            if (buffer.hasRemaining()) return null;
            endpoint.descriptor.requireOpen();
            return moved(0);
        }

        @Override
        int call(int fd) throws IOException {
            var n = direction == READER ? Sockets.receive(fd, buffer, false) : Sockets.send(fd, buffer, null, endpoint.local);
            if (n > 0 || n == -Errno.EAGAIN) return n;
            var stream = (ByteStream<?>) endpoint;
            switch (-n) { // no call: if the stack has ended, the failure must be kept all the same
                case 0 -> {
                    if (direction == WRITER || stream.hasEnded) return n;
                    if (stream.descriptor.writing == Descriptor.CALLING) return -Errno.EINTR; // it may be told a failure now: look again
                    n = stream.failure;
                    stream.hasEnded = n == 0;
                }
                // these tell nothing of the connection. EPIPE follows from a shutdown of this end, or comes after the peer's end
                case Errno.EINTR, Errno.EPIPE, Errno.ENOBUFS, Errno.ENOMEM -> {}
                default -> stream.failure = n;
            }
            return n;
        }

        @Override
        @Nullable Poll<T> result(int n) throws IOException {
            Sockets.check(n, direction == READER ? "read" : "write", endpoint.remote);
            var ended = n == 0; // there was room
            if (ended && all) throw endedBefore(buffer);
            return all && buffer.hasRemaining() ? null : moved(ended ? -1 : n);
        }

        /// After a short read TCP's buffer is empty, and after a short write it is full. The next edge says when that has changed. A read
        /// of a Unix stream also ends after bytes that came with a descriptor, so a short read of it tells nothing.
        @Override
        boolean more(int n) {
            var tellsNothing = direction == READER && endpoint instanceof UnixStream;
            return tellsNothing || n <= 0 || n >= Sockets.CHUNK || !buffer.hasRemaining();
        }
    }

    /// Ends the output: the peer reads the end of the stream after the last byte. Reading goes on (shutdown(2)). A write that waits fails,
    /// and so does each later one (EPIPE). It does not wait. From any thread.
    ///
    /// <!-- run in a task: TcpStream stream = echo(); -->
    /// ```java
    /// await(stream.writeAll(ByteBuffer.wrap("hello\n".getBytes())));
    /// stream.shutdownOutput(); // the peer knows that no more will come
    /// await(AsyncRead.copy(stream, AsyncWrite.of(System.out)));
    /// ```
    ///
    /// @throws java.nio.channels.ClosedChannelException the socket is closed
    /// @throws IOException the connection has ended in both directions (ENOTCONN)
    public void shutdownOutput() throws IOException {
        call(fd -> Sockets.shutdownOutput(fd, remote));
    }

    /// {@return the other end's address, also after the connection has ended} From any thread.
    public A remoteAddress() {
        return Objects.requireNonNull(remote);
    }
}
