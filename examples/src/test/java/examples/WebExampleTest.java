package examples;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// ./trale web: one process for almost all tests of an arrangement, so each is also a test that what went before did no harm.
@ParameterizedClass
@ValueSource(strings = {Example.OWN_THREAD, Example.REACTOR_THREAD})
class WebExampleTest {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final byte[] BIG = new byte[3_000_001];

    @TempDir
    static Path folder;

    private static Example web;
    private static int port;

    @Parameter
    String reactor;

    @BeforeParameterizedClassInvocation
    static void start(String reactor) throws IOException {
        var root = Files.createDirectories(folder.resolve("root"));
        Files.createDirectories(root.resolve("sub"));
        Files.createDirectories(root.resolve("empty"));
        Files.writeString(root.resolve("index.html"), "<h1>start</h1>");
        Files.writeString(root.resolve("sub/index.html"), "<h1>sub</h1>");
        Files.writeString(root.resolve("digits.txt"), "0123456789");
        Files.writeString(root.resolve("nothing.txt"), "");
        Files.writeString(root.resolve("a b+c.css"), "");
        new Random(3).nextBytes(BIG);
        Files.write(root.resolve("big"), BIG);
        Files.writeString(folder.resolve("secret.txt"), "secret");
        Files.createDirectories(folder.resolve("root-of-another"));
        Files.writeString(folder.resolve("root-of-another/secret.txt"), "secret");
        link(root.resolve("out.txt"), folder.resolve("secret.txt"));
        link(root.resolve("out"), folder);
        link(root.resolve("dangling"), Path.of("nowhere"));
        link(root.resolve("in.txt"), Path.of("digits.txt"));
        web = new Example(reactor, Web.class, 0, root, 20);
        port = web.port();
    }

    private static void link(Path link, Path target) throws IOException {
        Files.deleteIfExists(link);
        Files.createSymbolicLink(link, target);
    }

    @AfterParameterizedClassInvocation
    static void stop() throws Exception {
        try (var stopped = web) {
            assertEquals("Stopping", stopped.stop().getFirst());
            assertFalse(stopped.errors().matches("(?s).*(Exception|Error|unreachable).*"), stopped::errors);
        }
    }

