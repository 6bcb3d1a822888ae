package trale.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import trale.Executor;

/// The page's server keeps to those who know its address.
@Timeout(60)
class ServerTest {
    private final Executor executor = Executor.builder().build();
    private final Watch watch = Watch.of(executor);
    private final URI url = watch.serve(0);

    @AfterEach
    void close() {
        watch.close();
        executor.close();
    }

    /// {@return the first line of what is answered}
    private String ask(String method, String path, String... headers) throws IOException {
        try (var socket = new Socket(url.getHost(), url.getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write((method + " " + path + " HTTP/1.1\r\n" + String.join("\r\n", headers)
                            + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
        }
    }

    private String host() {
        return "Host: " + url.getAuthority();
    }

    @Test
    void itListensOnTheLoopbackAddressAlone() throws Exception {
        assertTrue(InetAddress.getByName(url.getHost()).isLoopbackAddress(), url.toString());
    }

    static final class Serves {
        static void main() {
            try (var executor = Executor.builder().build(); var watch = Watch.of(executor)) {
                IO.println(watch.serve(0));
            }
        }
    }

    /// A browser shortens it in Host, and the server compares the two.
    @Test
    void theAddressOfIpv6IsWrittenAsABrowserWritesIt() throws Exception {
        var ipv6 = InetAddress.getByName("::1");
        assumeTrue(NetworkInterface.getByInetAddress(ipv6) != null, "this machine has no IPv6");
        var child = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-Djava.net.preferIPv6Addresses=true",
                "-cp", System.getProperty("java.class.path"), Serves.class.getName()).redirectErrorStream(true).start();
        try {
            var output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, child.waitFor(), output);
            assertTrue(output.startsWith("http://[::1]:"), output);
        } finally {
            child.destroyForcibly();
        }
    }

    @Test
    void withoutTheTokenThereIsNothing() throws Exception {
        assertEquals("HTTP/1.1 200", ask("GET", url.getPath(), host()));
        assertEquals("HTTP/1.1 404", ask("GET", "/", host()));
        assertEquals("HTTP/1.1 404", ask("GET", "/" + "x".repeat(25) + "/", host()));
        assertEquals("HTTP/1.1 404", ask("POST", "/pause", host()));
        assertTrue(watch.token.length() >= 20, watch.token);
    }

    @Test
    void aPageThatCallsItByAnotherNameGetsNothing() throws Exception {
        assertEquals("HTTP/1.1 404", ask("GET", url.getPath(), "Host: evil.example:" + url.getPort()));
        assertEquals("HTTP/1.1 404", ask("GET", url.getPath(), "Host: " + url.getHost()));
        assertEquals("HTTP/1.1 200", ask("GET", url.getPath(), "Host: localhost:" + url.getPort()));
    }

    @Test
    void aPageOfAnotherPlaceCannotPause() throws Exception {
        assertEquals("HTTP/1.1 404", ask("POST", url.getPath() + "pause", host(), "Origin: http://evil.example"));
        assertEquals("HTTP/1.1 404", ask("POST", url.getPath() + "pause", host(), "Origin: null"));
        assertEquals("HTTP/1.1 405", ask("GET", url.getPath() + "pause", host()));
        assertEquals(false, watch.recorder.isPaused());
        assertEquals("HTTP/1.1 200", ask("POST", url.getPath() + "pause", host(), "Origin: http://" + url.getAuthority()));
        assertEquals(true, watch.recorder.isPaused());
        assertEquals("HTTP/1.1 200", ask("POST", url.getPath() + "resume", host()));
    }

    @Test
    void theSixthStreamIsRefusedAndTheOthersGoOn() throws Exception {
        var open = new ArrayList<Socket>();
        try {
            for (var i = 0; i < 6; i++) {
                var socket = new Socket(url.getHost(), url.getPort());
                open.add(socket);
                socket.setSoTimeout(20_000);
                socket.getOutputStream()
                        .write(("GET " + url.getPath() + "events?after=0 HTTP/1.1\r\n" + host() + "\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
                assertEquals(i < 5 ? "HTTP/1.1 200" : "HTTP/1.1 503",
                        new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII), "stream " + i);
            }
        } finally {
            for (var socket : open) socket.close();
        }
    }

    @Test
    void aStreamBeginsBehindTheNumberThatIsAskedFor() throws Exception {
        for (var i = 0; i < 5; i++) executor.submit(() -> 1).join();
        watch.drain();
        var size = watch.history.size();
        try (var socket = new Socket(url.getHost(), url.getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write(("GET " + url.getPath() + "events?after=" + (size - 1) + " HTTP/1.1\r\n" + host() + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            var in = new java.io.BufferedReader(new java.io.InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            for (String line; (line = in.readLine()) != null; ) {
                if (!line.startsWith("id: ")) continue;
                assertTrue(Long.parseLong(line.substring(4)) >= size, line);
                var data = in.readLine();
                assertEquals(1, data.split("\\{\"k\":", -1).length - 1 - (Long.parseLong(line.substring(4)) - size), data);
                return;
            }
        }
        throw new AssertionError("the stream ended");
    }
}
