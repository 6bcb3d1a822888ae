package trale.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.async;
import static trale.Async.await;

import java.io.EOFException;
import java.lang.foreign.Arena;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import trale.Future;
import trale.JoinHandle;
import trale.Poll;
import trale.internal.linux.Errno;
import trale.internal.linux.Kernel;
import trale.support.Ground;
import trale.support.Linux;
import trale.support.NeedsLinux;

/// Reading and writing: against java.nio where the peer's behaviour matters, against ourselves where it does not.
class ByteStreamTest extends SocketTest {

    @Test
    void positionAndLimitOfEveryKindOfBufferAreHonoured() throws Exception {
        try (var ends = ends()) {
            for (var buffer : new ByteBuffer[] {
                ByteBuffer.allocate(20), ByteBuffer.allocateDirect(20), ByteBuffer.allocate(100).slice(7, 20),
                ByteBuffer.allocateDirect(100).slice(7, 20)
            }) {
                for (var i = 0; i < 20; i++) buffer.put(i, (byte) ('a' + i));
                assertEquals(5, run(() -> await(ends.ours().write(buffer.limit(8).position(3)))));
                assertEquals(8, buffer.position());
                run(() -> await(ends.ours().writeAll(buffer.asReadOnlyBuffer().limit(10).position(8))));
                var got = ByteBuffer.allocate(7);
                while (got.hasRemaining()) ends.theirs().read(got);
                assertEquals("defghij", text(got));

                ends.theirs().write(bytes("1234567"));
                assertEquals(3, run(() -> await(ends.ours().read(buffer.limit(5).position(2)))));
                run(() -> await(ends.ours().readExactly(buffer.limit(14).position(10))));
                assertEquals(14, buffer.position());
                assertEquals("ab123fghij4567opqrst", text(buffer.limit(20).position(20)));
            }
        }
    }

    @Test
    void anEmptyBufferIsRefusedByAClosedStreamAsJavaNioDoes() throws Exception {
        try (var ends = ends()) {
            assertEquals(0, run(() -> await(ends.ours().read(ByteBuffer.allocate(0)))));
            ends.ours().close();
            ends.theirs().close();
            assertThrows(ClosedChannelException.class, () -> ends.theirs().read(ByteBuffer.allocate(0)));
            var stream = ends.ours();
            for (var f : List.<Function<ByteBuffer, Future<?>>>of(stream::read, stream::readExactly, stream::write, stream::writeAll)) {
                var refused = assertThrows(CompletionException.class, executor.submit(f.apply(ByteBuffer.allocate(0)))::join);
                assertInstanceOf(ClosedChannelException.class, refused.getCause());
            }
        }
    }

    /// No call is made on memory that may be another's by now.
    @Test
    void theMemoryOfAnArenaIsABufferUntilItIsFreed() throws Exception {
        try (var ends = ends()) {
            ByteBuffer buffer;
            try (var arena = Arena.ofShared()) {
                buffer = arena.allocate(3).asByteBuffer();
                ends.theirs().write(bytes("abc"));
                executor.submit(ends.ours().readExactly(buffer)).join();
                assertEquals("abc", text(buffer));
            }
            var freed = buffer.clear();
            var refused = assertThrows(CompletionException.class, () -> run(() -> await(ends.ours().write(freed))));
            assertInstanceOf(IllegalStateException.class, refused.getCause());
        }
    }

    @Test
    void aBufferWithoutRoomIsDoneAtOnce() throws Exception {
        try (var ends = ends()) {
            var none = ByteBuffer.allocate(0);
            assertEquals(0, run(() -> await(ends.ours().read(none))));
            assertEquals(0, run(() -> await(ends.ours().write(none))));
            run(() -> await(ends.ours().readExactly(none)));
            run(() -> await(ends.ours().writeAll(none)));
        }
    }

    @Test // E1
    void dataAndFinTogetherAreReadToTheEnd() throws Exception {
        try (var ends = ends()) {
            var all = started(readAll(ends.ours()));
            try (var _ = new Hold()) {
                ends.theirs().write(bytes("last words"));
                ends.theirs().close();
            }
            assertEquals("last words", all.join());
            assertEquals(-1, run(() -> await(ends.ours().read(ByteBuffer.allocate(1)))), "and so again");
        }
    }

    @Test // E3
    void whatDidNotFitTheBufferIsReadWithoutANewEvent() throws Exception {
        try (var ends = ends()) {
            ends.theirs().write(bytes("123456789"));
            var read = run(() -> {
                var four = ByteBuffer.allocate(4);
                await(ends.ours().readExactly(four));
                await(ends.ours().readExactly(four.clear()));
                return await(ends.ours().read(four.clear()));
            });
            assertEquals(1, read);
        }
    }

