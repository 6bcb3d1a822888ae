package trale.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static trale.Async.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import trale.Context;
import trale.Future;
import trale.Poll;
import trale.internal.linux.Errno;
import trale.internal.linux.Kernel;
import trale.net.GivingUpTest.State;
import trale.net.Things.How;
import trale.support.Names;

/// The things of [trale.net].
final class SocketThings {
    private SocketThings() {}

    static Map<String, Thing.Maker> all() {
        var all = new LinkedHashMap<String, Thing.Maker>();
        all.put("Listener.accept", (test, _) -> new Accepting(test));
        all.put("TcpStream.connect(InetSocketAddress)", (_, state) -> new Connecting(state, TcpStream::connect));
        all.put("TcpStream.connect(InetSocketAddress, InetSocketAddress)",
                (_, state) -> new Connecting(state, address -> TcpStream.connect(address, SocketTest.LOOPBACK)));
        all.put("TcpStream.connect(String, int): looks up", (test, _) -> new LookingUp(test));
        all.put("TcpStream.connect(String, int): tries two addresses", (_, state) -> new ConnectingToTwo(state));
        all.put("UnixStream.connect", (test, _) -> new ConnectingLocally(test));
        all.put("ByteStream.read", (test, _) -> new Bytes(test, "x", s -> s.read(ByteBuffer.allocate(1))));
        all.put("ByteStream.readExactly", (test, _) -> new Bytes(test, "x", s -> s.readExactly(ByteBuffer.allocate(1))));
        all.put("LineReader.read", (test, _) -> new Bytes(test, "x", lines(l -> l.read(ByteBuffer.allocate(1)))));
        all.put("LineReader.readExactly", (test, _) -> new Bytes(test, "x", lines(l -> l.readExactly(ByteBuffer.allocate(1)))));
        all.put("LineReader.readLine", (test, _) -> new Bytes(test, "line\n", lines(LineReader::readLine)));
        all.put("AsyncRead.copy", (test, _) -> new Bytes(test, "", s -> AsyncRead.copy(s, s))); // until the end of the stream
        all.put("AsyncRead.read", (_, _) -> new Blocked(r -> r.read(ByteBuffer.allocate(1))));
        all.put("AsyncRead.readExactly", (_, _) -> new Blocked(r -> r.readExactly(ByteBuffer.allocate(1))));
        all.put("AsyncWrite.write", (test, _) -> new Blocking(test, (w, bytes) -> w.write(bytes)));
        all.put("AsyncWrite.writeAll", (test, _) -> new Blocking(test, AsyncWrite::writeAll));
        all.put("ByteStream.write", (test, _) -> new Full(test, 0, (w, bytes) -> w.write(bytes)));
        all.put("ByteStream.writeAll", (test, _) -> new Full(test, 0, AsyncWrite::writeAll));
        all.put("WriteBuffer.write", (test, _) -> new Full(test, 4, (w, bytes) -> w.write(bytes)));
        all.put("WriteBuffer.writeAll", (test, _) -> new Full(test, 4, AsyncWrite::writeAll));
        all.put("WriteBuffer.flush", (test, _) -> new Full(test, 4, (w, _) -> ((WriteBuffer) w).flush()));
        all.put("UdpSocket.recv", (test, _) -> new Datagrams(test, s -> s.recv(ByteBuffer.allocate(9))));
        all.put("UdpSocket.recvFrom", (test, _) -> new Datagrams(test, s -> s.recvFrom(ByteBuffer.allocate(9))));
        all.put("UdpSocket.send", (test, _) -> new Sending(test, (s, _) -> s.send(SocketTest.bytes("x"))));
        all.put("UdpSocket.sendTo", (test, _) -> new Sending(test, (s, peer) -> s.sendTo(SocketTest.bytes("x"), peer)));
        return all;
    }

    /// A thing that Linux makes ready, in its time.
    private abstract static class OfLinux extends Thing {
        @Override
        final boolean isReadyAtOnce() {
            return false;
        }
    }

    private static final class Accepting extends OfLinux {
        private final TcpListener listener;
        private final List<SocketChannel> clients = new ArrayList<>();

        Accepting(GivingUpTest test) {
            listener = test.listen();
        }

        @Override
        Future<?> operation() {
            return listener.accept();
        }

        @Override
        void makeReady() throws Exception {
            clients.add(SocketChannel.open(listener.localAddress()));
        }

        @Override
        void giveBack(Object value) throws Exception {
            ((TcpStream) value).close();
            makeReady();
        }

