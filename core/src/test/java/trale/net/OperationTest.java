package trale.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.async;
import static trale.Async.await;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import trale.Context;
import trale.Executor;
import trale.support.Arrangement;
import trale.support.Futures;
import trale.support.Linux;
import trale.support.NeedsLinux;
import trale.support.NeedsSoundCalls;
import trale.support.Optimized;

/// Who may use a socket when, and how that ends: claims, polls, cancellation, closing.
@Optimized
class OperationTest extends SocketTest {

    @Test
    void aSecondReaderIsRefusedAndTheFirstGetsItsBytes() throws Exception {
        try (var ends = ends()) {
            var first = started(ends.ours().read(ByteBuffer.allocate(10)));
            var refused = fails(IllegalStateException.class, ends.ours().read(ByteBuffer.allocate(10))).getMessage();
            assertTrue(refused.startsWith("another operation reads from this socket"), refused);
            assertEquals(1, run(() -> await(ends.ours().write(bytes("w")))), "a writer is welcome");
            ends.theirs().write(bytes("abc"));
            assertEquals(3, first.join());
        }
    }

    @Test
    void aSecondWriterIsRefusedWhileTheFirstWaits() throws Exception {
        try (var ends = ends()) {
            var first = started(ends.ours().writeAll(ByteBuffer.allocate(32 << 20)));
            assertFalse(first.isDone());
            fails(IllegalStateException.class, ends.ours().write(bytes("x")));
            for (var left = 32 << 20; left > 0; ) left -= ends.theirs().read(ByteBuffer.allocate(1 << 20));
            first.join();
        }
    }

    @Test // E16
    @NeedsSoundCalls("an operation that tries again does not wait, and is told that the socket was closed before")
    void closingGivesTheWaitingTasksAnException() throws Exception {
        try (var ends = ends()) {
            var reader = started(ends.ours().read(ByteBuffer.allocate(10)));
            var writer = started(ends.ours().writeAll(ByteBuffer.allocate(32 << 20)));
            ends.ours().close();
            ends.ours().close();
            fails(AsynchronousCloseException.class, reader);
            fails(AsynchronousCloseException.class, writer);
            assertEquals(ClosedChannelException.class,
                    fails(ClosedChannelException.class, ends.ours().read(ByteBuffer.allocate(1))).getClass());
            assertThrows(ClosedChannelException.class, () -> ends.ours().noDelay(true));
            assertThrows(ClosedChannelException.class, ends.ours()::shutdownOutput);
        }
    }

    @Test // E16
    void closingFromATaskOfTheSameExecutorDoesTheSame() throws Exception {
        try (var ends = ends()) {
            var reader = started(ends.ours().read(ByteBuffer.allocate(10)));
            onExecutor(() -> {
                ends.ours().close();
                return null;
            });
            fails(AsynchronousCloseException.class, reader);
        }
    }

    @Test
    void closingWhileCallsAreMadeNeverReachesTheNextSocketOfThatNumber() throws Exception {
        try (var bystander = ends();
                var other = arrangement.open("other")) {
            for (var round = 0; round < 200; round++) {
                var victim = ends();
                var reading = other.submit(readAll(victim.ours()));
                var writing = executor.submit(async(() -> {
                    while (true) await(victim.ours().write(bytes("not for the next socket")));
                }));
                victim.theirs().write(bytes("x"));
                victim.ours().close();
                try (var next = ends()) { // gets the number that has just become free
                    fails(ClosedChannelException.class, reading);
                    fails(ClosedChannelException.class, writing);
                    next.ours().shutdownOutput();
                    assertEquals(-1, next.theirs().read(ByteBuffer.allocate(100)));
                }
                victim.theirs().close();
            }
            bystander.ours().shutdownOutput();
            assertEquals(-1, bystander.theirs().read(ByteBuffer.allocate(100)));
        }
    }

