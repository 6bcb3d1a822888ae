package examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/// ./trale tcp and ./trale tcp-serv
@ParameterizedClass
@ValueSource(strings = {Example.OWN_THREAD, Example.REACTOR_THREAD})
class TcpExamplesTest {
    @Parameter
    String reactor;

    static Socket connect(int port) throws Exception {
        return new Socket(InetAddress.getLoopbackAddress(), port);
    }

    private static void assertEchoes(Socket socket, byte... bytes) throws Exception {
        socket.getOutputStream().write(bytes);
        assertArrayEquals(bytes, socket.getInputStream().readNBytes(bytes.length));
    }

    @Test
    void tcpEchoesUntilTheEndOfTheStreamAndCountsWhileATaskPrints() throws Exception {
        try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var tcp = new Example(reactor, Tcp.class, listener.getLocalPort());
                var peer = listener.accept()) {
            assertEchoes(peer, (byte) 1);
            tcp.line("Hello A!"); // while it waits for more
            assertEchoes(peer, new byte[30_000]);
            peer.shutdownOutput();
            assertEquals(-1, peer.getInputStream().read());
            assertTrue(tcp.end().containsAll(List.of("Read 30001 bytes", "Hello B!", "Hello C!")));
        }
    }

    @Test
    void tcpTellsHowToStartAPeerIfThereIsNone() throws Exception {
        int port;
        try (var closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        try (var tcp = new Example(reactor, Tcp.class, port)) {
            var message = tcp.failure(1);
            assertTrue(message.startsWith("connect 127.0.0.1:" + port + ": ECONNREFUSED"), message);
            assertTrue(message.contains("./trale tcp-serv " + port) && message.contains("nc -l -N " + port), message);
            assertEquals(1, message.lines().count(), message);
        }
    }

    @Test
    void tcpServEchoesToManyClientsAtOnce() throws Exception {
        try (var server = new Example(reactor, TcpServ.class, 0)) {
            var port = server.port();
            var clients = new ArrayList<Socket>();
            for (var i = 0; i < 100; i++) clients.add(connect(port));
            for (var n = 1; n <= 3; n++) {
                for (var client : clients) assertEchoes(client, (byte) n, (byte) clients.indexOf(client));
            }
            var reset = clients.removeFirst();
            reset.setSoLinger(true, 0);
            reset.close(); // the other clients do not notice
            for (var client : clients) {
                client.shutdownOutput();
                assertEquals(-1, client.getInputStream().read());
                client.close();
                server.line("Echoed 6 bytes of 127.0.0.1:" + client.getLocalPort());
            }
            assertEquals(List.of("Stopping"), server.stop());
        }
    }

    @Test
    void stoppedItAcceptsNoMoreAndLetsConnectionsFinish() throws Exception {
        try (var server = new Example(reactor, TcpServ.class, 0)) {
            var port = server.port();
            try (var client = connect(port)) {
                assertEchoes(client, (byte) 1);
                server.terminate();
                server.line("Stopping");
                assertThrows(ConnectException.class, () -> connect(port).close());
                assertEchoes(client, (byte) 2, (byte) 3);
            }
            assertEquals(1, server.end().size());
        }
    }

    @Test
    void stoppedItWaitsForOthersNoLongerThanASecond() throws Exception {
        try (var server = new Example(reactor, TcpServ.class, 0);
                var client = connect(server.port())) {
            assertEchoes(client, (byte) 1);
            var start = System.nanoTime();
            assertEquals(List.of("Stopping", "Some connections had not finished"), server.stop());
            var millis = (System.nanoTime() - start) / 1_000_000;
            assertTrue(millis >= 990 && millis < 5_000, millis + " ms");
            assertEquals(-1, client.getInputStream().read());
        }
    }

    @Test
    void tcpAndTcpServAreEachOthersPeers() throws Exception {
        try (var server = new Example(reactor, TcpServ.class, 0);
                var tcp = new Example(reactor, Tcp.class, server.port())) {
            tcp.line("Connected to 127.0.0.1:\\d+");
            server.stop();
            assertTrue(tcp.end().contains("Read 0 bytes"));
        }
    }
}