        @Override
        public void close() throws IOException {
            for (var client : clients) client.close();
            listener.close();
        }
    }

    /// Linux connects on the loopback at once, unless the listener's queue is full: then the first segment is lost, and the next
    /// comes a second later. So an operation that is to wait has a full listener.
    private static class Connecting extends OfLinux {
        private final ServerSocketChannel full = ServerSocketChannel.open().bind(SocketTest.LOOPBACK, 1);
        private final ServerSocketChannel free = ServerSocketChannel.open().bind(SocketTest.LOOPBACK);
        private final List<SocketChannel> others = new ArrayList<>();
        private final State state;
        private final How<InetSocketAddress> how;
        private boolean toTheFull;

        Connecting(State state, How<InetSocketAddress> how) throws Exception {
            this.state = state;
            this.how = how;
            toTheFull = state != State.READY && state != State.ENDED;
            full.socket().setSoTimeout(20_000);
            for (var connected = true; toTheFull && connected; ) {
                var other = SocketChannel.open();
                others.add(other);
                other.configureBlocking(false);
                connected = other.connect(address()) || isSoon(other);
            }
        }

        /// {@return whether it is connected before the first segment would be sent again}
        private static boolean isSoon(SocketChannel connecting) throws Exception {
            for (var end = System.nanoTime() + 50_000_000; System.nanoTime() < end; Thread.onSpinWait())
                if (connecting.finishConnect()) return true;
            return false;
        }

        private InetSocketAddress address() throws IOException {
            return (InetSocketAddress) (toTheFull ? full : free).getLocalAddress();
        }

        @Override
        Future<?> operation() throws Exception {
            return how.of(address());
        }

        @Override
        void makeReady() throws Exception {
            toTheFull = false;
            if (state == State.WOKEN) for (var i = 0; i <= others.size(); i++) full.socket().accept().close();
        }

        @Override
        Duration limit() {
            return state == State.WOKEN ? Duration.ofMillis(1500) : super.limit(); // the next segment comes after a second
        }

        @Override
        void giveBack(Object value) throws Exception {
            ((TcpStream) value).close();
        }

        @Override
        public void close() throws IOException {
            for (var other : others) other.close();
            full.close();
            free.close();
        }
    }

    private static String newName() {
        return "given-up-" + Thing.NUMBER.getAndIncrement() + ".test"; // the JDK remembers what a name means
    }

    /// The name has the listener's address twice. The operation waits when it has a socket for each.
    private static final class ConnectingToTwo extends Connecting {
        private final AtomicInteger sockets = new AtomicInteger();

        ConnectingToTwo(State state) throws Exception {
            super(state, address -> {
                var name = newName();
                Names.answer(name, () -> List.of(address.getAddress(), address.getAddress()));
                return TcpStream.connect(name, address.getPort());
            });
        }

        @Override
        Kernel kernel() {
            return (function, a, b, c, d, e, f) -> {
                if (function.equals("connect")) sockets.getAndIncrement();
                return Kernel.linux().call(function, a, b, c, d, e, f);
            };
        }

        @Override
        boolean waits() {
            return sockets.get() == 2;
        }

        @Override
        Duration limit() {
            return super.limit().plusMillis(400); // the second attempt begins 250 ms after the first
        }
    }

    /// The look-up ends when the test says so, or is interrupted. What it finds is at once connected to.
    private static final class LookingUp extends OfLinux {
        private final CountDownLatch gate = new CountDownLatch(1);
        private final TcpListener listener;

        LookingUp(GivingUpTest test) {
            listener = test.listen();
        }

        @Override
        Future<?> operation() {
            var name = newName();
            Names.answer(name, () -> {
                gate.await();
                return List.of(InetAddress.ofLiteral("127.0.0.1"));
            });
            return TcpStream.connect(name, listener.localAddress().getPort());
        }

        @Override
        void makeReady() {
            gate.countDown();
        }

        /// The next poll begins to connect, and Linux may take its time.
        @Override
        boolean isReadyWhenWoken() {
            return false;
        }

        @Override
        void giveBack(Object value) throws IOException {
            ((TcpStream) value).close();
        }

        @Override
        public void close() {
            listener.close();
        }
    }

    private static final class ConnectingLocally extends OfLinux {
        private final GivingUpTest test;
        private final UnixListener listener;
        private final List<UnixStream> streams = new ArrayList<>();

