package trale.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import trale.Executor;
import trale.Future;
import trale.net.TcpListener;
import trale.time.Timer;

/// The page of a program that runs, waits or has ended, in a real browser. Without one (Debian's package chromium) these tests are skipped,
/// and say so.
@Timeout(120)
class LivePageTest {
    private static Browser browser;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() throws Exception {
        Assumptions.assumeTrue(Browser.isInstalled(), "there is no chromium on the PATH; the page is not tested");
        browser = new Browser();
    }

    @AfterAll
    static void stop() {
        if (browser != null) browser.close();
    }

    @AfterEach
    void theConsoleHasNoError() {
        assertEquals(List.of(), browser.errors);
    }

    private static final String BANNER = "(b => b.hidden ? '' : b.textContent)(document.querySelector('#banner'))";

    private static final String STATES = "[...document.querySelectorAll('.machine .at')].map(e => e.textContent).join('')";

    private static int lineOf(String text) throws Exception {
        return Files.readAllLines(Path.of("src/test/java/trale/watch/LivePageTest.java")).stream().map(String::strip).toList()
                .indexOf(text) + 1;
    }

    /// A body is compiled when it is first used, so the page hears of it then.
    @Test
    void aBodyThatIsFirstUsedWhileThePageIsOpenHasItsOwnStateMachine() throws Exception {
        try (var executor = Executor.builder().build(); var watch = Watch.of(executor, "live", false)) {
            browser.open(watch.serve(0).toString());
            var gate = new CompletableFuture<Integer>();
            executor.submit(() -> {
                await(Future.from(gate)); // the first
            });
            browser.await("trale.state.waiting.size === 1");
            browser.await(STATES + ".endsWith(':" + lineOf("await(Future.from(gate)); // the first") + "')");
            executor.submit(() -> {
                await(Future.from(gate)); // the second
            });
            browser.await("trale.state.waiting.size === 2");
            browser.press("End");
            assertEquals("#2", browser.eval("document.querySelector('#task h3 b').textContent"));
            browser.await(STATES + ".endsWith(':" + lineOf("await(Future.from(gate)); // the second") + "')");
            browser.press("m");
            assertEquals("1", browser.eval("document.querySelectorAll('.row[data-marked]').length"), "its line can be marked");
            gate.complete(1);
        }
    }

    @Test
    void aRunIsSavedAfterItsEndToo() throws Exception {
        browser.downloadsTo(folder);
        try (var executor = Executor.builder().build(); var watch = Watch.of(executor, "ended", false)) {
            browser.open(watch.serve(0).toString());
            executor.submit(() -> await(Timer.sleep(Duration.ofMillis(1)))).named("</script>").join();
            watch.exit(null);
        }
        browser.await("trale.live.ended");
        browser.press("r");
        browser.awaitDownload();
        var file = folder.resolve("ended.html");
        assertTrue(Files.readString(file).startsWith("<!doctype html>"));
        browser.open(file.toUri().toString());
        browser.press("End");
        assertEquals("recording", browser.eval("document.querySelector('.badge').textContent"));
        assertEquals("has ended", browser.eval("document.querySelector('#thread .does').textContent"));
        assertEquals(1, browser.number("trale.state.ended"));
        assertTrue(browser.eval("document.querySelector('#task .source')?.textContent").contains("aRunIsSavedAfterItsEndToo"));
    }

    @Test
    void aPageWhoseProgramHasEndedAsksForNothingMore() throws Exception {
        try (var executor = Executor.builder().build(); var watch = Watch.of(executor, "ended", false)) {
            browser.open(watch.serve(0).toString());
            executor.submit(() -> await(Future.from(new CompletableFuture<>())));
            browser.await("trale.state.waiting.size === 1");
            watch.exit(null);
        }
        browser.await("trale.live.ended && !trale.busy");
        assertEquals("The program has ended; 1 task had not. The run is in this page alone: R saves it.", browser.eval(BANNER));
        browser.requests.clear();
        browser.press(" ");
        browser.press(" ");
        browser.press("ArrowRight");
        browser.press("u");
        browser.eval("new Promise(r => setTimeout(r, 1500))"); // three times as long as it would wait before it asks again
        assertEquals(List.of(), browser.requests);
    }

