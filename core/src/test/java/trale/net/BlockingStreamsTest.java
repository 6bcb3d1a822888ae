package trale.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.async;
import static trale.Async.await;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import trale.Future;
import trale.support.NeedsLinux;
import trale.support.TheLog;
import trale.time.Timer;

/// AsyncRead.of and AsyncWrite.of: java.io streams, whose calls are not taken back.
@Timeout(60)
class BlockingStreamsTest extends SocketTest {

    @Test
    void aPipeIsRefusedBecauseItWouldBreak() throws Exception {
        try (var in = new PipedInputStream();
                var out = new PipedOutputStream(in)) {
            var refused = assertThrows(IllegalArgumentException.class, () -> AsyncRead.of(in)).getMessage();
            assertTrue(refused.contains("trale.sync.Channel"), refused);
            assertEquals(refused, assertThrows(IllegalArgumentException.class, () -> AsyncWrite.of(out)).getMessage());
        }
    }

    /// Each read waits for a text that the test gives it.
    private static final class Given extends InputStream {
        final LinkedBlockingQueue<String> texts = new LinkedBlockingQueue<>();
        final Semaphore calls = new Semaphore(0);

        @Override
        public int read() {
            throw new AssertionError("one byte at a time");
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            calls.release();
            try {
                var text = texts.take();
                if (text.isEmpty()) return -1;
                if (text.equals("!")) throw new IOException("the disk is gone");
                System.arraycopy(bytes(text).array(), 0, to, offset, text.length());
                return text.length();
            } catch (InterruptedException e) {
                throw new AssertionError("a call was interrupted", e);
            }
        }
    }

