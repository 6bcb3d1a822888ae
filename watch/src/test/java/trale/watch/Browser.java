package trale.watch;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A real browser: Chromium without a window, spoken to by its DevTools protocol.
public final class Browser implements AutoCloseable {
    private static final Pattern ID = Pattern.compile("^\\{\"id\":(\\d+)");
    private static final Pattern VALUE = Pattern.compile("\"value\":\"([A-Za-z0-9+/=]*)\"");
    private static final Pattern URL = Pattern.compile("\"request\":\\{\"url\":\"([^\"]+)\"");
    private static final Pattern DATA = Pattern.compile("\"data\":\"([^\"]*)\"");
    private static final long LIMIT = 60; // s

    private final Path folder;
    private final Process process;
    private final WebSocket socket;
    private final AtomicInteger ids = new AtomicInteger();
    private final Map<Integer, CompletableFuture<String>> answers = new ConcurrentHashMap<>();

    /// What the console said that is an error, and what the page asked for, since the last [#open].
    public final List<String> errors = new CopyOnWriteArrayList<>();

    final List<String> requests = new CopyOnWriteArrayList<>();

    private final BlockingQueue<String> downloads = new LinkedBlockingQueue<>(); // that are complete

    public static boolean isInstalled() {
        return Stream.of(System.getenv("PATH").split(":")).anyMatch(p -> Files.isExecutable(Path.of(p, "chromium")));
    }