    /// Before an urgent byte (tcp(7)) a read is short though there is more: unlike any other short read of TCP.
    @NeedsLinux(NeedsLinux.FEATURE)
    @Test // E3
    void whatComesAfterAnUrgentByteIsReadWithoutANewEvent() throws Exception {
        try (var ends = ends()) {
            var rest = ByteBuffer.allocate(100);
            for (var round = 0; round < 3; round++) {
                var first = started(ends.ours().read(ByteBuffer.allocate(100)));
                try (var _ = new Hold()) {
                    ends.theirs().write(bytes("before"));
                    ends.theirs().socket().sendUrgentData('!');
                    ends.theirs().write(bytes("after"));
                }
                assertEquals(6, first.join());
                assertEquals(5, run(() -> await(ends.ours().read(rest.clear()))));
                assertEquals("after", text(rest));
            }
        }
    }

    @Test // E4, E20
    void aResetIsAnErrorToReaderAndWriterAndTheProcessLivesOn() throws Exception {
        try (var ends = ends()) {
            var reader = started(ends.ours().read(ByteBuffer.allocate(10)));
            ends.theirs().setOption(StandardSocketOptions.SO_LINGER, 0);
            ends.theirs().close();
            var message = fails(SocketException.class, reader).getMessage();
            assertTrue(message.startsWith("read 127.0.0.1:"), message);
            assertTrue(message.endsWith("ECONNRESET (Connection reset by peer)"), message);
            assertTrue(fails(SocketException.class, ends.ours().writeAll(bytes("x"))).getMessage().contains("EPIPE"));
            assertReset(ends.ours().read(ByteBuffer.allocate(10)));
        }
    }

    private void assertReset(Future<?> f) {
        var message = fails(SocketException.class, f).getMessage();
        assertTrue(message.contains("ECONNRESET"), message);
    }

    private static Future<Void> writingForEver(AsyncWrite to) {
        return async(() -> {
            while (true) await(to.write(bytes("x")));
        });
    }

    /// Linux tells one operation why the connection is over. Reads that come later find what they find at the end of a stream.
    @Test // E20
    void aResetThatAWriteWasToldIsNoEndToAReader() throws Exception {
        try (var ends = ends()) {
            ends.theirs().setOption(StandardSocketOptions.SO_LINGER, 0);
            ends.theirs().close();
            assertReset(writingForEver(ends.ours()));
            assertReset(ends.ours().read(ByteBuffer.allocate(10)));
            assertReset(ends.ours().readExactly(ByteBuffer.allocate(10)));
        }
    }

    /// The call of the write has been told, and has not returned, when the call of the read is made on another thread.
    @NeedsLinux(NeedsLinux.THREADS)
    @Test // E20
    void aResetThatAWriteIsJustToldIsNoEndToAReader() throws Exception {
        var isTold = new CountDownLatch(1);
        var reads = new AtomicInteger();
        var read = new AtomicReference<JoinHandle<?>>();
        try (var writer = executorOn((function, a, b, c, d, e, f) -> {
                    var n = Kernel.linux().call(function, a, b, c, d, e, f);
                    if (n == -Linux.ECONNRESET) {
                        isTold.countDown();
                        Ground.until(() -> reads.get() > 1 || (read.get() != null && read.get().isDone()));
                    }
                    return n;
                });
                var reader = executorOn((function, a, b, c, d, e, f) -> {
                    var n = Kernel.linux().call(function, a, b, c, d, e, f);
                    if (function.equals("recvfrom")) reads.getAndIncrement();
                    return n;
                });
                var ends = ends()) {
            ends.theirs().setOption(StandardSocketOptions.SO_LINGER, 0);
            ends.theirs().close();
            var write = writer.submit(writingForEver(ends.ours()));
            isTold.await();
            read.set(reader.submit(ends.ours().read(ByteBuffer.allocate(10))));
            for (var told : List.of(read.get(), write)) {
                var message = fails(SocketException.class, told).getMessage();
                assertTrue(message.contains("ECONNRESET"), message);
            }
        }
    }

    @NeedsLinux(NeedsLinux.INSIDE)
    @Test // E20
    void theEndOfAStreamIsTheEndAlsoIfAWriteHasFoundNoMemoryOrFailsLater() throws Exception {
        var refusal = new AtomicInteger(Errno.ENOBUFS);
        try (var elsewhere = executorOn((function, a, b, c, d, e, f) -> function.equals("sendto") ? -refusal.get()
                        : Kernel.linux().call(function, a, b, c, d, e, f));
                var ends = ends()) {
            fails(SocketException.class, elsewhere.submit(ends.ours().write(bytes("x"))));
            ends.theirs().shutdownOutput();
            assertEquals(-1, elsewhere.submit(ends.ours().read(ByteBuffer.allocate(10))).join());
            refusal.set(Errno.ETIMEDOUT);
            fails(SocketException.class, elsewhere.submit(ends.ours().write(bytes("x"))));
            assertEquals(-1, elsewhere.submit(ends.ours().read(ByteBuffer.allocate(10))).join());
        }
    }

