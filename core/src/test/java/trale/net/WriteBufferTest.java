package trale.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static trale.Async.await;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import trale.Future;
import trale.Poll;

/// WriteBuffer: few writes, nothing lost, and nothing kept back while the reader waits.
@Timeout(60)
class WriteBufferTest extends SocketTest {

    /// Takes `atMost` bytes a call as long as there is room for calls.
    private static final class Target implements AsyncWrite {
        final List<String> writes = new ArrayList<>();
        int atMost = 1000;
        int calls = 1000;

        @Override
        public Future<Integer> write(ByteBuffer from) {
            return _ -> {
                if (calls == 0) return Poll.pending();
                calls--;
                var bytes = new byte[Math.min(atMost, from.remaining())];
                from.get(bytes);
                writes.add(new String(bytes, StandardCharsets.UTF_8));
                return Poll.ready(bytes.length);
            };
        }
    }

    @Test
    void manySmallWritesAreOneLargeOne() {
        var target = new Target();
        var out = new WriteBuffer(target, 8);
        run(() -> {
            for (var i = 0; i < 10; i++) await(out.writeAll(bytes("abc")));
            return null;
        });
        assertEquals(List.of("abcabcab", "cabcabca", "bcabcabc"), target.writes);
        assertEquals("WriteBuffer[6 of 8]", out.toString());
        run(() -> await(out.flush()));
        run(() -> await(out.flush()));
        assertEquals(4, target.writes.size(), "an empty buffer is not written");
        assertEquals("abcabc", target.writes.getLast());
        assertEquals(8, run(() -> await(out.write(bytes("0123456789")))), "as much as there is room for");
        assertEquals(0, run(() -> await(out.write(bytes("")))));
        assertEquals(1, run(() -> await(out.write(bytes("x")))));
        assertEquals("01234567", target.writes.getLast());
    }

    @Test
    void aFlushThatIsCancelledLosesAndDoublesNothing() {
        var target = new Target();
        target.atMost = 3;
        target.calls = 1;
        var out = new WriteBuffer(target, 8);
        run(() -> await(out.writeAll(bytes("01234567"))));
        var more = bytes("89");
        for (var f : List.<Future<?>>of(out.flush(), out.write(more), out.writeAll(more))) {
            var cancelled = started(f);
            cancelled.cancel();
            assertThrows(CancellationException.class, cancelled::join);
            assertEquals(5, out.size());
            assertEquals(2, more.remaining());
        }
        target.calls = 1000;
        run(() -> await(out.writeAll(more)));
        run(() -> await(out.flush()));
        assertEquals("0123456789", String.join("", target.writes));
    }

    @Test
    void aTiedReaderFlushesBeforeItReadsAndNotBefore() {
        var log = new ArrayList<String>();
        var chunks = new ArrayList<>(List.of("a\nb\nc\n", "d\n", "rest"));
        var target = new Target();
        var out = new WriteBuffer(target, 100);
        AsyncRead source = to -> _ -> {
            log.add("read after " + target.writes);
            if (chunks.isEmpty()) return Poll.ready(-1);
            var bytes = bytes(chunks.removeFirst());
            var n = bytes.remaining();
            to.put(bytes);
            return Poll.ready(n);
        };
        var lines = new LineReader(source, 50).tie(out);
        for (var i = 0; i < 4; i++) {
            run(() -> {
                var line = await(lines.readLine());
                await(out.writeAll(bytes(line + "!")));
                return null;
            });
        }
        assertEquals(4, run(() -> await(lines.read(ByteBuffer.allocate(10)))));
        assertNull(run(() -> await(lines.readLine())));
        assertEquals(List.of("read after []", "read after [a!b!c!]", "read after [a!b!c!, d!]", "read after [a!b!c!, d!]"), log);
    }

    @Test
    void whatCouldNeverWorkIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new WriteBuffer(new Target(), 0));
        assertThrows(NullPointerException.class, () -> new WriteBuffer(null, 1));
        var out = new WriteBuffer(new Target(), 1);
        assertThrows(NullPointerException.class, () -> out.write(null));
        assertThrows(NullPointerException.class, () -> out.writeAll(null));
        assertThrows(NullPointerException.class, () -> new LineReader(AsyncRead.of(java.io.InputStream.nullInputStream()), 1).tie(null));
        assertThrows(NullPointerException.class, () -> AsyncRead.of(null));
        assertThrows(NullPointerException.class, () -> AsyncWrite.of(null));
    }
}
