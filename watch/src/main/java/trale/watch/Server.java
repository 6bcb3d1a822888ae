package trale.watch;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Serves the page to browsers on this machine, on threads of its own: the executor that is watched may stand still.
///
/// The path begins with a token that only the address says. A page of another place may not ask, whatever its name resolves to: Host
/// must be this server's address, and Origin, where a browser says it, too.
final class Server implements AutoCloseable {
    private static final int MOST_STREAMS = 5; // a browser has six connections to one place
    private static final int BATCH = 2000;
    private static final long HEARTBEAT = 2000; // ms

    private final Watch watch;
    private final HttpServer http;
    private final ExecutorService threads;
    private final String path;
    private final AtomicInteger streams = new AtomicInteger();

    /// Written by the thread that closes, read by those that serve; each of them sees it within a heartbeat.
    private volatile boolean closed;

    Server(Watch watch, int port, String token) {
        this.watch = watch;
        path = "/" + token + "/";
        threads = Executors.newThreadPerTaskExecutor(Thread.ofPlatform().daemon().name("trale-watch-http-", 0).factory());
        try {
            http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        } catch (IOException e) {
            threads.shutdown();
            throw new UncheckedIOException("the watch cannot listen on port " + port + " of the loopback address: " + e.getMessage(), e);
        }
        http.setExecutor(threads);
        http.createContext("/", this::answer);
        CompletableFuture.runAsync(http::start, threads).join(); // a daemon thread's thread is one: it does not keep the JVM
    }

    URI url() {
        var address = http.getAddress().getAddress();
        var host = address instanceof Inet6Address ? "[::1]" : address.getHostAddress(); // as a browser writes it in Host
        return URI.create("http://" + host + ":" + http.getAddress().getPort() + path);
    }

    private void answer(HttpExchange x) throws IOException {
        try (x) {
            var asked = x.getRequestURI().getPath();
            if (!isFromHere(x) || !asked.startsWith(path)) {
                send(x, 404, "text/plain", "There is nothing here; the address that the program printed has a token in it.\n");
                return;
            }
            var what = asked.substring(path.length());
            switch (what) {
                case "pause", "step", "resume" -> command(x, what);
                case "", "events", "snapshot.txt" -> show(x, what);
                default -> send(x, 404, "text/plain", "There is no " + what + ".\n");
            }
        }
    }

    private void show(HttpExchange x, String what) throws IOException {
        if (!x.getRequestMethod().equals("GET")) {
            send(x, 405, "text/plain", "GET it.\n");
            return;
        }
        switch (what) {
            case "events" -> stream(x);
            case "snapshot.txt" -> send(x, 200, "text/plain", watch.executor.snapshot() + "\n");
            default -> send(x, 200, "text/html", Page.of(null));
        }
    }

    private boolean isFromHere(HttpExchange x) {
        var here = url().getAuthority();
        var local = "localhost:" + http.getAddress().getPort();
        var host = x.getRequestHeaders().getFirst("Host");
        var origin = x.getRequestHeaders().getFirst("Origin");
        return (here.equals(host) || local.equals(host)) && (origin == null || origin.equals("http://" + host));
    }

    private void command(HttpExchange x, String what) throws IOException {
        if (!x.getRequestMethod().equals("POST")) {
            send(x, 405, "text/plain", "POST it.\n");
            return;
        }
        switch (what) {
            case "pause" -> watch.pause();
            case "step" -> watch.step();
            default -> watch.resume();
        }
        send(x, 200, "text/plain", "");
    }

    private static void send(HttpExchange x, int status, String type, String text) throws IOException {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        x.getResponseHeaders().add("Content-Type", type + "; charset=utf-8");
        x.getResponseHeaders().add("Cache-Control", "no-store");
        x.getResponseHeaders().add("X-Content-Type-Options", "nosniff");
        x.getResponseHeaders().add("Referrer-Policy", "no-referrer");
        x.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        x.getResponseBody().write(bytes);
    }

    /// Server-sent events: `known`, the machines and sources of bodies that were seen since the last; `events` with the number of the last
    /// of a batch; and `status`. It begins behind the number that is asked for.
    private void stream(HttpExchange x) throws IOException {
        if (streams.incrementAndGet() > MOST_STREAMS) {
            streams.decrementAndGet();
            send(x, 503, "text/plain", "Five pages look at this program already; close one.\n");
            return;
        }
        try {
            x.getResponseHeaders().add("Content-Type", "text/event-stream");
            x.getResponseHeaders().add("Cache-Control", "no-store");
            x.sendResponseHeaders(200, 0);
            stream(x, after(x.getRequestURI().getQuery()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            streams.decrementAndGet();
        }
    }

    private static long after(@Nullable String query) {
        return query != null && query.matches("after=\\d{1,18}") ? Long.parseLong(query.substring("after=".length())) : 0;
    }

    private void stream(HttpExchange x, long number) throws IOException, InterruptedException {
        var out = x.getResponseBody();
        var told = -1;
        var known = 0;
        var sources = new HashSet<String>();
        while (!closed) {
            var version = watch.history.await(number, told, HEARTBEAT);
            var batch = watch.history.after(number, BATCH);
            number = batch.last();
            var message = new StringBuilder();
            if (watch.machines.size() != known) { // a body is known before the event that tells of it is in the history
                known = watch.machines.size();
                message.append("event: known\ndata: ").append(watch.machines.json(sources)).append("\n\n");
            }
            if (!batch.events().isEmpty())
                message.append("event: events\nid: ").append(number)
                        .append("\ndata: [").append(String.join(",", batch.events())).append("]\n\n");
            var ended = watch.history.isClosed() && number >= watch.history.size();
            if (version != told || ended) message.append("event: status\ndata: ").append(status(ended)).append("\n\n");
            told = version;
            if (message.isEmpty()) message.append(": here\n\n"); // or a page that has gone would never be noticed
            out.write(message.toString().getBytes(StandardCharsets.UTF_8));
            out.flush();
            if (ended) return;
        }
    }

    private String status(boolean ended) {
        return Json.of(Map.of("paused", watch.recorder.isPaused(), "held", watch.recorder.isHeld(), "ended", ended, "run", watch.run));
    }

    /// {@return whether a page is being told}
    boolean hasStreams() {
        return streams.get() > 0;
    }

    @Override
    public void close() {
        closed = true;
        http.stop(0);
        threads.shutdownNow();
    }
}
