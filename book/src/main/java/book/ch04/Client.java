package book.ch04;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/// A client that reads late: it sends everything first.
final class Client {
    private Client() {}

    // region client
    /// {@return how many of the bytes came back}
    static int echoed(InetSocketAddress server, int bytes) throws IOException {
        try (var socket = SocketChannel.open()) {
            socket.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
            socket.setOption(StandardSocketOptions.SO_SNDBUF, 2 * bytes);
            socket.connect(server);
            var data = ByteBuffer.allocate(bytes);
            while (data.hasRemaining()) socket.write(data);
            socket.shutdownOutput();
            int received = 0;
            for (int n; (n = socket.read(data.clear())) != -1; ) received += n;
            return received;
        }
    }
    // end
}
