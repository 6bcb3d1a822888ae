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
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import trale.Context;
import trale.Future;
import trale.Poll;
import trale.internal.linux.Sockets;
import trale.time.Timer;

/// What TCP and Unix streams share: connecting, reading, writing.
abstract sealed class ByteStream extends Endpoint implements AsyncRead, AsyncWrite permits TcpStream, UnixStream {
    private static final Duration PAUSE = Duration.ofMillis(5);

    ByteStream(int fd, SocketAddress remote) throws IOException {
        super(fd, remote);
    }

    /// Makes a stream of a descriptor.
    interface Maker<S extends ByteStream> {
        S make(int fd, SocketAddress remote) throws IOException;
    }

    /// Connect first, register after: a fresh socket reports HUP.
    static <S extends ByteStream> Future<S> connect(SocketAddress address, Maker<S> maker) {
        return async(() -> {
            int fd;
            while ((fd = Sockets.connect(address)) < 0) await(Timer.sleep(PAUSE));
            var stream = maker.make(fd, address);
            try {
                await(stream.connected());
                return stream;
            } catch (Throwable t) {
                stream.close();
                throw t;
            }
        });
    }

    Future<Void> connected() {
        return new Operation<>(this, WRITER, "connect") {
            @Override
            int call(int fd) throws IOException {
                return Sockets.connected(fd);
            }

            @Override
            Poll<Void> result(int n) throws IOException {
                checked(n);
                return DONE;
            }
        };
    }

    @Override
    public Future<Integer> read(ByteBuffer to) {
        return new Transfer<>(this, READER, "read", writable(to)) {
            @Override
            Poll<Integer> moved(int n) {
                return Poll.ready(n);
            }
        };
    }

    @Override
    public Future<Void> readExactly(ByteBuffer to) {
        return new Transfer<>(this, READER, "read", writable(to)) {
            @Override
            @Nullable Poll<Void> moved(int n) throws EOFException {
                if (n < 0) throw AsyncRead.endedBefore(buffer);
                return buffer.hasRemaining() ? null : DONE;
            }
        };
    }

    @Override
    public Future<Integer> write(ByteBuffer from) {
        return new Transfer<>(this, WRITER, "write", from) {
            @Override
            Poll<Integer> moved(int n) {
                return Poll.ready(n);
            }
        };
    }

    @Override
    public Future<Void> writeAll(ByteBuffer from) {
        return new Transfer<>(this, WRITER, "write", from) {
            @Override
            @Nullable Poll<Void> moved(int n) {
                return buffer.hasRemaining() ? null : DONE;
            }
        };
    }

    /// To be found out before the bytes have left the kernel.
    static ByteBuffer writable(ByteBuffer to) {
        if (to.isReadOnly()) throw new ReadOnlyBufferException();
        return to;
    }

    /// Moves bytes between a stream and a buffer.
    private abstract static class Transfer<T> extends Operation<T> {
        final ByteBuffer buffer;

        Transfer(ByteStream stream, int claim, String name, ByteBuffer buffer) {
            super(stream, claim, name);
            this.buffer = buffer;
        }

        /// {@return the end, or null: call again}
        /// @param n how many bytes were moved, or −1 at the end of the stream
        abstract @Nullable Poll<T> moved(int n) throws EOFException;

        /// Nothing to move is done at once, also where the peer would be waited for.
        @Override
        public Poll<T> poll(Context cx) throws Exception {
            var nothing = buffer.hasRemaining() ? null : moved(0);
            return nothing == null ? super.poll(cx) : nothing;
        }

        @Override
        int call(int fd) throws IOException {
            return claim == READER ? Sockets.receive(fd, buffer, false) : Sockets.send(fd, buffer, null, null);
        }

        @Override
        @Nullable Poll<T> result(int n) throws IOException {
            return moved(checked(n) == 0 ? -1 : n);
        }

        /// A short read tells that TCP's buffer is drained, a short write that it is full: the next edge says when it is
        /// not. A read of a Unix stream is also short before bytes that came with a descriptor, and tells nothing.
        @Override
        boolean more(int n) {
            var tellsNothing = claim == READER && endpoint instanceof UnixStream;
            return tellsNothing || n <= 0 || n >= Sockets.CHUNK || !buffer.hasRemaining();
        }
    }

    /// Says that nothing more will be written: the peer reads to the end of the stream. Reading goes on.
    ///
    /// @throws IOException the socket is closed, or the connection broken (ENOTCONN)
    public void shutdownOutput() throws IOException {
        descriptor.call(fd -> Sockets.shutdownOutput(fd, remote));
    }
}
