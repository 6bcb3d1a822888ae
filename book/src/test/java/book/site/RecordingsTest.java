package book.site;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A page says which events of its recordings to look at. Here they are looked at.
@Timeout(60)
class RecordingsTest {
    private static final String POLLS_1 = "\"k\":\"poll\",\"task\":1}";
    private static final String POLLS_2 = "\"k\":\"poll\",\"task\":2}";

    @TempDir
    private Path folder;

    /// A recording, and the page that shows it.
    private record Shown(List<String> events, String page) {

        /// The page names the event, and the event says each of these.
        void at(int number, String... parts) {
            assertTrue(page.contains("event " + number), () -> "the page does not name event " + number);
            String event = events.get(number - 1);
            for (String part : parts) assertTrue(event.contains(part), () -> "event " + number + " is " + event);
        }

        long count(String part) {
            return events.stream().filter(e -> e.contains(part)).count();
        }
    }

    private Shown shown(String name) throws IOException {
        Path html = folder.resolve(name + ".html");
        Recordings.writeTold(name, html);
        var events = Files.readAllLines(html).stream().filter(l -> l.startsWith("{\"k\":\""))
                .map(l -> l.replaceFirst(",\"t\":\\d+", "").replaceFirst(",$", "")).toList();
        try (var pages = Files.list(Path.of("pages"))) {
            Path page = pages.filter(p -> p.getFileName().toString().startsWith(name.substring(2, 4) + "-")).findFirst().orElseThrow();
            return new Shown(events, Files.readString(page).replaceAll("\\s+", " "));
        }
    }

    @Test
    void inChapter5TheFirstTaskIsNeverPolled() throws IOException {
        var broken = shown("ch05");
        assertEquals(33, broken.events.size());
        broken.at(33, "\"k\":\"pend\",\"task\":2", "\"queued\":true");
        assertEquals(0, broken.count(POLLS_1));
        assertEquals(10, broken.count(POLLS_2));
        shown("ch05-fixed").at(17, "\"k\":\"end\",\"task\":1");
    }

    @Test
    void inChapter7RoomToWriteWakesATaskThatWaitsToRead_againAndAgain() throws IOException {
        var broken = shown("ch07");
        broken.at(15, "\"k\":\"ready\",\"fd\":4", "[\"OUT\"]", "\"before\":\"task 2\"");
        assertTrue(broken.events.get(15).contains("\"k\":\"wake\",\"task\":2"));
        broken.at(18, "\"name\":\"read\"", "EAGAIN");
        assertEquals(broken.events.subList(12, 19), broken.events.subList(19, 26), "the next seven");
        assertEquals(5, broken.count("\"k\":\"wake\""));
        var fixed = shown("ch07-fixed");
        fixed.at(13, "\"k\":\"sleep\"");
        assertEquals(13, fixed.events.size());
    }

    @Test
    void inChapter8TheRestOfTheMessageIsNotRead() throws IOException {
        var broken = shown("ch08");
        broken.at(23, "\"k\":\"ready\",\"fd\":5", "\"dir\":\"read\"", "\"before\":\"task 2\",\"after\":\"READY\"");
        broken.at(26, "\"name\":\"read\"", "\"result\":\"8\"");
        broken.at(28, "\"k\":\"pend\",\"task\":2", "\"dir\":\"read\"");
        assertEquals(List.of("{\"k\":\"sleep\"}"), broken.events.subList(28, broken.events.size()));
        shown("ch08-fixed").at(28, "\"name\":\"read\"", "\"result\":\"3\"");
    }

    @Test
    void inChapter9TheTimerIsSetToZero_andDoesNotFire() throws IOException {
        var broken = shown("ch09");
        broken.at(6, "\"k\":\"pend\",\"task\":1", "\"what\":\"timer\"");
        broken.at(7, POLLS_2);
        broken.at(9, "timerfd_settime[0 ns]");
        assertEquals(10, broken.events.size());
        broken.at(10, "\"k\":\"sleep\"");
        var fixed = shown("ch09-fixed");
        fixed.at(9, "timerfd_settime[1 ns]");
        fixed.at(13, "\"k\":\"wake\",\"task\":1");
    }

    @Test
    void inChapter12TheSecondTaskEndsBeforeTheFirstIsPolled() throws IOException {
        var broken = shown("ch12");
        broken.at(7, "\"k\":\"poll\",\"task\":3}");
        broken.at(23, "\"k\":\"end\",\"task\":3");
        broken.at(24, POLLS_2);
        assertEquals(0, new Shown(broken.events.subList(0, 23), "").count(POLLS_2));
        assertTrue(new Shown(shown("ch12-fixed").events.subList(0, 23), "").count(POLLS_2) > 1, "in turn");
    }

    @Test
    void aRecordingIsTheSameFileTwice() throws IOException {
        Path first = folder.resolve("first");
        Path second = folder.resolve("second");
        Recordings.write(first);
        Recordings.write(second);
        try (var files = Files.list(first)) {
            var names = files.map(f -> f.getFileName().toString()).sorted().toList();
            assertEquals(Recordings.TOLD.size() + 3, names.size(), names::toString);
            for (String name : names) assertEquals(-1, Files.mismatch(first.resolve(name), second.resolve(name)), name);
        }
        assertTrue(Files.readString(first.resolve("ch06.html")).contains("\"what\":\"never\""), "never woken");
        assertTrue(Files.readString(first.resolve("ch10.html")).contains("\"what\":\"cycle\""), "in a cycle");
    }
}