    /// A program that is asked to stop ends its tasks, although it was held, and the page is told.
    @Test
    void theEndOfAProgramThatIsHeldIsTold() throws Exception {
        try (var executor = Executor.builder().build(); var watch = Watch.of(executor, "held", true)) {
            browser.open(watch.serve(0).toString());
            executor.submit(() -> await(Timer.sleep(Duration.ofMillis(1))));
            browser.await("trale.live.held");
            watch.exit(folder.resolve("held.html"));
        }
        browser.await("trale.live.ended");
        browser.press("End");
        assertEquals(1, browser.number("trale.state.ended"));
        assertTrue(Files.readString(folder.resolve("held.html")).contains("\"how\":\"value\""));
    }

    @Test
    void whatIsAskedOfAProgramThatWaitsForLinuxSaysSoAndIsGivenUp() throws Exception {
        try (var executor = Executor.builder().build(); var watch = Watch.of(executor, "idle", false)) {
            browser.open(watch.serve(0).toString());
            executor.submit(() -> {
                try (var listener = TcpListener.bind(new java.net.InetSocketAddress("127.0.0.1", 0))) {
                    await(listener.accept()).close();
                }
            });
            browser.await("trale.state.waiting.size === 1 && trale.state.thread === 'sleeps'");
            for (var key : List.of("ArrowRight", "Shift+ArrowRight", "u")) {
                browser.type(key);
                browser.await(BANNER + ".startsWith('The program waits for Linux: #1 for fd ')");
                var says = browser.eval(BANNER);
                assertTrue(says.matches(".* readable\\. Connect a client to 127\\.0\\.0\\.1:\\d+\\. What you asked for comes then; Esc gives it up\\."), says);
                assertEquals("true", browser.eval("document.querySelector('#run').getAttribute('aria-pressed')"));
                browser.press("Escape");
                assertEquals("", browser.eval(BANNER));
                assertEquals("false", browser.eval("document.querySelector('#run').getAttribute('aria-pressed')"));
            }
        }
    }

    /// A person steps and reads meanwhile; that time is not the program's.
    @Test
    void theTimeInWhichTheThreadIsHeldIsNotThatOfTheRunQueue() throws Exception {
        var events = List.of("{\"k\":\"spawn\",\"t\":1000,\"task\":1}", "{\"k\":\"spawn\",\"t\":2000,\"task\":2}",
                "{\"k\":\"poll\",\"t\":40000003000,\"task\":1,\"held\":40000000000}",
                "{\"k\":\"pend\",\"t\":40000005000,\"task\":1}", "{\"k\":\"poll\",\"t\":40000006000,\"task\":2}");
        var file = folder.resolve("held.html");
        Files.writeString(file, Page.of(Sample.recording(events)));
        browser.open(file.toUri().toString());
        browser.press("End");
        assertEquals("2000,4000", browser.eval("[...trale.state.tasks.values()].map(t => t.waited)"));
        browser.press("x");
        assertTrue(browser.number("trale.history.lanes.holds.length") == 1);
    }

    @Test
    void howLongTheThreadWasHeldIsToldWithThePollThatFollows() throws Exception {
        try (var executor = Executor.builder().build(); var watch = Watch.of(executor, "held", true)) {
            executor.submit(() -> 1);
            var known = -1;
            while (!watch.recorder.isHeld()) known = watch.history.await(Long.MAX_VALUE, known, 1000);
            watch.resume();
            executor.submit(() -> 2).join();
            watch.drain();
            var polls = watch.history.after(0, 1000).events().stream().filter(e -> e.startsWith("{\"k\":\"poll\"")).toList();
            assertTrue(polls.getFirst().contains("\"held\":"), polls.toString());
            assertFalse(polls.getLast().contains("\"held\":"), polls.toString());
        }
    }
}
