package examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/// ./trale crawl, and a server that answers a page when the test says so.
@ParameterizedClass
@ValueSource(strings = {Example.OWN_THREAD, Example.REACTOR_THREAD})
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class CrawlTest {
    @Parameter
    String reactor;

    /// Counts the requests that have no answer yet.
    private static final class Pages implements AutoCloseable {
        private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final LinkedBlockingQueue<Request> requests = new LinkedBlockingQueue<>();
        private final List<Socket> clients = new CopyOnWriteArrayList<>();
        private final AtomicInteger waiting = new AtomicInteger();
        private final AtomicInteger most = new AtomicInteger();

        Pages() throws IOException {
            Thread.startVirtualThread(this::serve);
        }

        int port() {
            return listener.getLocalPort();
        }

        private void serve() {
            try {
                while (true) {
                    var client = listener.accept();
                    clients.add(client);
                    var in = new BufferedReader(new InputStreamReader(client.getInputStream(), UTF_8));
                    var path = in.readLine().split(" ")[1];
                    while (!in.readLine().isEmpty()) {}
                    most.accumulateAndGet(waiting.incrementAndGet(), Math::max);
                    requests.add(new Request(path, client));
                }
            } catch (IOException e) {
                // the end of the test
            }
        }

        final class Request {
            final String path;
            private final Socket client;

            Request(String path, Socket client) {
                this.path = path;
                this.client = client;
            }

            void answer(String status, String text) throws IOException {
                waiting.getAndDecrement(); // before the client may send the next
                client.getOutputStream().write(("HTTP/1.1 " + status + "\r\n\r\n" + text).getBytes(UTF_8));
                client.close();
            }

            void breakOff(String head) throws IOException {
                client.getOutputStream().write(head.getBytes(UTF_8));
                client.close();
            }
        }

        /// Waits for the next request.
        Request next() throws InterruptedException {
            var request = requests.poll(30, TimeUnit.SECONDS);
            assertNotNull(request, "no request comes");
            return request;
        }

        List<Request> next(int count) throws InterruptedException {
            var several = new ArrayList<Request>();
            while (several.size() < count) several.add(next());
            return several;
        }

        @Override
        public void close() throws IOException {
            listener.close();
            for (var client : clients) client.close();
        }
    }

    private static String links(int count) {
        return IntStream.range(0, count).mapToObj(i -> "[a page](page-" + i + ".md)").collect(Collectors.joining(" "));
    }

    @Test
    void tenPagesAreFetchedAtATime() throws Exception {
        try (var pages = new Pages(); var crawl = new Example(reactor, Crawl.class, pages.port(), "/a.md")) {
            pages.next().answer("200 OK", links(25));
            var held = new ArrayDeque<>(pages.next(10));
            for (var i = 10; i < 25; i++) { // each answer lets one more request come
                held.remove().answer("200 OK", "");
                held.add(pages.next());
            }
            for (var last : held) last.answer("200 OK", "");
            assertEquals("26 pages, gave up 0", crawl.line("Fetched (.*)"));
            crawl.end();
            assertEquals(10, pages.most.get(), "requests at a time");
        }
    }

    @Test
    void theFirstFailureCancelsTheRest() throws Exception {
        try (var pages = new Pages(); var crawl = new Example(reactor, Crawl.class, pages.port(), "/a.md")) {
            pages.next().answer("200 OK", links(20));
            var broken = pages.next(10).getFirst(); // nine more wait for an answer, and ten for their turn
            broken.answer("404 Not Found", "");
            assertEquals("1 pages, gave up 19", crawl.line("Fetched (.*)"));
            assertEquals("GET " + broken.path + ": HTTP/1.1 404 Not Found", crawl.failure(1).strip());
            assertEquals(10, pages.most.get(), "requests at a time");
        }
    }

    /// One page's time is five seconds, which no argument changes.
    @Test
    void aPageThatDoesNotComeInTimeEndsTheCrawl() throws Exception {
        try (var pages = new Pages(); var crawl = new Example(reactor, Crawl.class, pages.port(), "/a.md", 50)) {
            pages.next();
            assertEquals("0 pages, gave up 0", crawl.line("Fetched (.*)"));
            assertTimedOut("PT5S", crawl);
        }
    }

    @Test
    void theTimeOfAllPagesEndsTheCrawl() throws Exception {
        try (var pages = new Pages(); var crawl = new Example(reactor, Crawl.class, pages.port(), "/a.md", 1)) {
            assertEquals("0 pages, gave up 1", crawl.line("Fetched (.*)")); // the page was cancelled: its own time was not over
            assertTimedOut("PT1S", crawl);
        }
    }

    private static void assertTimedOut(String after, Example crawl) throws Exception {
        var message = crawl.failure(1);
        assertTrue(message.startsWith("not ready after " + after + ": waits for "), message);
    }

    @Test
    void anAnswerThatEndsInItsHeadIsToldAtOnce() throws Exception {
        try (var pages = new Pages(); var crawl = new Example(reactor, Crawl.class, pages.port(), "/a.md")) {
            pages.next().breakOff("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n");
            assertEquals("0 pages, gave up 0", crawl.line("Fetched (.*)"));
            assertEquals("GET /a.md: the answer ends in its head", crawl.failure(1).strip());
        }
    }
}
