package trale.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What each pane of the page says, word for word, in a real browser; and the names in it, which are hostile, are text.
/// Without a browser (Debian's package chromium) these tests are skipped, and say so.
@Timeout(180)
class PageContentTest {
    private static Browser browser;

    @TempDir
    private static Path folder;

    @BeforeAll
    static void start() throws Exception {
        Assumptions.assumeTrue(Browser.isInstalled(), "there is no chromium on the PATH; the page is not tested");
        browser = new Browser();
        var file = folder.resolve("recording.html");
        Files.writeString(file, Page.of(Sample.program()));
        browser.open(file.toUri().toString());
    }

    @AfterAll
    static void stop() {
        if (browser != null) browser.close();
    }

    @AfterEach
    void noNameIsMarkup() throws Exception {
        assertEquals(List.of(), browser.errors);
        assertEquals("undefined", browser.eval("typeof hit"));
        assertEquals(0, browser.number("document.querySelectorAll('main img, main script').length"));
    }

    /// Shows the page after so many events, as the arrow keys do.
    private void go(int seq) throws Exception {
        browser.press("Home");
        for (var i = 0; i < seq; i++) browser.press("ArrowRight");
        assertEquals(seq, browser.number("trale.state.seq"));
    }

    /// {@return the texts of the elements that a selector finds, within each those of its parts, all without the space around them}
    private String texts(String selector) throws Exception {
        return browser.eval("[...document.querySelectorAll(" + Json.of(selector)
                + ")].map(e => [...e.children].map(c => c.textContent.trim()).filter(t => t).join(' | ')).join('\\n')");
    }

    private String text(String selector) throws Exception {
        return browser.eval("[...document.querySelectorAll(" + Json.of(selector) + ")].map(e => e.textContent.trim()).join('\\n')");
    }

    private static final String CURRENT = "#task .source .row[aria-current='true'] ";

    @Test
    void theSourceIsShownWithItsCurrentLine() throws Exception {
        go(Sample.WAITS_FOR_SOCKET);
        assertEquals(Sample.FILE, text("#task .source figcaption"));
        assertEquals(IntStream.range(0, 8).mapToObj(i -> (i + 1) + " | " + Sample.SOURCE.get(i).strip()).collect(Collectors.joining("\n")),
                texts("#task .source .row"));
        assertEquals("4", text(CURRENT + "> :first-child"));
        assertEquals(Sample.SOURCE.get(3).strip(), text(CURRENT + "code"));
        go(Sample.WAITS_FOR_TIMER);
        assertEquals("5", text(CURRENT + "> :first-child"));
        assertEquals(Sample.SOURCE.get(4).strip(), text(CURRENT + "code"));
    }

    @Test
    void theCurrentStateOfTheStateMachineIsLit() throws Exception {
        go(3);
        assertEquals("start", text("#task .machine .state[data-lit] .n"));
        go(Sample.WAITS_FOR_SOCKET);
        assertEquals("start\n1\n2\nend", text("#task .machine .state .n"));
        assertEquals(":4\n:5", text("#task .machine .state .at").strip());
        assertEquals("1", text("#task .machine .state[data-lit] .n"));
        assertEquals(Sample.IMAGE, text("#task .machine .state[data-lit] title"));
        assertEquals(4, browser.number("document.querySelectorAll('#task .machine .edge').length"));
        assertEquals(2, browser.number("document.querySelectorAll('#task .machine .edge[data-lit]').length")); // to 2, and to the end
        assertEquals("Suspended in state 1, line 4, at " + Sample.IMAGE + ". A poll goes on here.", text("#task .machine figcaption"));
        go(Sample.POLLED);
        assertEquals("Running, from state 1.", text("#task .machine figcaption"));
        go(Sample.WAITS_FOR_TIMER);
        assertEquals("2", text("#task .machine .state[data-lit] .n"));
        assertEquals(1, browser.number("document.querySelectorAll('#task .machine .edge[data-lit]').length")); // back to 1
    }

    @Test
    void theChainOfAWakeIsASentenceFromTheCauseToTheEffect() throws Exception {
        go(Sample.WAITS_FOR_SOCKET);
        assertEquals("main spawns #1→#1 queued→polled→recvfrom = EAGAIN→timer 1 set→Pending: waits for fd 7 readable", text("#chain p"));
        go(Sample.POLLED);
        assertEquals("epoll_wait = 1→fd 7 readable→slot: waker of #1 → READY→#1 queued→polled", text("#chain p"));
        go(Sample.FIRED);
        assertEquals("timer 1 is due", text("#chain p"));
    }

    @Test
    void aSlotHoldsTheWakerThenREADYThenNothing() throws Exception {
        go(1);
        assertEquals("No descriptor is registered.", text("#reactor .body"));
        go(Sample.WAITS_FOR_SOCKET);
        assertEquals("fd 7 | " + Sample.IMAGE + " | readwaker of #1 | writenothing", texts("#reactor .slot"));
        go(Sample.POLLED);
        assertEquals("fd 7 | " + Sample.IMAGE + " | readREADY | writenothing", texts("#reactor .slot"));
        go(Sample.WAITS_FOR_TIMER); // the read was short: there is nothing more
        assertEquals("fd 7 | " + Sample.IMAGE + " | readnothing | writenothing", texts("#reactor .slot"));
    }

    @Test
    void aTimerIsShownWithTheTimeThatIsLeftUntilItFires() throws Exception {
        go(1);
        assertEquals("No timer is set.", text("#timers .body"));
        go(Sample.WAITS_FOR_SOCKET);
        assertEquals("3.0 s | timer 1 → #1", texts("#timers .timer"));
        go(Sample.FIRED);
        assertEquals("No timer is set.", text("#timers .body"));
    }

    @Test
    void theKernelsLaneHasEachCallWithItsResultTheNewestFirst() throws Exception {
        go(1);
        assertEquals("No system call yet.", text("#kernel .body"));
        go(Sample.WAITS_FOR_TIMER);
        assertEquals("recvfrom(7, 4096) | = 12 | 800 ns | #1\nepoll_wait(3, -1) | = 1 | 900 ns | reactor\nrecvfrom(7, " + Sample.SCRIPT
                + ") | = EAGAIN | 700 ns | #1",
                texts("#kernel .call"));
    }

    @Test
    void theValuesThatATaskKeepsAreShown() throws Exception {
        go(3);
        assertEquals("", texts("#task .keeps"));
        go(Sample.WAITS_FOR_SOCKET);
        assertEquals(Sample.SCRIPT + " | " + Sample.IMAGE + " | n | 5", texts("#task .keeps"));
        go(Sample.WAITS_FOR_TIMER);
        assertEquals("n | 6", texts("#task .keeps"));
    }
}
