package trale.watch;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The recordings in the documentation are files, each with the page in it.
@Timeout(60)
class DocumentedRecordingTest {

    /// But for what happened, which is different each time.
    @Test
    void aRecordingInTheDocumentationHasThePageOfToday() throws Exception {
        try (var files = Files.list(Path.of("../docs/recordings"))) {
            var recordings = files.toList();
            assertFalse(recordings.isEmpty());
            for (var file : recordings) {
                var page = Files.readString(file).replaceFirst("(?s)<script type=\"application/json\" id=\"recording\">.*?</script>\n", "");
                var name = file.getFileName().toString().replace(".html", "");
                assertTrue(page.equals(Page.of(null)),
                        file + " has an older page. Make it again: ./trale -Dtrale.watch=docs/recordings/" + name
                                + ".html -Dtrale.watch.program=" + name + " " + name);
            }
        }
    }
}
