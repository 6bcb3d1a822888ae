package ill;

import static trale.Async.await;
import static trale.time.Timer.sleep;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import trale.Executor;
import trale.net.UdpSocket;

/// A socket that is open, and that nothing in the program can reach any more.
class Socket {

    static void main() {
        Executor.blockOn(() -> {
            forget();
            await(sleep(Duration.ofSeconds(4)));
        });
    }

    private static void forget() throws IOException {
        var socket = UdpSocket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        IO.println("Opened " + socket.localAddress());
    }
}
