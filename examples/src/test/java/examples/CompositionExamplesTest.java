package examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/// ./trale race, pipeline, crawl, redis, chat and cores
@ParameterizedClass
@ValueSource(strings = {Example.OWN_THREAD, Example.REACTOR_THREAD})
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class CompositionExamplesTest {
    @Parameter
    String reactor;

    /// A client that reads and writes lines.
    private static final class Client implements AutoCloseable {
        private final Socket socket;
        private final BufferedReader in;

        Client(int port) throws Exception {
            socket = TcpExamplesTest.connect(port);
            in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        }

        void say(String text) throws Exception {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        }

        void expect(String... lines) throws Exception {
            for (var line : lines) assertEquals(line, in.readLine());
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Test
    void theFastestMirrorWinsAndTheOthersSayThatTheyWereCancelled() throws Exception {
        try (var race = new Example(reactor, Race.class)) {
            var lines = race.end();
            assertEquals(List.of("Asking BERLIN", "Asking OSLO", "Asking LIMA"), lines.subList(0, 3));
            assertEquals("The answer: OSLO has it", lines.getLast());
            assertTrue(lines.contains("BERLIN was cancelled: another was faster"), lines.toString());
            assertTrue(lines.contains("LIMA was cancelled: another was faster"), lines.toString());
            assertEquals("", race.errors());
        }
    }

    @Test
    void aStageThatIsFasterThanTheNextWaitsForIt() throws Exception {
        try (var pipeline = new Example(reactor, Pipeline.class)) {
            var lines = pipeline.end();
            assertEquals("The sum is 650", lines.getLast());
            assertTrue(lines.stream().anyMatch(line -> line.contains("has to wait: the channel is full")), lines.toString());
            // Seven at most are on their way: two channels of two, and one in each stage.
            var before = lines.subList(0, lines.indexOf(" ".repeat(44) + "printed 1"));
            assertTrue(before.stream().filter(line -> line.startsWith("made")).count() <= 7, lines.toString());
        }
    }

    @Test
    void aCrawlFetchesEachPageOnceAndABrokenLinkEndsIt(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("a.md"),
                "[b](b.md) [again](b.md) [c](c.txt) [away](https://example.org/) [mail](mailto:a@b) [no](%zz) [folder](sub)");
        Files.createDirectory(folder.resolve("sub"));
        Files.writeString(folder.resolve("b.md"), "[a](a.md)");
        Files.writeString(folder.resolve("c.txt"), "[not followed](no.md)");
        Files.writeString(folder.resolve("broken.md"), "[no](no.md)");
        try (var web = new Example(reactor, Web.class, 0, folder)) {
            var port = web.port();
            try (var crawl = new Example(reactor, Crawl.class, port, "/a.md")) {
                assertEquals("Fetched 4 pages, gave up 0", crawl.end().getLast());
            }
            try (var crawl = new Example(reactor, Crawl.class, port, "/broken.md")) {
                var message = crawl.failure(1);
                assertTrue(message.startsWith("GET /no.md: HTTP/1.1 404"), message);
            }
        }
    }

    @Test
    void redisAnswersCommandsOfBothFormsInOrder() throws Exception {
        try (var redis = new Example(reactor, Redis.class, 0); var client = new Client(redis.port())) {
            client.say("PING\r\n*2\r\n$4\r\nPING\r\n$2\r\nhi\r\nSET n 41\r\nINCR n\r\n*2\r\n$3\r\nGET\r\n$1\r\nn\r\nDEL n m\r\nGET n\r\n");
            client.expect("+PONG", "$2", "hi", "+OK", ":42", "$2", "42", ":1", "$-1");
            client.say("*3\r\n$3\r\nSET\r\n$1\r\na\r\n$4\r\n\r\n\r\n\r\nINCR a\r\nNOPE x\r\nGET\r\n");
            client.expect("+OK", "-ERR value is not an integer or out of range",
                    "-ERR unknown command 'NOPE', with args beginning with: 'x' ",
                    "-ERR wrong number of arguments for 'get' command");
            client.say("*1\r\nPING\r\n");
            client.expect("-ERR Protocol error: expected '$', got 'PING'", null);
            assertEquals("Stopping", redis.stop().getLast());
        }
    }

    @Test
    void redisAnswersAPipelineOfTenThousandCommands() throws Exception {
        try (var redis = new Example(reactor, Redis.class, 0); var client = new Client(redis.port())) {
            client.say("INCR n\r\n".repeat(10_000));
            for (var i = 1; i <= 10_000; i++) client.expect(":" + i);
        }
    }

    @Test
    void aClientThatDoesNotReadIsDisconnectedAndHurtsNoOther() throws Exception {
        try (var chat = new Example(reactor, Chat.class, 0)) {
            var port = chat.port();
            try (var ann = new Client(port); var slow = new Client(port)) {
                ann.expect("Your name?");
                ann.say("ann\n");
                ann.expect("* ann is here");
                slow.say("slow\n"); // and reads nothing
                ann.expect("* slow is here");
                var text = "x".repeat(900);
                var left = false;
                var begun = System.nanoTime(); // the server's patience is a time, and how many lines fit into it depends on the machine
                while (!left) {
                    assertTrue(System.nanoTime() - begun < 50_000_000_000L, "the slow client is still there");
                    ann.say(text + "\n");
                    var line = ann.in.readLine();
                    left = line.equals("* slow has left");
                    if (!left) assertEquals("ann: " + text, line);
                }
                ann.say("still here\n");
                String line;
                do line = ann.in.readLine();
                while (line.equals("ann: " + text));
                assertEquals("ann: still here", line);
            }
            assertFalse(chat.stop().isEmpty());
        }
    }

    @Test
    void severalExecutorsShareAPortAndSayWhatEachServed() throws Exception {
        try (var cores = new Example(reactor, Cores.class, 0, 2)) {
            var port = cores.port();
            for (var i = 0; i < 40; i++) {
                try (var client = new Client(port)) {
                    client.say("hello\n");
                    client.expect("hello");
                }
            }
            var lines = cores.stop();
            assertEquals(2, lines.size(), lines.toString());
            var sum = 0;
            for (var line : lines) {
                assertTrue(line.matches("core-\\d: \\d+ connections, \\d+ bytes"), line);
                sum += Integer.parseInt(line.replaceAll("core-\\d: (\\d+) .*", "$1"));
            }
            assertEquals(40, sum);
        }
    }
}
