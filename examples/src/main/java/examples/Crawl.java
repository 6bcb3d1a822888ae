package examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static trale.Async.async;
import static trale.Async.await;

import module java.base;
import trale.Executor;
import trale.Future;
import trale.Scope;
import trale.net.*;
import trale.sync.Semaphore;
import trale.time.Timer;

/// Fetches a page of ./trale web and all it links to, ten at a time; a broken link or a time-out cancels the rest.
final class Crawl {
    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)"); // of Markdown
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final InetSocketAddress server;
    private final Semaphore tenAtATime = new Semaphore(10);
    private final Set<URI> seen = new HashSet<>();
    private int fetched;
    private int givenUp;

    private Crawl(InetSocketAddress server) {
        this.server = server;
    }

    static void main(String... args) throws Exception {
        var command = new Command("""
                crawl [[HOST:]PORT [PATH [SECONDS]]]
                  127.0.0.1:8080 and /README.md by default; SECONDS is how long all of it may take: 30""",
                args, "8080", "/README.md", "30");
        var crawl = new Crawl(command.address(0));
        var start = command.path(1);
        var limit = command.seconds(2);
        command.run("Start a server first, in another terminal: ./trale web " + crawl.server.getPort(), () -> {
            try {
                Executor.blockOn(Timer.timeout(limit, Scope.run(pages -> await(crawl.visit(start, pages)))));
            } finally {
                IO.println("Fetched " + crawl.fetched + " pages, gave up " + crawl.givenUp);
            }
        });
    }

    /// A link is followed by a new child of the scope, which ends when all its children have.
    private Future<Void> visit(URI page, Scope pages) {
        return async(() -> {
            if (!seen.add(page)) return;
            try (var _ = await(tenAtATime.acquire())) {
                var text = await(Timer.timeout(PATIENCE, get(page)));
                fetched++;
                IO.println("%7d  %s".formatted(text.length(), page));
                if (!page.getPath().endsWith(".md")) return;
                for (var m : LINK.matcher(text).results().toList()) {
                    var link = follow(page, m.group(1));
                    if (link != null) pages.fork(visit(link, pages));
                }
            } catch (CancellationException e) {
                givenUp++;
                throw e;
            }
        });
    }

    /// {@return where a link leads on this server; null if it leads elsewhere, or is none}
    private static URI follow(URI page, String link) {
        try {
            var target = page.resolve(link);
            var isHere = !target.isOpaque() && target.getHost() == null && !target.getPath().isEmpty();
            return isHere ? URI.create(target.getRawPath()) : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private Future<String> get(URI page) {
        return async(() -> {
            try (var stream = await(TcpStream.connect(server))) {
                var request = "GET " + page + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
                await(stream.writeAll(ByteBuffer.wrap(request.getBytes(UTF_8))));
                var lines = new LineReader(stream, 8192);
                var status = await(lines.readLine());
                if (status != null && status.startsWith("HTTP/1.1 301 ")) return ""; // a folder, which has no text
                if (status == null || !status.startsWith("HTTP/1.1 200 ")) throw new IOException("GET " + page + ": " + status);
                for (var field = "-"; !field.isEmpty(); ) { // of the head, none of which matters here
                    field = await(lines.readLine());
                    if (field == null) throw new EOFException("GET " + page + ": the answer ends in its head");
                }
                var body = new ByteArrayOutputStream();
                await(AsyncRead.copy(lines, AsyncWrite.of(body)));
                return body.toString(UTF_8);
            }
        });
    }
}
