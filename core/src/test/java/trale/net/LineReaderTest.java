package trale.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static trale.Async.async;
import static trale.Async.await;

import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import trale.Poll;

/// The line reader.
class LineReaderTest extends SocketTest {

    /// Hands out the text, `atMost` bytes at a time.
    private static AsyncRead dripping(String text, int atMost) {
        var left = bytes(text);
        return to -> _ -> {
            if (!left.hasRemaining()) return Poll.ready(-1);
            var n = Math.min(Math.min(atMost, left.remaining()), to.remaining());
            to.put(left.slice(left.position(), n));
            left.position(left.position() + n);
            return Poll.ready(n);
        };
    }

    private List<String> lines(String text, int atMost, int max) {
        var reader = new LineReader(dripping(text, atMost), max);
        return run(() -> {
            var all = new ArrayList<String>();
            for (String line; (line = await(reader.readLine())) != null; ) all.add(line);
            return all;
        });
    }

    @Test
    void linesEndWithNewlinesOrTheStream() {
        for (var atMost = 1; atMost < 12; atMost++) {
            assertEquals(List.of("a", "", "bb", "c\rd", "", "é"), lines("a\n\r\nbb\r\nc\rd\n\né", atMost, 5));
            assertEquals(List.of(), lines("", atMost, 5));
            assertEquals(List.of("x"), lines("x\n", atMost, 1));
            assertEquals(List.of("x\r"), lines("x\r", atMost, 2));
        }
    }

    @Test
    void aLineOfTheGreatestLengthFitsWithEitherEnd() {
        for (var end : new String[] {"\n", "\r\n", ""}) {
            for (var atMost = 1; atMost < 9; atMost++) assertEquals("12345", lines("12345" + end, atMost, 5).getFirst());
        }
    }

    @Test
    void aLongerLineIsAnErrorAndNothingOfItIsLost() {
        for (var text : new String[] {"123456\nrest", "123456\r\nrest", "1234567890", "123456"}) {
            for (var atMost = 1; atMost < 9; atMost++) {
                var reader = new LineReader(dripping(text, atMost), 5);
                assertEquals("the line has more than the 5 bytes allowed",
                        fails(LineTooLongException.class, reader.readLine()).getMessage());
                fails(LineTooLongException.class, reader.readLine());
                assertEquals(text, executor.submit(readAll(reader)).join());
            }
        }
    }

    @Test
    void whatComesAfterTheLinesIsReadThroughTheReader() {
        var reader = new LineReader(dripping("head\r\n\r\nbody", 100), 80);
        var body = run(() -> {
            while (!await(reader.readLine()).isEmpty()) continue;
            return await(readAll(reader));
        });
        assertEquals("body", body);
    }

    @Test
    void aBufferThatCannotTakeBytesIsRefusedAtTheCall() {
        var reader = new LineReader(dripping("a", 1), 10);
        assertThrows(NullPointerException.class, () -> reader.read(null));
        assertThrows(ReadOnlyBufferException.class, () -> reader.read(ByteBuffer.allocate(3).asReadOnlyBuffer()));
    }

    @Test
    void manyLinesOfManyLengthsPassThroughASmallBuffer() {
        var random = new Random(7);
        var expected = new ArrayList<String>();
        for (var i = 0; i < 2000; i++) expected.add("x".repeat(random.nextInt(60)));
        assertEquals(expected, lines(String.join("\n", expected) + "\n", 37, 60));
    }

    @Test
    void aReaderThatHasNothingLeftReadsToTheStartOfItsBuffer() {
        var positions = new ArrayList<Integer>();
        var reader = new LineReader(to -> _ -> {
            positions.add(to.position());
            to.put(bytes("a\n"));
            return Poll.ready(2);
        }, 100);
        for (var i = 0; i < 3; i++) assertEquals("a", executor.submit(reader.readLine()).join());
        assertEquals(List.of(0, 0, 0), positions);
    }

    @Test // H9
    void aCancelledReadLineHasTakenNothing() throws Exception {
        try (var pair = tcpPair()) {
            var reader = new LineReader(pair.one(), 80, StandardCharsets.ISO_8859_1);
            run(() -> await(pair.other().writeAll(bytes("half a "))));
            var cancelled = started(reader.readLine());
            cancelled.cancel();
            assertThrows(CancellationException.class, cancelled::join);
            run(() -> await(pair.other().writeAll(bytes("line\nand"))));
            assertEquals("half a line", executor.submit(reader.readLine()).join());
            pair.other().close();
            assertEquals("and", executor.submit(reader.readLine()).join());
            assertNull(executor.submit(reader.readLine()).join());
        }
    }

    @Test
    void readLineRunsInABodyToo() {
        var reader = new LineReader(dripping("a\nb\n", 1), 10);
        var both = executor.submit(async(() -> await(reader.readLine()) + await(reader.readLine())));
        assertEquals("ab", both.join());
    }
}
