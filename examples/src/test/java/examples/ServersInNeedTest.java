package examples;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The servers where descriptors or memory end, or a signal or a deletion comes at a bad moment.
@ParameterizedClass
@ValueSource(strings = {Example.OWN_THREAD, Example.REACTOR_THREAD})
class ServersInNeedTest {
    @Parameter
    String reactor;

    @TempDir
    Path folder;

    /// Connections that are all closed at the end.
    private static final class Clients extends ArrayList<Socket> implements AutoCloseable {
        private static final long serialVersionUID = 1;

        Clients(int count, int port) throws IOException {
            for (var i = 0; i < count; i++) add(new Socket(InetAddress.getLoopbackAddress(), port));
        }

        @Override
        public void close() throws IOException {
            for (var client : this) client.close();
        }
    }

    private static String get(Socket client) throws IOException {
        client.getOutputStream().write("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".getBytes(ISO_8859_1));
        return new String(client.getInputStream().readAllBytes(), ISO_8859_1);
    }

    private static List<String> limitedTo(int descriptors) {
        return List.of("sh", "-c", "ulimit -n " + descriptors + " && exec \"$@\"", "sh");
    }

    @Test // E8, M13
    void webServesAgainThoughItsDescriptorsWereUsedUpBeforeItsFirstRequest() throws Exception {
        Files.writeString(folder.resolve("index.html"), "<h1>start</h1>");
        try (var web = new Example(limitedTo(64), List.of(), reactor, Web.class, 0, folder, 20)) {
            var port = web.port();
            String answer;
            try (var clients = new Clients(120, port)) {
                while (!web.errors().contains("EMFILE")) Thread.onSpinWait(); // until it has taken as many as it can
                answer = get(clients.getFirst()); // there is none left to open the file with
            }
            assertTrue(answer.startsWith("HTTP/1.1 500 "), answer);
            try (var again = new Clients(1, port)) {
                assertTrue(get(again.getFirst()).endsWith("<h1>start</h1>"));
            }
            assertEquals("Stopping", web.stop().getFirst());
            var errors = web.errors();
            assertTrue(errors.contains("EMFILE") && errors.contains("Too many open files"), errors);
            assertFalse(errors.contains("NoClassDefFoundError") || errors.contains("has no resource"), errors);
        }
    }

    /// With G1 it takes several times as long, as in the core's OutOfMemoryTest.
    static List<String> collectors() {
        return Boolean.getBoolean("trale.long") ? List.of("Serial", "G1") : List.of("Serial");
    }

    /// Each connection has a buffer of 16 KiB, and the heap has room for about 600.
    @ParameterizedTest // R20
    @MethodSource("collectors")
    void tcpServLosesConnectionsForWhichThereIsNoHeapAndGoesOn(String collector) throws Exception {
        var options = List.of("-Xmx16m", "-XX:-UseSerialGC", "-XX:+Use" + collector + "GC");
        try (var server = new Example(List.of(), options, reactor, TcpServ.class, 0)) {
            var port = server.port();
            try (var clients = new Clients(1000, port)) {
                for (var client : clients) say(client);
                assertTrue(clients.stream().filter(ServersInNeedTest::isAnswered).count() > 400);
                for (var client : clients) say(client);
                var left = clients.stream().filter(ServersInNeedTest::isAnswered).count();
                assertTrue(left > 100 && left < 900, () -> left + " are left");
                assertTrue(isServed(port), server::errors);
                var lines = server.stop(); // while they are connected
                assertTrue(lines.contains("Stopping"), () -> lines + server.errors());
                assertTrue(server.errors().contains("the heap is full"), server::errors);
            }
        }
    }

    /// A new client may be among those that are lost. Then it comes again.
    private static boolean isServed(int port) throws IOException {
        for (var i = 0; i < 10; i++) {
            try (var clients = new Clients(1, port)) {
                say(clients.getFirst());
                if (isAnswered(clients.getFirst())) return true;
            }
        }
        return false;
    }

    private static void say(Socket client) throws IOException {
        try {
            client.setSoTimeout(20_000);
            client.getOutputStream().write("hello".getBytes(ISO_8859_1));
        } catch (SocketException e) {
            // It is lost.
        }
    }

    private static boolean isAnswered(Socket client) {
        try {
            return new String(client.getInputStream().readNBytes(5), ISO_8859_1).equals("hello");
        } catch (SocketException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException("neither answered nor lost", e);
        }
    }

    @Test // M15
    void aSignalBeforeItListensEndsAServerWith0() throws Exception {
        for (var main : List.of(TcpServ.class, Web.class, Proxy.class)) {
            try (var server = new Example(List.of(), List.of("-Xlog:class+load"), reactor, main, 0)) {
                server.line(".* trale\\.net\\.TcpListener source: .*"); // soon it will bind
                server.terminate();
                server.end();
            }
        }
    }

    @Test
    void aPortThatIsTakenStillEndsWith1ThoughTheHookWasThereFirst() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var server = new Example(reactor, TcpServ.class, taken.getLocalPort())) {
            assertTrue(server.failure(1).contains("EADDRINUSE"));
        }
    }

    @Test // M15
    void aFileThatVanishesBetweenLookAndOpenIsNotFound() {
        var status = assertThrows(HttpStatus.class, () -> WebFolder.open(folder.resolve("gone.txt"), ""));
        assertEquals("404 Not Found", status.getMessage());
    }

    /// A hundred clients of each server send something, or nothing, and reset their connection: before it is accepted, or later.
    @Test // M15
    void aClientThatIsResetBeforeItIsAcceptedIsNoErrorOfAServer() throws Exception {
        Files.writeString(folder.resolve("index.html"), "<h1>start</h1>");
        try (var echo = new Example(reactor, TcpServ.class, 0);
                var web = new Example(reactor, Web.class, 0, folder, 20);
                var redis = new Example(reactor, Redis.class, 0);
                var chat = new Example(reactor, Chat.class, 0);
                var proxy = new Example(reactor, Proxy.class, 0, echo.port())) {
            for (var server : List.of(web, redis, chat, proxy)) {
                var port = server.port();
                for (var i = 0; i < 100; i++) {
                    try (var client = new Socket(InetAddress.getLoopbackAddress(), port)) {
                        if (i % 2 == 0) client.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(ISO_8859_1));
                        if (i % 3 == 0) client.shutdownOutput();
                        client.setSoLinger(true, 0);
                    }
                }
            }
            for (var server : List.of(proxy, web, redis, chat, echo)) {
                var lines = server.stop();
                assertTrue(lines.contains("Stopping"), lines::toString);
                var said = lines + server.errors();
                assertFalse(said.contains("ENOTCONN") || said.contains("Exception") || said.contains("\tat "), said);
            }
        }
    }
}
