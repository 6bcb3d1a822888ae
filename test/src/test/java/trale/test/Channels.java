package trale.test;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ProtocolFamily;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import trale.internal.linux.Fd;
import trale.internal.linux.SocketOptions;
import trale.internal.linux.Sockets;

/// java.nio's channels on the simulated Linux of the test that runs: the peers in the tests of the core, which know nothing of it. Only
/// what those tests call is here. A call that blocks lets the executors go on.
///
/// The build names this class by `-Djava.nio.channels.spi.SelectorProvider`.
public final class Channels extends SelectorProvider {
    @Override
    public SocketChannel openSocketChannel() {
        return new Stream(this, null);
    }

    @Override
    public SocketChannel openSocketChannel(ProtocolFamily family) {
        return openSocketChannel();
    }

    @Override
    public ServerSocketChannel openServerSocketChannel() {
        return new Listener(this);
    }

    @Override
    public ServerSocketChannel openServerSocketChannel(ProtocolFamily family) {
        return openServerSocketChannel();
    }

    @Override
    public DatagramChannel openDatagramChannel() {
        return new Datagrams(this);
    }

    @Override
    public DatagramChannel openDatagramChannel(ProtocolFamily family) {
        return openDatagramChannel();
    }

    @Override
    public Pipe openPipe() {
        throw new UnsupportedOperationException();
    }

    @Override
    public AbstractSelector openSelector() {
        throw new UnsupportedOperationException();
    }

    /// A descriptor, from the bind(2) or connect(2) on.
    private static final class Descriptor {
        private int fd = -1;
        private @Nullable SocketAddress local;
        boolean isBlocking = true;

        void open(int fd) throws IOException {
            this.fd = fd;
            local = Sockets.localAddress(fd);
        }

        int fd() throws ClosedChannelException {
            if (fd < 0) throw new ClosedChannelException();
            return fd;
        }

        SocketAddress local() {
            if (local == null) throw new AssertionError("not bound");
            return local;
        }

        /// Makes a call again until it does not say EAGAIN.
        int blocking(int events, String name, IntSupplier call) throws IOException {
            for (;;) {
                var result = call.getAsInt();
                if (result != -Linux.EAGAIN || !isBlocking) return Sockets.check(result, name, local);
                await(events);
            }
        }

        void await(int events) {
            var ground = Grounds.Simulated.here();
            var file = ground.machine.file(fd);
            if (file == null) throw new AssertionError("fd " + fd);
            ground.waitUntil(() -> (file.ready() & (events | File.ERR | File.HUP)) != 0);
        }

        int receive(ByteBuffer to, boolean isDatagram) throws IOException {
            fd();
            if (!isDatagram && !to.hasRemaining()) return 0;
            return blocking(File.IN, "read", () -> Sockets.receive(fd, to, isDatagram));
        }

        int send(ByteBuffer from, @Nullable SocketAddress to) throws IOException {
            fd();
            var sent = 0;
            do {
                var n = blocking(File.OUT, "write", () -> {
                    try {
                        return Sockets.send(fd, from, to, local());
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                });
                sent += n;
                Grounds.Simulated.here().deliver();
            } while (to == null && from.hasRemaining());
            return sent;
        }

        <T> void set(SocketOption<T> option, T value) throws IOException {
            SocketOptions.set(fd(), option, value, local(), names());
        }

        <T> @Nullable T get(SocketOption<T> option) throws IOException {
            return SocketOptions.get(fd(), option, local(), names());
        }

        private static Set<String> names() {
            return Set.of(StandardSocketOptions.SO_LINGER, StandardSocketOptions.SO_RCVBUF, StandardSocketOptions.SO_SNDBUF,
                    StandardSocketOptions.TCP_NODELAY)
                    .stream().map(SocketOption::name).collect(Collectors.toSet());
        }

        void close() {
            if (fd < 0) return;
            Fd.close(fd);
            fd = -1;
            Grounds.Simulated.here().deliver();
        }
    }

    private static final class Listener extends ServerSocketChannel {
        private final Descriptor descriptor = new Descriptor();

        Listener(SelectorProvider provider) {
            super(provider);
        }

        @Override
        public ServerSocketChannel bind(SocketAddress local, int backlog) throws IOException {
            descriptor.open(Sockets.bind(local, Sockets.STREAM, true, false, backlog == 0 ? 50 : backlog));
            return this;
        }

        @Override
        public SocketChannel accept() throws IOException {
            var fd = descriptor.blocking(File.IN, "accept", () -> Sockets.accept(descriptor.fd));
            var accepted = new Stream(provider(), Sockets.peer());
            accepted.descriptor.open(fd);
            return accepted;
        }

        @Override
        public SocketAddress getLocalAddress() {
            return descriptor.local();
        }

        @Override
        public <T> ServerSocketChannel setOption(SocketOption<T> option, T value) throws IOException {
            descriptor.set(option, value);
            return this;
        }

        @Override
        public <T> T getOption(SocketOption<T> option) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Set<SocketOption<?>> supportedOptions() {
            return Set.of();
        }