    private static String soFar(ByteBuffer buffer) {
        return new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8);
    }

    @Test
    void allBytesGoThroughBothInOrder() {
        var bytes = new byte[100_000];
        new Random(1).nextBytes(bytes);
        var out = new ByteArrayOutputStream();
        assertEquals(100_000L, run(() -> await(AsyncRead.copy(
                AsyncRead.of(new ByteArrayInputStream(bytes)), AsyncWrite.of(out)))));
        assertArrayEquals(bytes, out.toByteArray());
    }

    @NeedsLinux(NeedsLinux.THREADS)
    @Test
    void aReadThatCompletesAfterItsCancellationKeepsItsBytesForTheNext() throws Exception {
        var given = new Given();
        var in = AsyncRead.of(given);
        var buffer = ByteBuffer.allocate(10);
        var cancelled = started(in.read(buffer));
        given.calls.acquire();
        cancelled.cancel();
        assertThrows(CancellationException.class, cancelled::join);
        given.texts.add("hello");
        var small = ByteBuffer.allocate(2);
        assertEquals(2, run(() -> await(in.read(small))));
        assertEquals("he", soFar(small));
        assertEquals(3, run(() -> await(in.read(buffer))));
        assertEquals("llo", soFar(buffer));
        assertEquals(0, given.calls.availablePermits(), "one call brought it all");
        given.texts.add("");
        assertEquals(-1, run(() -> await(in.read(buffer))));
    }

    @Test
    void aFailureIsTheStreamsAndTheNextReadCallsAgain() throws Exception {
        var given = new Given();
        var in = AsyncRead.of(given);
        var buffer = ByteBuffer.allocate(10);
        given.texts.addAll(List.of("!", "x"));
        var e = assertThrows(CompletionException.class, () -> run(() -> await(in.read(buffer))));
        assertEquals("the disk is gone", e.getCause().getMessage());
        assertEquals(1, run(() -> await(in.read(buffer))));
        assertEquals(0, run(() -> await(in.read(ByteBuffer.allocate(0)))), "no room: no call");
    }

    @NeedsLinux(NeedsLinux.THREADS)
    @Test
    void aSecondReadWhileOneWaitsIsRefusedAndHarmsNothing() throws Exception {
        var given = new Given();
        var in = AsyncRead.of(given);
        var buffer = ByteBuffer.allocate(10);
        var first = started(in.read(buffer));
        var second = executor.submit(in.read(ByteBuffer.allocate(10)));
        assertTrue(assertThrows(CompletionException.class, second::join).getCause().getMessage().startsWith("two operations"));
        given.texts.add("abc");
        assertEquals(3, first.join());
        assertEquals("abc", soFar(buffer));
    }

    /// Each write waits until the test lets it go on.
    private static final class Held extends OutputStream {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        final Semaphore calls = new Semaphore(0);
        final Semaphore go = new Semaphore(0);
        final List<IOException> failures = new ArrayList<>();

        @Override
        public void write(int b) {
            throw new AssertionError("one byte at a time");
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            calls.release();
            go.acquireUninterruptibly();
            if (Thread.interrupted()) throw new AssertionError("a call was interrupted");
            if (!failures.isEmpty()) throw failures.removeFirst();
            bytes.write(from, offset, length);
        }
    }

    @NeedsLinux(NeedsLinux.THREADS)
    @Test
    void aWriteThatIsCancelledInItsCallIsWrittenAndTheNextWaitsForIt() throws Exception {
        var held = new Held();
        var out = AsyncWrite.of(held);
        var one = bytes("one ");
        var cancelled = started(out.write(one));
        held.calls.acquire();
        cancelled.cancel();
        assertThrows(CancellationException.class, cancelled::join);
        assertFalse(one.hasRemaining(), "the position tells that the bytes are taken");
        var two = bytes("two");
        var next = started(out.write(two));
        assertEquals(3, two.remaining());
        held.go.release(2);
        assertEquals(3, next.join());
        assertEquals("one two", held.bytes.toString());
    }

    @NeedsLinux(NeedsLinux.THREADS)
    @Test
    void aWriteThatIsCancelledWhileItWaitsForAnothersCallHasTakenNothing() throws Exception {
        var held = new Held();
        var failure = new IOException("the pipe is broken");
        held.failures.add(failure);
        var out = AsyncWrite.of(held);
        for (var text : List.of("one", "two")) {
            var buffer = bytes(text);
            var cancelled = started(out.write(buffer));
            cancelled.cancel();
            assertThrows(CancellationException.class, cancelled::join);
            assertEquals(text.equals("one") ? 0 : 3, buffer.remaining());
        }
        held.go.release(2);
        var three = bytes("three");
        var e = assertThrows(CompletionException.class, () -> run(() -> await(out.write(three))));
        assertSame(failure, e.getCause(), "of the write that was given up");
        run(() -> await(out.writeAll(three)));
        assertEquals("three", held.bytes.toString());
    }

    @NeedsLinux(NeedsLinux.THREADS)
    @Test
    void aChildProcessAnswers() throws Exception {
        var child = new ProcessBuilder("cat").start();
        try (var to = child.getOutputStream(); var from = child.getInputStream()) {
            var lines = new LineReader(AsyncRead.of(from), 100);
            var out = AsyncWrite.of(to);
            for (var text : List.of("a", "b")) {
                run(() -> await(out.writeAll(bytes(text + "\n"))));
                assertEquals(text, run(() -> await(lines.readLine())));
            }
        } finally {
            child.destroy();
            child.waitFor();
        }
    }

    /// Nobody may type for hours. The failure of the task is logged when the task is garbage.
    @Test
    @NeedsLinux(NeedsLinux.THREADS)
    void aCallInFlightDoesNotKeepTheTaskThatHasGivenItUp() throws Exception {
        var release = new CountDownLatch(1);
        var in = new InputStream() {
            @Override
            public int read() throws IOException {
                try {
                    release.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                return -1;
            }
        };
        var out = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                in.read();
            }
        };
        var read = new IOException("read");
        var written = new IOException("written");
        var source = AsyncRead.of(in);
        var target = AsyncWrite.of(out);
        try (var log = new TheLog()) {
            executor.submit(failingLate(source.read(ByteBuffer.allocate(1)), read));
            executor.submit(failingLate(target.write(ByteBuffer.allocate(1)), written));
            log.expect(List.of(read, written)); // the test's limit ends this
        } finally {
            release.countDown();
        }
    }

    private static Future<Void> failingLate(Future<Integer> operation, IOException failure) {
        return async(() -> {
            try {
                await(Timer.timeout(Duration.ofMillis(20), operation));
            } catch (TimeoutException e) {
                throw failure;
            }
        });
    }
}
