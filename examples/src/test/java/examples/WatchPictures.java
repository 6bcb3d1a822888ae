package examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import module java.base;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import trale.watch.Browser;

/// Makes the pictures of the watch page in docs/images. Each shows a recording that is made here, at an event that is looked for in its
/// history. The name of this class does not end in Test, so it runs only when it is named, as CONTRIBUTING.md tells. It needs chromium.
@Timeout(120)
class WatchPictures {
    private static final int LONG_LINES = 60; // more than the kernel keeps for a client that does not read, fewer than its mail holds

    @TempDir
    private Path folder;

    /// Ann says something: each of the three clients that read gets it. Dan does not read. Eve has left.
    @Test
    void chat() throws Exception {
        try (var chat = watched("chat", Chat.class, 0)) {
            var port = chat.port();
            try (var eve = new Client(port, "eve")) {
                eve.shutdownOutput();
                eve.await(null); // her tasks have ended
            }
            try (var _ = new Client(port, "dan"); var ann = new Client(port, "ann"); var bob = new Client(port, "bob");
                    var cleo = new Client(port, "cleo")) {
                var reading = List.of(ann, bob, cleo);
                for (var i = 0; i <= LONG_LINES; i++) {
                    var talker = reading.get(i % reading.size());
                    var line = i < LONG_LINES ? i + "x".repeat(900) : "good night";
                    talker.say(line);
                    for (var client : reading) client.await(talker.name + ": " + line);
                }
            }
            chat.terminate();
            chat.failure(128 + 15); // SIGTERM
        }
        var said = "h.find(0, e => e.name === 'recvfrom' && e.result === '" + "good night\n".length() + "')";
        try (var browser = new Browser()) {
            open(browser, "chat", "light", "h.find(" + said + ", (n => e => e.k === 'wake' && ++n === 3)(0))");
            assertEquals("3 queued, 1 timer", browser.eval("`${trale.state.queue.length} queued, ${trale.state.timers.size} timer`"));
            browser.eval("document.querySelector('#task .frames button').click()"); // the body of the example
            browser.eval("trale.timeline.scroll = 1000"); // to the lanes of the tasks that have come last
            for (var key : "++++.".split("")) browser.press(key);
            write("watch-chat.png", browser);
        }
    }

    /// A server has accepted a connection, and begins to sleep. The guide stands at a task that is polled again.
    @Test
    void raceAndTheGuide() throws Exception {
        try (var race = watched("race", Race.class)) {
            race.end();
        }
        try (var browser = new Browser()) {
            open(browser, "race", "dark", "h.find(0, e => e.k === 'timer' && e.do === 'set' && e.timer === 4)");
            browser.press("2");
            write("watch-race.png", browser);
            open(browser, "race", "light", "0");
            browser.press("g");
            for (var part = 1; part < 7; part++) browser.press("n");
            assertEquals("7 of 10", browser.eval("document.querySelector('#tour small').textContent"));
            write("watch-guide.png", browser);
        }
    }

    private Example watched(String name, Class<?> main, Object... args) throws IOException {
        var options = List.of("-Dtrale.watch=" + folder.resolve(name + ".html"), "-Dtrale.watch.program=" + name);
        return new Example(List.of(), options, Example.OWN_THREAD, main, args);
    }

    /// Opens a recording behind an event.
    private void open(Browser browser, String name, String scheme, String event) throws Exception {
        browser.prefers(scheme);
        browser.open(folder.resolve(name + ".html").toUri().toString());
        browser.eval("(h => trale.go(" + event + " + 1))(trale.history)");
    }

    private static void write(String name, Browser browser) throws Exception {
        assertEquals(List.of(), browser.errors);
        Files.write(Path.of("../docs/images", name), browser.picture());
    }

    /// Someone in the chat room.
    private static final class Client extends Socket {
        final String name;
        private final BufferedReader in;

        Client(int port, String name) throws IOException {
            this.name = name;
            setReceiveBufferSize(4096); // before it connects
            connect(new InetSocketAddress("127.0.0.1", port));
            in = new BufferedReader(new InputStreamReader(getInputStream(), UTF_8));
            await("Your name?");
            say(name);
            await("* " + name + " is here");
        }

        void say(String line) throws IOException {
            getOutputStream().write((line + "\n").getBytes(UTF_8));
        }

        /// @param line null: the end
        void await(String line) throws IOException {
            String next;
            do next = in.readLine(); while (next != null && !next.equals(line));
            assertEquals(line, next);
        }
    }
}
