package bench.servers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/// The peer that comes with the JDK: one thread, one `java.nio` selector, two direct buffers for all connections.
final class NioServer {
    private static final int BUFFER = 16_384;

    private final Selector selector = Selector.open();
    private final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER);
    private final ByteBuffer out = ByteBuffer.allocateDirect(Http.answerCapacity(BUFFER));
    private final boolean http;

    /// What a connection has beside its channel: where its request is split, and what its peer did not take yet.
    private static final class Connection {
        final Http http = new Http();
        ByteBuffer rest;
    }

    private NioServer(boolean http) throws IOException {
        this.http = http;
    }

    public static void main(String[] args) throws IOException {
        var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        if (args[0].equals("udp")) {
            var channel = DatagramChannel.open().setOption(StandardSocketOptions.SO_RCVBUF, Udp.RECEIVE_BUFFER).bind(loopback);
            new NioServer(false).run(channel, channel.socket().getLocalPort(), SelectionKey.OP_READ);
        } else {
            var channel = ServerSocketChannel.open().bind(loopback, 4096);
            new NioServer(args[0].equals("http")).run(channel, channel.socket().getLocalPort(), SelectionKey.OP_ACCEPT);
        }
    }

    private void run(SelectableChannel channel, int port, int interest) throws IOException {
        channel.configureBlocking(false);
        channel.register(selector, interest);
        System.out.println("ready " + port);
        while (true) {
            selector.select(this::ready);
        }
    }

    private void ready(SelectionKey key) {
        try {
            switch (key.channel()) {
                case ServerSocketChannel listener -> accept(listener);
                case DatagramChannel socket -> echoDatagrams(socket);
                case SocketChannel stream -> serve(key, stream, (Connection) key.attachment());
                default -> throw new AssertionError(key.channel());
            }
        } catch (IOException broken) {
            close(key);
        }
    }

    private void accept(ServerSocketChannel listener) throws IOException {
        for (SocketChannel stream = listener.accept(); stream != null; stream = listener.accept()) {
            stream.configureBlocking(false);
            stream.setOption(StandardSocketOptions.TCP_NODELAY, true);
            stream.register(selector, SelectionKey.OP_READ, new Connection());
        }
    }

    private void serve(SelectionKey key, SocketChannel stream, Connection connection) throws IOException {
        if (connection.rest != null) {
            stream.write(connection.rest);
            if (connection.rest.hasRemaining()) {
                return;
            }
            connection.rest = null;
            key.interestOps(SelectionKey.OP_READ);
        }
        in.clear();
        if (stream.read(in) < 0) {
            close(key);
            return;
        }
        in.flip();
        ByteBuffer answer = in;
        if (http) {
            connection.http.answer(in, out.clear());
            answer = out.flip();
        }
        stream.write(answer);
        if (answer.hasRemaining()) {
            connection.rest = ByteBuffer.allocateDirect(answer.remaining()).put(answer).flip();
            key.interestOps(SelectionKey.OP_WRITE);
        }
    }

    private void echoDatagrams(DatagramChannel socket) throws IOException {
        in.clear();
        for (var from = socket.receive(in); from != null; from = socket.receive(in)) {
            socket.send(in.flip(), from);
            in.clear();
        }
    }

    private static void close(SelectionKey key) {
        try {
            key.channel().close();
        } catch (IOException e) {
            System.err.println("close: " + e);
        }
    }
}