    @Test
    void aHalfClosedConnectionGoesOnInTheOtherDirection() throws Exception {
        try (var ends = ends()) {
            ends.ours().shutdownOutput();
            assertEquals(-1, ends.theirs().read(ByteBuffer.allocate(1)));
            ends.theirs().write(bytes("still here"));
            ends.theirs().shutdownOutput();
            assertEquals("still here", executor.submit(readAll(ends.ours())).join());
            assertTrue(fails(SocketException.class, ends.ours().write(bytes("x"))).getMessage().contains("EPIPE"));
        }
    }

    @Test
    void shutdownOutputEndsAWriteThatWaits() throws Exception {
        try (var ends = ends()) {
            ends.ours().setOption(StandardSocketOptions.SO_SNDBUF, 1 << 14);
            var write = started(ends.ours().writeAll(ByteBuffer.allocate(10_000_000))); // more than both ends keep
            ends.ours().shutdownOutput();
            assertTrue(fails(SocketException.class, write).getMessage().contains("EPIPE"));
        }
    }

    @Test
    void readExactlyTellsAnEarlyEndAndKeepsWhatItHas() throws Exception {
        try (var ends = ends()) {
            ends.theirs().write(bytes("abc"));
            ends.theirs().close();
            var ten = ByteBuffer.allocate(10);
            assertEquals("readExactly: the stream ended 7 bytes too soon",
                    fails(EOFException.class, ends.ours().readExactly(ten)).getMessage());
            assertEquals("abc", text(ten));
        }
    }

    @Test
    void copyMovesEverythingAndTellsHowMuch() throws Exception {
        try (var from = ends();
                var to = ends()) {
            var copy = executor.submit(AsyncRead.copy(from.ours(), to.ours()));
            from.theirs().write(ByteBuffer.allocate(100_000));
            from.theirs().shutdownOutput();
            assertEquals(100_000L, copy.join());
            to.ours().shutdownOutput();
            var got = 0;
            for (int n; (n = to.theirs().read(ByteBuffer.allocate(1 << 16))) >= 0; ) got += n;
            assertEquals(100_000, got);
        }
    }

    @Test
    void whatOneWritesByItselfInheritsReadExactlyAndWriteAll() {
        var sent = ByteBuffer.allocate(10);
        AsyncWrite drops = from -> _ -> {
            sent.put(from.get());
            return Poll.ready(1);
        };
        run(() -> await(drops.writeAll(bytes("abc"))));
        assertEquals("abc", text(sent));
        var three = bytes("abc");
        AsyncRead drips = to -> _ -> {
            if (!three.hasRemaining()) return Poll.ready(-1);
            to.put(three.get());
            return Poll.ready(1);
        };
        var two = ByteBuffer.allocate(2);
        run(() -> await(drips.readExactly(two)));
        assertEquals("ab", text(two));
        fails(EOFException.class, drips.readExactly(two.clear()));
    }

    @Test
    void optionsAreTheSockets() throws Exception {
        try (var ends = ends()) {
            ends.ours().noDelay(true);
            assertTrue(ends.ours().getOption(StandardSocketOptions.TCP_NODELAY));
            ends.ours().noDelay(false);
            assertFalse(ends.ours().getOption(StandardSocketOptions.TCP_NODELAY));
            ends.ours().setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            assertTrue(ends.ours().getOption(StandardSocketOptions.SO_KEEPALIVE));
            ends.ours().setOption(StandardSocketOptions.SO_SNDBUF, 20_000);
            ends.ours().setOption(StandardSocketOptions.SO_RCVBUF, 20_000);
            assertEquals(40_000, ends.ours().getOption(StandardSocketOptions.SO_SNDBUF));
            assertEquals(40_000, ends.ours().getOption(StandardSocketOptions.SO_RCVBUF));
            assertThrows(UnsupportedOperationException.class,
                    () -> ends.ours().setOption(StandardSocketOptions.IP_MULTICAST_LOOP, true));
        }
    }

    @Test
    void bothEndsKnowTheirAddresses() throws Exception {
        try (var ends = ends()) {
            assertEquals(ends.theirs().getRemoteAddress(), ends.ours().localAddress());
            assertEquals(ends.theirs().getLocalAddress(), ends.ours().remoteAddress());
            var text = "TcpStream[" + ends.ours().localAddress() + " to " + ends.ours().remoteAddress() + "]";
            assertEquals(text, ends.ours().toString());
            assertEquals("reading from " + text, ends.ours().read(bytes("x")).toString());
            assertEquals("writing to " + text, ends.ours().write(bytes("x")).toString());
            ends.ours().close();
            assertEquals(ends.theirs().getLocalAddress(), ends.ours().remoteAddress());
        }
    }
}
