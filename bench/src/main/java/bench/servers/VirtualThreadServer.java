package bench.servers;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/// The JDK's other answer: a virtual thread a connection and blocking `java.net` sockets.
final class VirtualThreadServer {
    private static final int BUFFER = 1024;

    /// As in TraleServer. One carrier runs all threads, and none of them parks while it uses this.
    private static final ArrayDeque<ByteBuffer> FREE = new ArrayDeque<>();

    private VirtualThreadServer() {}

    public static void main(String[] args) throws Exception {
        var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        if (args[0].equals("udp")) {
            var socket = new DatagramSocket(loopback);
            socket.setReceiveBufferSize(Udp.RECEIVE_BUFFER);
            System.out.println("ready " + socket.getLocalPort());
            Thread.ofVirtual().start(() -> echoDatagrams(socket)).join();
        } else {
            var http = args[0].equals("http");
            var listener = new ServerSocket(0, 4096, loopback.getAddress());
            System.out.println("ready " + listener.getLocalPort());
            Thread.ofVirtual().start(() -> accept(listener, http)).join();
        }
    }

    private static void accept(ServerSocket listener, boolean http) {
        try {
            while (true) {
                var stream = listener.accept();
                stream.setTcpNoDelay(true);
                Thread.ofVirtual().start(() -> serve(stream, http));
            }
        } catch (IOException e) {
            System.err.println("accept: " + e);
        }
    }

    private static void serve(Socket stream, boolean http) {
        try (stream; var in = stream.getInputStream(); var out = stream.getOutputStream()) {
            var buffer = new byte[BUFFER];
            var parser = new Http();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                if (http) {
                    var answers = FREE.isEmpty() ? ByteBuffer.allocate(Http.answerCapacity(BUFFER)) : FREE.pop();
                    parser.answer(ByteBuffer.wrap(buffer, 0, n), answers);
                    out.write(answers.array(), 0, answers.position());
                    FREE.push(answers.clear());
                } else {
                    out.write(buffer, 0, n);
                }
            }
        } catch (IOException e) {
            System.err.println("connection: " + e);
        }
    }

    private static void echoDatagrams(DatagramSocket socket) {
        try {
            var packet = new DatagramPacket(new byte[BUFFER], BUFFER);
            while (true) {
                packet.setLength(BUFFER);
                socket.receive(packet);
                socket.send(packet);
            }
        } catch (IOException e) {
            System.err.println("socket: " + e);
        }
    }
}
