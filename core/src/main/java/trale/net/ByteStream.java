package trale.net;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import trale.Future;
import trale.internal.linux.Sockets;

/// What TCP and Unix streams share.
abstract sealed class ByteStream extends Endpoint implements AsyncRead, AsyncWrite permits TcpStream, UnixStream {

    ByteStream(int fd, SocketAddress remote) throws IOException {
        super(fd, remote);
    }

    @Override
    public Future<Integer> read(ByteBuffer to) {
        return new Transfer.Read(this, writable(to));
    }

    @Override
    public Future<Void> readExactly(ByteBuffer to) {
        return new Transfer.ReadExactly(this, writable(to));
    }

    @Override
    public Future<Integer> write(ByteBuffer from) {
        return new Transfer.Write(this, from);
    }

    @Override
    public Future<Void> writeAll(ByteBuffer from) {
        return new Transfer.WriteAll(this, from);
    }

    /// Says that nothing more will be written: the peer reads to the end of the stream. Reading goes on.
    ///
    /// @throws IOException the socket is closed, or the connection is broken (ENOTCONN)
    public void shutdownOutput() throws IOException {
        descriptor.call("shutdown", remote, Sockets::shutdownOutput);
    }

    /// A read-only buffer must be found out before the bytes have left the kernel.
    static ByteBuffer writable(ByteBuffer to) {
        if (to.isReadOnly()) throw new ReadOnlyBufferException();
        return to;
    }

    /// Makes a stream of a connected descriptor.
    interface Maker<S extends ByteStream> {
        S make(int fd, SocketAddress remote) throws IOException;
    }
}
