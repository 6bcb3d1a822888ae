package bench.servers;

import static trale.Async.await;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import trale.Executor;
import trale.net.TcpListener;
import trale.net.TcpStream;
import trale.net.UdpSocket;

/// trale on its process-wide executor, a task a connection; `-Dtrale.reactor=thread` gives the other arrangement.
final class TraleServer {
    private static final int BUFFER = 1024;

    /// Buffers for answers that no connection uses now; the latest used is taken first. Most writes are done at once, so all connections
    /// share one buffer, and it stays in the processor's cache. The executor's thread alone uses this.
    private static final ArrayDeque<ByteBuffer> FREE = new ArrayDeque<>();

    private TraleServer() {}

    public static void main(String[] args) throws Exception {
        var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        if (args[0].equals("udp")) {
            var socket = UdpSocket.bind(loopback);
            socket.setOption(StandardSocketOptions.SO_RCVBUF, Udp.RECEIVE_BUFFER);
            System.out.println("ready " + socket.localAddress().getPort());
            echoDatagrams(socket);
        } else {
            var http = args[0].equals("http");
            var listener = TcpListener.bind(loopback);
            System.out.println("ready " + listener.localAddress().getPort());
            Executor.blockOn(() -> {
                while (true) {
                    var stream = await(listener.accept());
                    stream.noDelay(true);
                    if (http) {
                        serve(stream);
                    } else {
                        echo(stream);
                    }
                }
            });
        }
    }

    private static void echo(TcpStream stream) {
        Executor.spawn(() -> {
            var buffer = ByteBuffer.allocateDirect(BUFFER);
            while (await(stream.read(buffer)) >= 0) {
                await(stream.writeAll(buffer.flip()));
                buffer.clear();
            }
        }).closing(stream);
    }

    private static void serve(TcpStream stream) {
        Executor.spawn(() -> {
            var requests = ByteBuffer.allocateDirect(BUFFER);
            var http = new Http();
            while (await(stream.read(requests)) >= 0) {
                var answers = FREE.isEmpty() ? ByteBuffer.allocateDirect(Http.answerCapacity(BUFFER)) : FREE.pop();
                http.answer(requests.flip(), answers);
                await(stream.writeAll(answers.flip()));
                FREE.push(answers.clear());
                requests.clear();
            }
        }).closing(stream);
    }

    private static void echoDatagrams(UdpSocket socket) {
        Executor.blockOn(() -> {
            var buffer = ByteBuffer.allocateDirect(BUFFER);
            while (true) {
                var datagram = await(socket.recvFrom(buffer));
                await(socket.sendTo(buffer.flip(), datagram.from()));
                buffer.clear();
            }
        });
    }
}
