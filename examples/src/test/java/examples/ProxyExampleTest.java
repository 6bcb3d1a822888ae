package examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/// ./trale proxy, between a server and clients that the tests are themselves.
@ParameterizedClass
@ValueSource(strings = {Example.OWN_THREAD, Example.REACTOR_THREAD})
class ProxyExampleTest {
    @Parameter
    String reactor;

    private ServerSocket listener;
    private Example proxy;
    private int port;

    @BeforeEach
    void start() throws IOException {
        listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        proxy = new Example(reactor, Proxy.class, 0, "localhost:" + listener.getLocalPort());
        port = proxy.port();
    }

    @AfterEach
    void close() throws IOException {
        listener.close();
        proxy.close();
    }

    private Socket connect() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), port);
    }

    @Test
    void theEndOfOneDirectionLeavesTheOtherOpen() throws Exception {
        try (var client = connect();
                var server = listener.accept()) {
            client.getOutputStream().write("question".getBytes());
            client.shutdownOutput();
            assertEquals("question", new String(server.getInputStream().readAllBytes())); // that is, to the end
            server.getOutputStream().write("answer".getBytes());
            server.shutdownOutput();
            assertEquals("answer", new String(client.getInputStream().readAllBytes()));
            proxy.line("127.0.0.1:" + client.getLocalPort() + " up: 8 bytes");
            proxy.line("127.0.0.1:" + listener.getLocalPort() + " down: 6 bytes");
        }
        assertEquals(List.of("Stopping"), proxy.stop());
    }

    @Test
    void bytesGoBothWaysAtOnce() throws Exception {
        var up = new byte[4_000_000];
        var down = new byte[5_000_000];
        new Random(1).nextBytes(up);
        new Random(2).nextBytes(down);
        try (var client = connect();
                var server = listener.accept();
                var others = Executors.newVirtualThreadPerTaskExecutor()) {
            others.submit(() -> sendAll(client, up));
            others.submit(() -> sendAll(server, down));
            var atClient = others.submit(() -> client.getInputStream().readAllBytes());
            assertArrayEquals(up, server.getInputStream().readAllBytes());
            assertArrayEquals(down, atClient.get());
        }
    }

    private static Void sendAll(Socket socket, byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.shutdownOutput();
        return null;
    }

    @Test
    void ifOneSideBreaksTheOtherIsClosedAndTheProxyGoesOn() throws Exception {
        var client = connect();
        try (var server = listener.accept()) {
            client.getOutputStream().write(1);
            assertEquals(1, server.getInputStream().read());
            server.getOutputStream().write(2);
            assertEquals(2, client.getInputStream().read()); // now both directions wait
            client.setSoLinger(true, 0);
            client.close(); // a reset
            assertEquals(-1, server.getInputStream().read());
            assertTrue(proxy.line(".* up: (.*)").contains("ECONNRESET"));
            proxy.line(".* down: closed with the other direction");
        }
        theEndOfOneDirectionLeavesTheOtherOpen();
        assertEquals("", proxy.errors());
    }

    @Test
    void ifTheServerIsGoneTheClientIsClosedAndTheProxyGoesOn() throws Exception {
        listener.close();
        for (var i = 0; i < 2; i++) {
            try (var client = connect()) {
                assertEquals(-1, client.getInputStream().read());
            }
        }
        assertEquals(List.of("Stopping"), proxy.stop());
        assertEquals(2, proxy.errors().lines().filter(l -> l.contains("ECONNREFUSED")).count(), proxy.errors());
    }
}