    @Test // H9
    void aCancelledReadHasReadNothing() throws Exception {
        try (var ends = ends()) {
            for (var i = 0; i < 100; i++) {
                var read = started(ends.ours().read(ByteBuffer.allocate(10)));
                try (var _ = new Hold()) { // the event and the cancellation meet
                    ends.theirs().write(bytes("x"));
                    read.cancel();
                }
                assertThrows(CancellationException.class, read::join);
                assertEquals(1, run(() -> await(ends.ours().read(ByteBuffer.allocate(10)))));
            }
        }
    }

    @Test // S5
    void pollingInVainDoesNoHarm() throws Exception {
        try (var ends = ends()) {
            var read = started(Futures.polledInVain(20, ends.ours().read(ByteBuffer.allocate(10))));
            ends.theirs().write(bytes("abc"));
            assertEquals(3, read.join());
        }
    }

    @Test
    void anotherTaskMayGoOnWithAnOperation() throws Exception {
        try (var ends = ends()) {
            var read = ends.ours().read(ByteBuffer.allocate(10));
            onExecutor(() -> read.poll(Context.of(() -> {
                throw new AssertionError("the waker of an earlier poll was woken");
            })));
            var handle = started(read);
            ends.theirs().write(bytes("abc"));
            assertEquals(3, handle.join());
        }
    }

    @Test
    void aSocketIsUsedFromAnExecutorThatDidNotMakeIt() throws Exception {
        try (var ends = ends();
                var other = Arrangement.OWN_THREAD.open("other")) {
            var read = other.submit(ends.ours().read(ByteBuffer.allocate(10)));
            ends.theirs().write(bytes("abc"));
            assertEquals(3, read.join());
        }
    }

    @Test
    void aSocketMadeOutsideTasksWorksInEveryExecutor() throws Exception {
        try (var listener = TcpListener.bind(LOOPBACK)) {
            var accepted = executor.submit(listener.accept());
            try (var client = Executor.blockOn(TcpStream.connect(listener.localAddress()));
                    var server = accepted.join()) {
                var read = executor.submit(server.read(ByteBuffer.allocate(10)));
                Executor.blockOn(client.writeAll(bytes("abc")));
                assertEquals(3, read.join());
            }
        }
    }

    @Test // M8
    @SuppressWarnings("try") // closed before its end, on purpose
    void socketsOfAClosedExecutorSayThatTheirExecutorWasClosed() throws Exception {
        var other = arrangement.open("other");
        try (var server = ServerSocketChannel.open().bind(LOOPBACK);
                var orphan = other.submit(TcpStream.connect((java.net.InetSocketAddress) server.getLocalAddress())).join()) {
            var waiting = executor.submit(orphan.read(ByteBuffer.allocate(1)));
            settle();
            other.close();
            var message = "its executor was closed: a socket's events come through the executor whose task made it";
            assertEquals(message, fails(AsynchronousCloseException.class, waiting).getMessage());
            assertEquals(message, fails(ClosedChannelException.class, orphan.read(ByteBuffer.allocate(1))).getMessage());
            orphan.close();
            assertEquals(null, fails(ClosedChannelException.class, orphan.read(ByteBuffer.allocate(1))).getMessage());
        }
    }

    @Test
    void anOperationIsDoneOnce() throws Exception {
        try (var ends = ends()) {
            ends.theirs().write(bytes("abc"));
            var buffer = ByteBuffer.allocate(2);
            var read = ends.ours().read(buffer);
            var again = run(() -> {
                assertEquals(2, await(read));
                buffer.clear();
                try {
                    await(read);
                    return "it was";
                } catch (IllegalStateException e) {
                    return e.getMessage();
                }
            });
            assertTrue(again.startsWith("polled after its end"), again);
            assertTrue(assertThrows(IllegalStateException.class, () -> executor.submit(read)).getMessage().startsWith("two owners"));
            assertEquals(0, buffer.position());
            assertEquals(1, run(() -> await(ends.ours().read(buffer))), "and nothing was taken away");
        }
    }