        @Override
        public ServerSocket socket() {
            throw new UnsupportedOperationException();
        }

        @Override
        protected void implCloseSelectableChannel() {
            descriptor.close();
        }

        @Override
        protected void implConfigureBlocking(boolean block) {
            descriptor.isBlocking = block;
        }
    }

    private static final class Stream extends SocketChannel {
        private final Descriptor descriptor = new Descriptor();
        private @Nullable SocketAddress peer;

        Stream(SelectorProvider provider, @Nullable SocketAddress peer) {
            super(provider);
            this.peer = peer;
        }

        @Override
        public boolean connect(SocketAddress remote) throws IOException {
            descriptor.open(Sockets.connect(remote, null));
            peer = remote;
            if (!descriptor.isBlocking) return false;
            descriptor.await(File.OUT);
            Sockets.check(Sockets.connected(descriptor.fd()), "connect", remote);
            descriptor.local = Sockets.localAddress(descriptor.fd());
            return true;
        }

        @Override
        public int read(ByteBuffer to) throws IOException {
            var n = descriptor.receive(to, false);
            return n == 0 && to.hasRemaining() ? -1 : n;
        }

        @Override
        public int write(ByteBuffer from) throws IOException {
            return descriptor.send(from, null);
        }

        @Override
        public SocketChannel shutdownOutput() throws IOException {
            Sockets.shutdownOutput(descriptor.fd(), peer);
            Grounds.Simulated.here().deliver();
            return this;
        }

        @Override
        public SocketAddress getLocalAddress() {
            return descriptor.local();
        }

        @Override
        public @Nullable SocketAddress getRemoteAddress() {
            return peer;
        }

        @Override
        public <T> SocketChannel setOption(SocketOption<T> option, T value) throws IOException {
            descriptor.set(option, value);
            return this;
        }

        @Override
        public <T> @Nullable T getOption(SocketOption<T> option) throws IOException {
            return descriptor.get(option);
        }

        @Override
        public boolean isConnected() {
            return peer != null;
        }

        @Override
        public boolean isConnectionPending() {
            return false;
        }

        @Override
        protected void implCloseSelectableChannel() {
            descriptor.close();
        }

        @Override
        protected void implConfigureBlocking(boolean block) {
            descriptor.isBlocking = block;
        }

        @Override
        public boolean finishConnect() {
            throw new UnsupportedOperationException();
        }

        @Override
        public SocketChannel bind(SocketAddress local) {
            throw new UnsupportedOperationException();
        }

        @Override
        public SocketChannel shutdownInput() {
            throw new UnsupportedOperationException();
        }

        @Override
        public java.net.Socket socket() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Set<SocketOption<?>> supportedOptions() {
            return Set.of();
        }

        @Override
        public long read(ByteBuffer[] to, int offset, int length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long write(ByteBuffer[] from, int offset, int length) {
            throw new UnsupportedOperationException();
        }
    }

    private static final class Datagrams extends DatagramChannel {
        private final Descriptor descriptor = new Descriptor();

        Datagrams(SelectorProvider provider) {
            super(provider);
        }

        @Override
        public DatagramChannel bind(SocketAddress local) throws IOException {
            descriptor.open(Sockets.bind(local, Sockets.DATAGRAM, false, false, 0));
            return this;
        }

        @Override
        public SocketAddress receive(ByteBuffer to) throws IOException {
            descriptor.receive(to, true);
            return Sockets.peer();
        }

        @Override
        public int send(ByteBuffer from, SocketAddress to) throws IOException {
            return descriptor.send(from, to);
        }

        @Override
        public SocketAddress getLocalAddress() {
            return descriptor.local();
        }

        @Override
        protected void implCloseSelectableChannel() {
            descriptor.close();
        }

        @Override
        protected void implConfigureBlocking(boolean block) {
            descriptor.isBlocking = block;
        }

        @Override
        public DatagramChannel connect(SocketAddress remote) {
            throw new UnsupportedOperationException();
        }

        @Override
        public DatagramChannel disconnect() {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean isConnected() {
            return false;
        }

        @Override
        public @Nullable SocketAddress getRemoteAddress() {
            return null;
        }

        @Override
        public int read(ByteBuffer to) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long read(ByteBuffer[] to, int offset, int length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int write(ByteBuffer from) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long write(ByteBuffer[] from, int offset, int length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <T> DatagramChannel setOption(SocketOption<T> option, T value) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <T> T getOption(SocketOption<T> option) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Set<SocketOption<?>> supportedOptions() {
            return Set.of();
        }

        @Override
        public DatagramSocket socket() {
            throw new UnsupportedOperationException();
        }

        @Override
        public MembershipKey join(InetAddress group, NetworkInterface on) {
            throw new UnsupportedOperationException();
        }

        @Override
        public MembershipKey join(InetAddress group, NetworkInterface on, InetAddress source) {
            throw new UnsupportedOperationException();
        }
    }
}