    private static HttpResponse<byte[]> fetch(String method, String path, String... fields) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .version(HttpClient.Version.HTTP_1_1)
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (fields.length > 0) request.headers(fields);
        return CLIENT.send(request.build(), BodyHandlers.ofByteArray());
    }

    private static Socket connect() throws IOException {
        return connect(port);
    }

    private static Socket connect(int port) throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), port);
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(ISO_8859_1));
    }

    /// {@return all that is answered until the end of the stream}
    private static String converse(String text) throws IOException {
        try (var socket = connect()) {
            send(socket, text);
            socket.shutdownOutput();
            return received(socket);
        }
    }

    private static String received(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }

    private static void assertStatus(int status, String answer) {
        assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), answer);
    }

    private static int count(String what, String in) {
        return in.split(what, -1).length - 1;
    }

    @Test
    void getIsTheFileAndHeadIsTheSameWithoutIt() throws Exception {
        var get = fetch("GET", "/big");
        assertEquals(200, get.statusCode());
        assertArrayEquals(BIG, get.body());
        var head = fetch("HEAD", "/big");
        assertEquals(200, head.statusCode());
        assertEquals(0, head.body().length);
        for (var field : List.of("content-length", "content-type", "accept-ranges"))
            assertEquals(get.headers().allValues(field), head.headers().allValues(field));
        assertEquals("3000001", get.headers().firstValue("content-length").orElseThrow());
        assertTrue(get.headers().firstValue("date").orElseThrow().matches("..., \\d\\d ... \\d{4} \\d\\d:\\d\\d:\\d\\d GMT"));
    }

    @ParameterizedTest
    @CsvSource({
        "/, 200, text/html; charset=utf-8", "/sub/, 200, text/html; charset=utf-8", "/sub/?a=b, 200, text/html; charset=utf-8",
        "/digits.txt?x=/../.., 200, text/plain; charset=utf-8", "/in.txt, 200, text/plain; charset=utf-8",
        "/nothing.txt, 200, text/plain; charset=utf-8", "/a%20b+c.css, 200, text/css; charset=utf-8",
        "/big, 200, application/octet-stream", "/sub, 301, text/plain; charset=utf-8",
        "/no, 404, text/plain; charset=utf-8", "/empty/, 404, text/plain; charset=utf-8",
        "/digits.txt/, 404, text/plain; charset=utf-8", "/digits.txt/x, 404, text/plain; charset=utf-8",
        "/dangling, 404, text/plain; charset=utf-8", "/%ff, 404, text/plain; charset=utf-8",
    })
    void eachPathHasItsStatusAndType(String path, int status, String type) throws Exception {
        var response = fetch("GET", path);
        assertEquals(status, response.statusCode());
        assertEquals(type, response.headers().firstValue("content-type").orElseThrow());
        assertEquals(response.body().length, response.headers().firstValueAsLong("content-length").orElseThrow());
    }

    @Test
    void aFolderWithoutItsSlashIsRedirectedWithinThisServer() throws Exception {
        assertEquals("/sub/?q", fetch("GET", "/sub?q").headers().firstValue("location").orElseThrow());
        assertTrue(converse("GET //sub HTTP/1.0\r\n\r\n").contains("\r\nLocation: /sub/\r\n"));
    }

    @ParameterizedTest // H13
    @ValueSource(strings = {
        "/../secret.txt", "/sub/../../secret.txt", "/%2e%2e/secret.txt", "/%2E%2E%2fsecret.txt", "/..%2fsecret.txt",
        "/sub/%2e%2e/%2e%2e/secret.txt", "/.%2e/secret.txt", "//etc/passwd", "/%2fetc/passwd", "/etc/passwd", "/..", "/../",
        "/../root-of-another/secret.txt", "/out.txt", "/out/secret.txt", "/out", "/out/", "/%252e%252e/secret.txt",
        "/..\\secret.txt", "http://x/../secret.txt", "/../root/out.txt", "/../../../../../../../etc/passwd",
    })
    void thereIsNoWayOutOfTheRoot(String path) throws Exception {
        var answer = converse("GET " + path + " HTTP/1.0\r\n\r\n");
        assertStatus(404, answer);
        assertTrue(answer.endsWith("\r\n\r\n404 Not Found\n"), answer);
    }

    @ParameterizedTest // H13
    @ValueSource(strings = {
        "GET / HTTP/1.1", "GET  / HTTP/1.1|Host: x", "GET /", "GET / HTTP/1.1 |Host: x", " GET / HTTP/1.1|Host: x",
        "G(T / HTTP/1.1|Host: x", "GET / http/1.1|Host: x", "GET /a\u0000b HTTP/1.1|Host: x", "GET /a\rb HTTP/1.1|Host: x",
        "GET x HTTP/1.1|Host: x", "GET * HTTP/1.1|Host: x", "GET file:///etc/passwd HTTP/1.1|Host: x",
        "GET /%00 HTTP/1.1|Host: x", "GET /%zz HTTP/1.1|Host: x", "GET /% HTTP/1.1|Host: x", "GET /%+1 HTTP/1.1|Host: x",
        "GET / HTTP/1.1|Host: x|Host: y", "GET / HTTP/1.1|Host : x", "GET / HTTP/1.1|Host: x|no colon",
        "GET / HTTP/1.1|Host: x| folded", "GET / HTTP/1.1|Host: x|A: \u0000", "GET / HTTP/1.1|Host: x|: y",
        "GET / HTTP/1.1|Host: x|Content-Length: -1", "GET / HTTP/1.1|Host: x|Content-Length: 1|Content-Length: 2",
        "\u0016\u0003\u0001\u0002", "|",
    })
    void whatIsNoRequestIsABadRequest(String lines) throws Exception {
        assertStatus(400, converse(lines.replace("|", "\r\n") + "\r\n\r\n"));
    }

    @Test // H13
    void theEndOfTheStreamIsTheEndOfTheConnection() throws Exception {
        assertEquals("", converse(""));
        for (var part : List.of("G", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: x\r\n")) assertStatus(400, converse(part));
    }

    @ParameterizedTest // M14
    @ValueSource(strings = {"a b", "a/b", "[::1", "::1", "a:b", "a@b", "a%zz", "[::1]x", "a?b", "a,b", "[]"})
    void aHostThatIsNoneIsABadRequest(String host) throws Exception {
        assertStatus(400, converse("GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"));
    }

    @ParameterizedTest // M14
    @ValueSource(strings = {"", "a.b", "a.b:80", "a:", "[::1]", "[::1]:8080", "127.0.0.1:1", "a_b~c!$&'()*+;=", "%41", "[v1.x]"})
    void aHostThatMayBeIsServed(String host) throws Exception {
        assertStatus(200, converse("GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"));
    }

    @Test
    void whatIsTooLongIsToldSo() throws Exception {
        var get = "GET / HTTP/1.1\r\nHost: x\r\n";
        assertStatus(414, converse("GET /" + "a".repeat(9_000) + " HTTP/1.1\r\nHost: x\r\n\r\n"));
        assertStatus(431, converse(get + "Cookie: " + "a".repeat(9_000) + "\r\n\r\n"));
        assertStatus(431, converse(get + "a: b\r\n".repeat(200) + "\r\n"));
        assertStatus(431, converse(get + "a".repeat(1_000_000))); // most of it is never read
        assertStatus(200, converse(get + "Cookie: " + "a".repeat(8_000) + "\r\n\r\n"));
    }

    @Test
    void otherMethodsAreNotAllowedAndOtherVersionsNotSupported() throws Exception {
        for (var method : List.of("POST", "PUT", "DELETE", "OPTIONS", "get")) {
            var response = fetch(method, "/");
            assertEquals(405, response.statusCode());
            assertEquals("GET, HEAD", response.headers().firstValue("allow").orElseThrow());
        }
        assertStatus(505, converse("GET / HTTP/2.0\r\nHost: x\r\n\r\n"));
    }

    @Test
    void aBodyIsNeverTakenForARequest() throws Exception {
        for (var method : List.of("GET", "POST")) {
            for (var field : List.of("Content-Length: 40", "Transfer-Encoding: chunked")) {
                var answer = converse(method + " /no HTTP/1.1\r\nHost: x\r\n" + field
                        + "\r\n\r\nGET /digits.txt HTTP/1.1\r\nHost: x\r\n\r\n");
                assertEquals(1, count("HTTP/1.1 ", answer), answer);
                assertTrue(answer.contains("\r\nConnection: close\r\n"), answer);
            }
        }
    }

    @Test
    void aConnectionIsKeptUnlessOneOfBothEndsIt() throws Exception {
        var one = "GET /digits.txt HTTP/1.1\r\nHost: x\r\n\r\n";
        try (var socket = connect()) {
            for (var i = 0; i < 3; i++) {
                send(socket, one);
                var answer = new StringBuilder();
                while (!answer.toString().endsWith("0123456789")) answer.append((char) socket.getInputStream().read());
                assertTrue(answer.toString().contains("\r\nConnection: keep-alive\r\n"), answer.toString());
            }
            send(socket, "GET /digits.txt HTTP/1.1\r\nHost: x\r\nCONNECTION: TE , Close\r\n\r\n" + one);
            var last = received(socket);
            assertTrue(last.contains("\r\nConnection: close\r\n") && last.endsWith("0123456789"), last);
            assertEquals(1, count("HTTP/1.1 200", last), last);
        }
        var old = "GET /digits.txt HTTP/1.0\r\n";
        assertEquals(1, count("HTTP/1.1 200", converse(old + "\r\n" + old + "\r\n")));
        assertEquals(2, count("HTTP/1.1 200", converse(old + "Connection: Keep-Alive\r\n\r\n" + old + "\r\n")));
    }

    @Test
    void requestsThatComeAllAtOnceAreAnsweredInOrder() throws Exception {
        var answer = converse("GET /no HTTP/1.1\r\nHost: x\r\n\r\nHEAD /big HTTP/1.1\r\nHost: x\r\n\r\n\r\nPOST / HTTP/1.1\nHost: x\n\n"
                + "GET /digits.txt HTTP/1.1\r\nHost: x\r\n\r\n".repeat(1_000));
        assertEquals(1_000, count("0123456789", answer));
        var statuses = answer.lines().filter(l -> l.startsWith("HTTP/1.1 ")).map(l -> l.substring(9, 12)).distinct().toList();
        assertEquals(List.of("404", "200", "405"), statuses);
    }

    @Test
    void aRequestMayComeByteByByte() throws Exception {
        try (var socket = connect()) {
            socket.setTcpNoDelay(true);
            for (var c : "HEAD / HTTP/1.1\r\nHOST:x\r\nConnection:close\r\n\r\n".toCharArray()) send(socket, String.valueOf(c));
            assertStatus(200, received(socket));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "bytes=2-4, 206, 234, bytes 2-4/10", "bytes=7-, 206, 789, bytes 7-9/10", "bytes=-2, 206, 89, bytes 8-9/10",
        "bytes=0-0, 206, 0, bytes 0-0/10", "Bytes=8-99, 206, 89, bytes 8-9/10", "bytes=-99, 206, 0123456789, bytes 0-9/10",
        "bytes=10-, 416, , bytes */10", "bytes=-0, 416, , bytes */10", "bytes=999999999999999999-, 416, , bytes */10",
        "bytes=4-2, 200, 0123456789, ", "bytes=-, 200, 0123456789, ", "'bytes=0-1,3-4', 200, 0123456789, ", "lines=1-2, 200, 0123456789, ",
        "bytes=99999999999999999999999-, 200, 0123456789, ",
    })
    void aRangeIsThatPartOfTheFile(String range, int status, String body, String contentRange) throws Exception {
        var response = fetch("GET", "/digits.txt", "Range", range);
        assertEquals(status, response.statusCode());
        assertEquals(contentRange, response.headers().firstValue("content-range").orElse(null));
        if (body != null) assertEquals(body, new String(response.body(), ISO_8859_1));
        assertEquals(200, fetch("HEAD", "/digits.txt", "Range", range).statusCode()); // ranges are for GET
        assertEquals(200, fetch("GET", "/digits.txt", "Range", range, "If-Range", "\"tag\"").statusCode());
    }

    @Test
    void aRangeBeginsAnywhereInALargeFile() throws Exception {
        var response = fetch("GET", "/big", "Range", "bytes=2000000-2999999");
        assertArrayEquals(java.util.Arrays.copyOfRange(BIG, 2_000_000, 3_000_000), response.body());
        assertEquals(416, fetch("GET", "/nothing.txt", "Range", "bytes=0-").statusCode());
    }

    @Test
    void aClientThatIsSlowGetsATimeOutAndHoldsUpNoOther() throws Exception {
        try (var impatient = new Example(reactor, Web.class, 0, folder.resolve("root"), 2)) {
            var at = impatient.port();
            try (var silent = connect(at);
                    var half = connect(at);
                    var idle = connect(at);
                    var greedy = connect(at);
                    var other = connect(at)) {
                send(half, "GET / HTTP/1.1\r\nHost:");
                send(idle, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); // and no other request
                send(greedy, "GET /big HTTP/1.1\r\nHost: x\r\n\r\n".repeat(20)); // and never reads
                send(other, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
                assertTrue(received(other).endsWith("<h1>start</h1>"));
                assertTrue(received(idle).endsWith("<h1>start</h1>"));
                for (var slow : List.of(silent, half)) {
                    var answer = received(slow);
                    assertStatus(408, answer);
                    assertTrue(answer.contains("\r\nConnection: close\r\n"), answer);
                }
                while (!impatient.errors().contains(greedy.getLocalPort() + " ended: not ready after PT2S")) Thread.onSpinWait();
            }
        }
    }

    @Test // M15
    void manyClientsAtOnceAreServedWhateverSomeOfThemDo() throws Exception {
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = new ArrayList<Future<?>>();
            for (var i = 0; i < 60; i++) {
                var n = i;
                all.add(clients.submit(() -> {
                    if (n % 3 == 0) {
                        assertArrayEquals(BIG, fetch("GET", "/big").body());
                    } else if (n % 3 == 1) {
                        assertStatus(400, converse("nonsense\r\n\r\n"));
                    } else {
                        try (var reset = connect()) {
                            reset.setSoLinger(true, 0);
                            send(reset, "GET /big HTTP/1.1\r\nHost: x\r\n\r\n");
                        }
                    }
                    return null;
                }));
            }
            for (var one : all) one.get();
        }
    }

    @Test
    void aFileLargerThanTheHeapIsSent() throws Exception {
        var length = 200L << 20;
        try (var file = new java.io.RandomAccessFile(folder.resolve("root/huge").toFile(), "rw")) {
            file.setLength(length); // a hole: it needs no disk
        }
        try (var body = CLIENT.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/huge")).build(), BodyHandlers.ofInputStream())
                .body()) {
            assertEquals(length, body.transferTo(java.io.OutputStream.nullOutputStream()));
        }
    }
}