        ConnectingLocally(GivingUpTest test) throws Exception {
            this.test = test;
            var name = SocketTest.abstractName("given-up-" + NUMBER.getAndIncrement());
            listener = test.on(() -> UnixListener.bind(name, BindOptions.LISTENER.backlog(0)));
            streams.add(test.executor().submit(UnixStream.connect(name)).join()); // now the queue is full
        }

        @Override
        Future<?> operation() {
            return UnixStream.connect(listener.localAddress());
        }

        @Override
        void makeReady() {
            streams.add(test.executor().submit(listener.accept()).join());
        }

        @Override
        void giveBack(Object value) throws Exception {
            ((UnixStream) value).close();
            makeReady();
        }

        @Override
        public void close() throws IOException {
            for (var stream : streams) stream.close();
            listener.close();
        }
    }

    private static How<TcpStream> lines(How<LineReader> how) {
        return new How<>() {
            private LineReader lines;

            @Override
            public Future<?> of(TcpStream stream) throws Exception {
                if (lines == null) lines = new LineReader(stream, 10);
                return how.of(lines);
            }
        };
    }

    /// A stream from which an operation reads.
    private static final class Bytes extends OfLinux {
        private final SocketTest.Ends ends;
        private final String text;
        private final How<TcpStream> how;

        /// @param text that makes one operation ready; empty: the end of the stream does
        Bytes(GivingUpTest test, String text, How<TcpStream> how) throws Exception {
            ends = test.ends();
            this.text = text;
            this.how = how;
        }

        @Override
        Future<?> operation() throws Exception {
            return how.of(ends.ours());
        }

        @Override
        void makeReady() throws Exception {
            if (text.isEmpty()) ends.theirs().shutdownOutput();
            else ends.theirs().write(SocketTest.bytes(text));
        }

        @Override
        void giveBack(Object value) throws Exception {
            makeReady();
        }

        @Override
        public void close() throws IOException {
            ends.close();
        }
    }

    /// A java.io stream that waits for its next byte.
    private static final class Blocked extends OfLinux {
        private static final int END = -1;
        private final LinkedBlockingQueue<Integer> bytes = new LinkedBlockingQueue<>();
        private final How<AsyncRead> how;
        private final AsyncRead in = AsyncRead.of(new InputStream() {
            @Override
            public int read() {
                throw new AssertionError("byte by byte");
            }

            @Override
            public int read(byte[] to, int from, int length) {
                try {
                    var next = bytes.take();
                    to[from] = next.byteValue();
                    return next == END ? END : 1;
                } catch (InterruptedException e) {
                    throw new AssertionError("a call is never interrupted", e);
                }
            }
        });

        Blocked(How<AsyncRead> how) {
            this.how = how;
        }

        @Override
        Future<?> operation() throws Exception {
            return how.of(in);
        }

        @Override
        void makeReady() {
            bytes.add(1);
        }

        @Override
        void giveBack(Object value) {
            makeReady();
        }

        @Override
        String text() {
            return "Blocked[" + bytes.size() + "]";
        }

        @Override
        public void close() {
            bytes.add(END); // for a call in flight
        }
    }

    private interface Write {
        Future<?> to(AsyncWrite out, ByteBuffer bytes);
    }

    /// Counts the bytes that operations have taken from their buffers.
    private abstract static class Writing extends OfLinux {
        private final List<ByteBuffer> buffers = new ArrayList<>();

        final ByteBuffer next() {
            var buffer = SocketTest.bytes("x");
            buffers.add(buffer);
            return buffer;
        }

        final int taken() {
            return buffers.stream().mapToInt(ByteBuffer::position).sum();
        }
    }

    /// A java.io stream that waits for room.
    private static final class Blocking extends Writing {
        private final CountDownLatch gate = new CountDownLatch(1);
        private final AtomicInteger arrived = new AtomicInteger();
        private final GivingUpTest test;
        private final Write how;
        private final AsyncWrite out = AsyncWrite.of(new OutputStream() {
            @Override
            public void write(int b) {
                try {
                    gate.await();
                } catch (InterruptedException e) {
                    throw new AssertionError("a call is never interrupted", e);
                }
                arrived.getAndIncrement();
            }
        });

        Blocking(GivingUpTest test, Write how) {
            this.test = test;
            this.how = how;
        }

        @Override
        Future<?> operation() {
            return how.to(out, next());
        }

        @Override
        void makeReady() {
            gate.countDown();
        }

        /// What was begun by an operation that was given up goes on: all that was taken arrives, once.
        @Override
        public void close() {
            makeReady();
            test.executor().submit(out.writeAll(next())).join(); // behind that
            assertEquals(taken(), arrived.get(), "bytes");
        }
    }

