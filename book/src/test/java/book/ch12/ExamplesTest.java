package book.ch12;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The four examples of the original run.
@Timeout(20)
class ExamplesTest {
    private final Executor executor = new Executor();
    private final List<String> out = Collections.synchronizedList(new ArrayList<>());
    private final Examples examples = new Examples(executor, Duration.ofMillis(100), out::add);

    ExamplesTest() throws IOException {}

    @AfterEach
    void close() {
        executor.close();
    }

    @Test
    void twoTasksSleepAtTheSameTime() {
        examples.timer();
        assertEquals(6, out.size());
        for (int i = 0; i < 3; i++) {
            var letter = String.valueOf((char) ('A' + i));
            assertEquals(2, out.subList(2 * i, 2 * i + 2).stream().filter(l -> l.equalsIgnoreCase("Hello " + letter + "!")).count(),
                    out.toString());
        }
    }

    @Test
    void aTaskWaitsForAnother() {
        examples.subTasks();
        assertEquals(List.of("Hello A!", "Hello from other task", "Hello B!", "Bye bye from other task", "Hello C!"), out);
    }

    @Test
    void aDatagramArrives() {
        examples.udp();
        assertEquals(List.of("Received 20 bytes"), out);
    }

    @Test
    void anEchoGoesBack() {
        examples.tcp();
        assertEquals(List.of("Echoed 1000 bytes"), out);
    }

    @Test
    void itIsSmallerThanTheOriginal() throws IOException {
        long lines = Main.lines(Path.of("src/main/java/book/ch12"), Main.RUNTIME);
        assertTrue(lines > 300 && lines <= 500, lines + " lines");
    }
}