    public Browser() throws Exception {
        folder = Files.createTempDirectory("trale-browser");
        process = new ProcessBuilder("chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update", "--remote-debugging-port=0", "--user-data-dir=" + folder, "about:blank")
                .redirectErrorStream(true).redirectOutput(folder.resolve("log").toFile()).start();
        var http = HttpClient.newHttpClient();
        var targets = "";
        var port = port();
        while (!targets.contains("\"type\": \"page\"")) {
            targets = http.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/json")).build(),
                    HttpResponse.BodyHandlers.ofString()).body();
        }
        var page = targets.substring(0, targets.indexOf("\"webSocketDebuggerUrl\"", targets.indexOf("\"type\": \"page\"")) + 200);
        var m = Pattern.compile("\"type\": \"page\".*?\"webSocketDebuggerUrl\": \"([^\"]+)\"", Pattern.DOTALL).matcher(page);
        if (!m.find()) fail("no page among " + targets);
        socket = http.newWebSocketBuilder().buildAsync(URI.create(m.group(1)), new Listener()).get(LIMIT, TimeUnit.SECONDS);
        for (var domain : List.of("Runtime", "Log", "Page", "Network")) call(domain + ".enable", "");
        size(1280, 800, 1);
    }

    private String port() throws Exception {
        var file = folder.resolve("DevToolsActivePort");
        var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT);
        while (System.nanoTime() < end && process.isAlive()) {
            if (Files.exists(file) && Files.size(file) > 0) return Files.readAllLines(file).getFirst();
            process.waitFor(20, TimeUnit.MILLISECONDS);
        }
        return fail("chromium does not start: " + Files.readString(folder.resolve("log")));
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket s, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                received(text.toString());
                text.setLength(0);
            }
            s.request(1);
            return CompletableFuture.completedStage(null);
        }
    }

    private void received(String message) {
        var m = ID.matcher(message);
        if (m.find()) {
            var answer = answers.remove(Integer.valueOf(m.group(1)));
            if (answer != null) answer.complete(message);
            return;
        }
        if (message.contains("downloadProgress\"") && message.contains("\"state\":\"completed\"")) downloads.add(message);
        if (message.contains("\"method\":\"Network.requestWillBeSent\"")) {
            var url = URL.matcher(message);
            if (url.find()) requests.add(url.group(1));
        }
        if (message.contains("\"method\":\"Runtime.exceptionThrown\"")
                || (message.contains("\"method\":\"Log.entryAdded\"") && message.contains("\"level\":\"error\""))
                || (message.contains("\"method\":\"Runtime.consoleAPICalled\"")
                        && message.contains("\"type\":\"error\""))) errors.add(message);
    }

    String call(String method, String params) throws Exception {
        var id = ids.incrementAndGet();
        var answer = new CompletableFuture<String>();
        answers.put(id, answer);
        socket.sendText("{\"id\":" + id + ",\"method\":\"" + method + "\",\"params\":{" + params + "}}", true).get(LIMIT, TimeUnit.SECONDS);
        var text = answer.get(LIMIT, TimeUnit.SECONDS);
        if (text.contains("\"error\":{\"code\"")) fail(method + ": " + text);
        return text;
    }

    /// {@return the value of an expression, as a text}
    public String eval(String expression) throws Exception {
        var wrapped = "(async () => btoa(String.fromCharCode(...new TextEncoder().encode(String(await (" + expression + "))))))()";
        var text = call("Runtime.evaluate", "\"awaitPromise\":true,\"expression\":" + Json.of(wrapped));
        var m = VALUE.matcher(text);
        if (text.contains("\"exceptionDetails\"") || !m.find()) return fail(expression + ": " + text);
        return new String(Base64.getDecoder().decode(m.group(1)), StandardCharsets.UTF_8);
    }

    long number(String expression) throws Exception {
        return Math.round(Double.parseDouble(eval(expression)));
    }

    /// Waits, as long as frames come, until an expression is true.
    void await(String expression) throws Exception {
        var done = eval("(async () => { const end = performance.now() + 30000; while (!(" + expression
                + ")) { if (performance.now() > end) return 'no';"
                + " await new Promise(r => setTimeout(r, 10)); } return 'yes'; })()");
        if (!done.equals("yes")) fail("not within 30 s: " + expression + "; the page says: " + eval("document.body.innerText"));
    }

    public void open(String url) throws Exception {
        call("Page.navigate", "\"url\":\"about:blank\"");
        errors.clear();
        requests.clear();
        call("Page.navigate", "\"url\":" + Json.of(url));
        await("document.readyState === 'complete' && globalThis.trale && !trale.busy");
    }

    void size(int width, int height, double scale) throws Exception {
        call("Emulation.setDeviceMetricsOverride",
                "\"width\":" + width + ",\"height\":" + height + ",\"deviceScaleFactor\":" + scale + ",\"mobile\":false");
    }

    void prefers(String scheme) throws Exception {
        call("Emulation.setEmulatedMedia",
                "\"features\":[{\"name\":\"prefers-color-scheme\",\"value\":\"" + scheme
                        + "\"},{\"name\":\"prefers-reduced-motion\",\"value\":\"reduce\"}]");
    }

    /// Presses a key, as a person does, and waits until the page has done what it asks for.
    public void press(String key) throws Exception {
        type(key);
        await("!trale.busy");
    }

    /// Presses a key, and does not wait: what it asks for may have to wait for the program.
    void type(String key) throws Exception {
        var shift = key.startsWith("Shift+");
        var name = shift ? key.substring("Shift+".length()) : key;
        var text = name.equals("Enter") ? "\\r" : name.length() == 1 ? name : "";
        var params = "\"key\":\"" + name + "\",\"code\":\"" + (name.equals(" ") ? "Space" : name) + "\",\"windowsVirtualKeyCode\":"
                + (name.equals("Enter") ? 13 : name.equals("Tab") ? 9 : 0)
                + ",\"modifiers\":" + (shift ? 8 : 0) + (text.isEmpty() ? "" : ",\"text\":\"" + text + "\"");
        call("Input.dispatchKeyEvent", "\"type\":\"keyDown\"," + params);
        call("Input.dispatchKeyEvent", "\"type\":\"keyUp\"," + params);
    }

    void mouse(String type, double x, double y) throws Exception {
        call("Input.dispatchMouseEvent",
                "\"type\":\"" + type + "\",\"x\":" + x + ",\"y\":" + y + ",\"button\":\"left\",\"buttons\":1,\"clickCount\":1");
    }

    /// Presses and lets go in the middle of an element.
    void click(String selector) throws Exception {
        var box = "document.querySelector('" + selector + "').getBoundingClientRect()";
        var x = number(box + ".left + " + box + ".width / 2");
        var y = number(box + ".top + " + box + ".height / 2");
        mouse("mousePressed", x, y);
        mouse("mouseReleased", x, y);
    }

    void wheel(double x, double y, double delta) throws Exception {
        call("Input.dispatchMouseEvent", "\"type\":\"mouseWheel\",\"x\":" + x + ",\"y\":" + y + ",\"deltaX\":0,\"deltaY\":" + delta);
    }

    /// From now on what is downloaded comes into a folder.
    void downloadsTo(Path to) throws Exception {
        call("Browser.setDownloadBehavior",
                "\"behavior\":\"allow\",\"downloadPath\":" + Json.of(to.toString()) + ",\"eventsEnabled\":true");
    }

    /// Waits until a download is complete.
    void awaitDownload() throws Exception {
        if (downloads.poll(LIMIT, TimeUnit.SECONDS) == null) fail("nothing was downloaded");
    }

    byte[] picture() throws Exception {
        var m = DATA.matcher(call("Page.captureScreenshot", "\"format\":\"png\""));
        return m.find() ? Base64.getDecoder().decode(m.group(1)) : fail("no picture");
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().orTimeout(10, TimeUnit.SECONDS).exceptionally(_ -> process.destroyForcibly()).join();
        var files = new ArrayList<Path>();
        try (var all = Files.walk(folder)) {
            all.sorted(Comparator.reverseOrder()).forEach(files::add);
        } catch (IOException | java.io.UncheckedIOException e) {
            return; // a process of the browser still cleans up
        }
        for (var file : files) file.toFile().delete();
    }
}