    @Test
    void anOperationThatIsNotPolledKeepsNoOtherOut() throws Exception {
        try (var ends = ends()) {
            var never = ends.ours().read(ByteBuffer.allocate(1));
            ends.theirs().write(bytes("ab"));
            assertEquals(1, run(() -> await(ends.ours().read(ByteBuffer.allocate(1)))));
            onExecutor(() -> {
                never.drop();
                return null;
            });
            assertEquals(1, run(() -> await(ends.ours().read(ByteBuffer.allocate(1)))));
        }
    }

    @Test
    void aBufferThatLosesItsRoomWhileItsReadWaitsKeepsNoOtherReadOut() throws Exception {
        try (var ends = ends()) {
            var buffer = ByteBuffer.allocate(10);
            var read = started(ends.ours().read(buffer));
            buffer.position(10);
            ends.theirs().write(bytes("abc"));
            assertEquals(0, read.join());
            assertEquals(3, run(() -> await(ends.ours().read(buffer.clear()))));
        }
    }

    @NeedsLinux(NeedsLinux.INSIDE)
    @Test // E7
    void closingTakesASocketOutOfEpollThoughADuplicateLivesOn() throws Exception {
        try (var ends = ends()) {
            var fd = ends.ours().descriptor.fd;
            assertTrue(watched().contains(fd));
            var duplicate = Linux.dup(fd);
            ends.ours().close();
            assertFalse(watched().contains(fd));
            Linux.close(duplicate);
        }
    }

    /// Which descriptors the epolls of this process watch (proc(5)).
    private static List<Integer> watched() throws IOException {
        var watched = new ArrayList<Integer>();
        try (var infos = Files.list(Path.of("/proc/self/fdinfo"))) {
            for (var info : (Iterable<Path>) infos::iterator) {
                String text;
                try {
                    text = Files.readString(info);
                } catch (NoSuchFileException e) {
                    continue; // the descriptor of the listing itself
                }
                var lines = Pattern.compile("^tfd: *([0-9]+)", Pattern.MULTILINE).matcher(text);
                while (lines.find()) watched.add(Integer.valueOf(lines.group(1)));
            }
        }
        return watched;
    }

    @NeedsLinux(NeedsLinux.INSIDE)
    @Test // S13
    void everySocketIsNonBlockingAndClosedOnExecFromBirth() throws Exception {
        try (var listener = listen();
                var tcp = tcpPair();
                var unixListener = onExecutor(() -> UnixListener.bind(UnixDomainSocketAddress.of("")));
                var unix = unixPair();
                var udp = udp()) {
            for (var socket : List.of(listener, tcp.one(), tcp.other(), unixListener, unix.one(), unix.other(), udp)) {
                var info = Files.readString(Path.of("/proc/self/fdinfo/" + socket.descriptor.fd));
                var flags = Pattern.compile("flags:\\s+([0-7]+)").matcher(info);
                assertTrue(flags.find());
                assertEquals(02004000, Integer.parseInt(flags.group(1), 8) & 02004000, socket.getClass().getSimpleName());
            }
        }
    }

    @Test // E14, F1
    void aPeerThatIsAlwaysReadyDoesNotStarveTheOthers() throws Exception {
        try (var pair = tcpPair()) {
            var end = new boolean[1];
            // one byte at a time of a buffer that is refilled faster than that
            var filler = executor.submit(async(() -> {
                while (true) await(pair.other().writeAll(ByteBuffer.allocate(1 << 16)));
            }));
            var greedy = executor.submit(async(() -> {
                var one = ByteBuffer.allocate(1);
                while (!end[0]) await(pair.one().read(one.clear()));
            }));
            for (var i = 0; i < 20; i++) settle();
            onExecutor(() -> end[0] = true);
            greedy.join();
            pair.other().close();
            fails(ClosedChannelException.class, filler); // AsynchronousCloseException, but for a close between two writes
        }
    }
}