    /// A stream, or a buffer before it, with no room.
    private static final class Full extends Writing {
        private final GivingUpTest test;
        private final SocketTest.Pair<UnixStream> pair;
        private final AsyncWrite out;
        private final Write how;
        private int unread;
        private int read;
        private final int filled;

        /// @param buffered how many bytes of a buffer before the stream; 0: there is none
        Full(GivingUpTest test, int buffered, Write how) {
            this.test = test;
            this.how = how;
            pair = test.unixPair();
            unread = test.executor().submit(untilItWaits(pair.one())).join();
            out = buffered == 0 ? pair.one() : new WriteBuffer(pair.one(), buffered);
            if (buffered > 0) test.executor().submit(out.writeAll(ByteBuffer.allocate(buffered))).join();
            filled = unread + buffered;
        }

        private static Future<Integer> untilItWaits(AsyncWrite out) {
            return new Future<>() {
                private int written;

                @Override
                public Poll<Integer> poll(Context cx) throws Exception {
                    for (var size = 1 << 14; size > 0; ) {
                        var f = out.write(ByteBuffer.allocate(size));
                        if (f.poll(cx) instanceof Poll.Ready<Integer>(var n)) {
                            written += n;
                        } else {
                            f.drop();
                            size /= 2;
                        }
                    }
                    return Poll.ready(written);
                }
            };
        }

        @Override
        Future<?> operation() {
            return how.to(out, next());
        }

        @Override
        void makeReady() {
            read(unread);
            unread = 0;
        }

        private void read(int bytes) {
            test.executor().submit(pair.other().readExactly(ByteBuffer.allocate(bytes))).join();
            read += bytes;
        }

        /// All that was taken arrives, once.
        @Override
        public void close() {
            try (pair) {
                makeReady();
                if (out instanceof WriteBuffer buffer) test.executor().submit(buffer.flush()).join();
                pair.one().close();
                var rest = test.executor().submit(SocketTest.readAll(pair.other())).join();
                assertEquals(filled + taken(), read + rest.length(), "bytes");
            }
        }
    }

    private static final class Datagrams extends OfLinux {
        private final GivingUpTest test;
        private final UdpSocket socket;
        private final How<UdpSocket> how;

        Datagrams(GivingUpTest test, How<UdpSocket> how) {
            this.test = test;
            this.how = how;
            socket = test.udp();
        }

        @Override
        Future<?> operation() throws Exception {
            return how.of(socket);
        }

        @Override
        void makeReady() {
            test.executor().submit(socket.sendTo(SocketTest.bytes("x"), socket.localAddress())).join();
        }

        @Override
        void giveBack(Object value) {
            makeReady();
        }

        @Override
        public void close() {
            socket.close();
        }
    }

    private interface Send {
        Future<?> to(UdpSocket socket, InetSocketAddress peer);
    }

    /// On the loopback there is always room for a datagram. So a kernel says that there is none, and the next event, of a datagram
    /// that comes, says that there is.
    private static final class Sending extends OfLinux {
        private final DatagramChannel peer = DatagramChannel.open().bind(SocketTest.LOOPBACK);
        private final UdpSocket socket;
        private final Send how;
        private volatile boolean hasRoom;
        private int sent;

        Sending(GivingUpTest test, Send how) throws Exception {
            this.how = how;
            peer.configureBlocking(false);
            socket = test.udp();
            socket.connect((InetSocketAddress) peer.getLocalAddress());
        }

        @Override
        Kernel kernel() {
            return (function, a, b, c, d, e, f) -> function.equals("sendto") && !hasRoom ? -Errno.EAGAIN
                    : Kernel.linux().call(function, a, b, c, d, e, f);
        }

        @Override
        Future<?> operation() throws Exception {
            return how.to(socket, (InetSocketAddress) peer.getLocalAddress());
        }

        @Override
        void makeReady() throws Exception {
            hasRoom = true;
            peer.send(SocketTest.bytes("event"), socket.localAddress());
        }

        @Override
        void giveBack(Object value) {
            sent++;
        }

        @Override
        void used(Object value) {
            sent++;
        }

        @Override
        public void close() throws IOException {
            socket.close();
            try (peer) {
                while (peer.receive(ByteBuffer.allocate(9)) != null) sent--;
            }
            assertEquals(0, sent, "datagrams that were said to be sent and did not come");
        }
    }
}
