package trale;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.FileInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import trale.reactor.Source;
import trale.support.Arrangement;
import trale.support.Child;
import trale.support.Futures;
import trale.support.Gate;
import trale.support.Ground;
import trale.support.Linux;
import trale.support.NeedsLinux;
import trale.support.NeedsSoundCalls;
import trale.support.Optimized;
import trale.support.UnderBothArrangements;
import trale.time.Timer;

/// Part E of the traps, as far as a descriptor alone can show it: what epoll does that one does not expect.
@Optimized
class EpollTest extends UnderBothArrangements {

    private Source add(int fd) throws IOException {
        return executor.reactor().add(fd);
    }

    /// Starts the future and lets it come to its Pending.
    private <T> JoinHandle<T> started(Future<T> f) {
        var handle = executor.submit(f);
        settle();
        return handle;
    }

    @Test // E1
    void dataAndFinInOneEventAreReadToTheEnd() throws Exception {
        var pair = Linux.socketpair(Linux.STREAM);
        try (var source = add(pair[0])) {
            var all = started(Futures.readToEnd(source, pair[0], 64));
            try (var _ = new Hold()) {
                Linux.write(pair[1], 5);
                Linux.shutdownOutput(pair[1]);
            }
            assertEquals(List.of(5, 0), all.join());
        }
        Linux.close(pair);
    }

    @Test // E1
    void theEndIsSeenAlsoByATaskThatComesLater() throws Exception {
        var pair = Linux.socketpair(Linux.STREAM);
        try (var source = add(pair[0])) {
            Linux.write(pair[1], 5);
            Linux.close(pair[1]);
            assertEquals(5, executor.submit(Futures.read(source, pair[0], 64, true)).join());
            for (var i = 0; i < 3; i++) assertEquals(0, executor.submit(Futures.read(source, pair[0], 64, true)).join());
        }
        Linux.close(pair[0]);
    }

    @NeedsLinux(NeedsLinux.FEATURE)
    @Test // E2
    void aShortDatagramIsNotTheLastOne() throws Exception {
        var pair = Linux.socketpair(Linux.DATAGRAM);
        try (var source = add(pair[0])) {
            var first = started(Futures.read(source, pair[0], 64, false));
            try (var _ = new Hold()) {
                for (var length : List.of(3, 0, 4)) Linux.write(pair[1], length);
            }
            assertEquals(3, first.join());
            assertEquals(0, executor.submit(Futures.read(source, pair[0], 64, false)).join());
            assertEquals(4, executor.submit(Futures.read(source, pair[0], 64, false)).join());
        }
        Linux.close(pair);
    }

    @Test // E3
    void whatIsLeftInTheBufferIsReadWithoutAnotherEdge() throws Exception {
        var pair = Linux.socketpair(Linux.STREAM);
        try (var source = add(pair[0])) {
            var first = started(Futures.read(source, pair[0], 1, true));
            Linux.write(pair[1], 10);
            assertEquals(1, first.join());
            for (var i = 1; i < 10; i++) assertEquals(1, executor.submit(Futures.read(source, pair[0], 1, true)).join());
            var next = started(Futures.read(source, pair[0], 1, true));
            assertFalse(next.isDone());
            Linux.write(pair[1], 1);
            assertEquals(1, next.join());
        }
        Linux.close(pair);
    }

    @Test // E4
    void theHangUpOfAPipesWriterWakesItsReader() throws Exception {
        var pipe = Linux.pipe();
        try (var source = add(pipe[0])) {
            var all = started(Futures.readToEnd(source, pipe[0], 64));
            Linux.close(pipe[1]);
            assertEquals(List.of(0), all.join());
        }
        Linux.close(pipe[0]);
    }

    @Test // E4
    void theErrorOfAPipesReaderWakesItsWriter() throws Exception {
        var pipe = Linux.pipe();
        try (var source = add(pipe[1])) {
            var writer = started(Futures.writeUntilItFails(source, pipe[1]));
            Linux.close(pipe[0]);
            assertEquals(-Linux.EPIPE, writer.join());
        }
        Linux.close(pipe[1]);
    }

    @Test // E4
    void aResetWakesReaderAndWriter() throws Exception {
        try (var server = ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0))) {
            var fd = Linux.socket();
            Linux.connect(fd, ((InetSocketAddress) server.getLocalAddress()).getPort());
            var peer = server.accept().setOption(StandardSocketOptions.SO_LINGER, 0);
            try (var source = add(fd)) {
                var writer = started(Futures.writeUntilItFails(source, fd));
                var reader = started(Futures.readToEnd(source, fd, 64));
                peer.close();
                var ends = List.of(writer.join(), reader.join().getLast());
                assertTrue(ends.contains(-Linux.ECONNRESET), ends::toString); // one gets it, the other EPIPE or the end
            }
            Linux.close(fd);
        }
    }

    @Test // E5
    void aFreshSocketReportsHangUp_soItIsRegisteredOnceItConnects() throws Exception {
        var fresh = Linux.socket();
        try (var source = add(fresh)) {
            // HUP is for ever: this is what registering too early costs.
            for (var i = 0; i < 4; i++) executor.submit(cx -> {
                if (!source.read().poll(cx)) return Poll.pending(); // the first event may be on its way
                source.read().done(false);
                return Poll.ready(null);
            }).join();
        }
        Linux.close(fresh);

        try (var server = ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0))) {
            var fd = Linux.socket();
            Linux.connect(fd, ((InetSocketAddress) server.getLocalAddress()).getPort());
            try (var source = add(fd)) {
                executor.submit(cx -> source.write().poll(cx) ? Poll.ready(null) : Poll.pending()).join();
                assertEquals(0, Linux.error(fd));
                var read = started(Futures.read(source, fd, 8, true));
                assertFalse(read.isDone());
                try (var peer = server.accept()) {
                    peer.write(ByteBuffer.allocate(3));
                    assertEquals(3, read.join());
                }
            }
            Linux.close(fd);
        }
    }

    @Test // E9
    void aSleepOfAnyLengthWorks() {
        for (var none : List.of(Duration.ZERO, Duration.ofNanos(-1), Duration.ofNanos(1), Duration.ofSeconds(Long.MIN_VALUE)))
            assertNull(executor.submit(Timer.sleep(none)).join());
        var forEver = started(Timer.sleep(Duration.ofSeconds(Long.MAX_VALUE, 999_999_999)));
        var long292Years = started(Timer.sleep(Duration.ofNanos(Long.MAX_VALUE)));
        // Deadlines on both sides of a full second, while the timer is set to the year 2172.
        var start = Ground.nanoTime();
        var handles = new ArrayList<JoinHandle<Void>>();
        for (var millis = 10; millis < 1200; millis += 170) handles.add(executor.submit(Timer.sleep(Duration.ofMillis(millis))));
        handles.forEach(JoinHandle::join);
        assertTrue(Ground.nanoTime() - start >= Duration.ofMillis(1200 - 170).toNanos());
        for (var handle : List.of(forEver, long292Years)) {
            assertFalse(handle.isDone());
            handle.cancel();
        }
        settle();
    }

    @NeedsLinux(NeedsLinux.INSIDE)
    @Test // E11
    void aRegularFileIsRefusedWithTheReason() throws Exception {
        var file = Files.createTempFile("trale", ".file");
        try (var in = new FileInputStream(file.toFile())) {
            var fd = descriptorOf(file);
            var refusal = assertThrows(IOException.class, () -> add(fd)).getMessage();
            assertTrue(refusal.contains("EPERM") && refusal.contains("fd " + fd) && refusal.contains("regular file"), refusal);
            assertEquals(-1, in.read());
        } finally {
            Files.delete(file);
        }
        var closed = assertThrows(IOException.class, () -> add(1_000_000)).getMessage();
        assertTrue(closed.contains("EBADF"), closed);
    }

    private static int descriptorOf(Path file) throws IOException {
        for (var fd = 0; fd < 1000; fd++) {
            var link = Path.of("/proc/self/fd/" + fd);
            if (Files.exists(link) && Files.isSameFile(link, file)) return fd;
        }
        throw new AssertionError("not open: " + file);
    }

    @Test // E14
    void busyTasksStarveNeitherIoNorTimers() throws Exception {
        var over = new AtomicBoolean();
        var busy = List.of(executor.submit(Futures.yieldingUntil(over::get)), executor.submit(Futures.yieldingUntil(over::get)));
        var pipe = Linux.pipe();
        try (var source = add(pipe[0])) {
            for (var i = 0; i < 20; i++) {
                var read = started(Futures.read(source, pipe[0], 8, true));
                Linux.write(pipe[1], 3);
                assertEquals(3, read.join());
                executor.submit(Timer.sleep(Duration.ofMillis(1))).join();
            }
        }
        over.set(true);
        busy.forEach(JoinHandle::join);
        Linux.close(pipe);
    }

    @Test // E16
    void aTaskThatWaitsOnASourceThatIsClosedIsToldSo() throws Exception {
        for (var byATask : List.of(false, true)) {
            var pipe = Linux.pipe();
            var source = add(pipe[0]);
            var waiting = started(Futures.read(source, pipe[0], 8, true));
            if (byATask) onExecutor(() -> {
                source.close();
                return null;
            });
            else source.close();
            var failure = assertThrows(CompletionException.class, waiting::join).getCause();
            assertInstanceOf(AsynchronousCloseException.class, failure);
            var later = executor.submit(Futures.read(source, pipe[0], 8, true));
            assertInstanceOf(ClosedChannelException.class, assertThrows(CompletionException.class, later::join).getCause());
            source.close();
            Linux.close(pipe);
        }
    }

    @Test // E16
    void aFutureThatWaitsByHandOnAReactorThatIsClosedIsToldSo() throws Exception {
        var pipe = Linux.pipe();
        var other = arrangement.open("other");
        var source = other.reactor().add(pipe[0]);
        var gate = new Gate<Void>();
        assertTrue(source.read().poll(Context.of(() -> {})));
        assertFalse(source.read().poll(Context.of(() -> gate.open(null))));
        other.close();
        executor.submit(gate).join();
        assertThrows(AsynchronousCloseException.class, () -> source.read().poll(Context.of(() -> {})));
        assertThrows(ClosedChannelException.class, () -> source.read().poll(Context.of(() -> {})));
        assertThrows(ClosedChannelException.class, () -> other.reactor().add(pipe[0]));
        Linux.close(pipe);
    }

    /// A child that sleeps in its executor until it is told to go on.
    static final class Sleeper {
        public static void main(String[] args) throws Exception {
            try (var executor = Arrangement.valueOf(args[0]).open("child")) {
                var gate = new Gate<String>();
                var handle = executor.submit(gate);
                var sleep = executor.submit(Timer.sleep(Duration.ofMillis(600)));
                gate.waker();
                IO.println(ProcessHandle.current().pid());
                IO.readln();
                sleep.join();
                gate.open("awake");
                IO.println(handle.join());
            }
        }
    }

    @NeedsSoundCalls("another process, which is on a sound Linux")
    @NeedsLinux(NeedsLinux.PROCESS)
    @Test // E10, S8
    void anExecutorThatIsStoppedAndContinuedGoesOn() throws Exception {
        try (var child = Child.startTraced("epoll_wait,epoll_pwait", Sleeper.class, arrangement.name())) {
            var pid = child.line();
            for (var i = 0; i < 3; i++) {
                assertEquals(0, new ProcessBuilder("kill", "-STOP", pid).inheritIO().start().waitFor());
                while (!isStopped(pid)) Thread.onSpinWait();
                assertEquals(0, new ProcessBuilder("kill", "-CONT", pid).inheritIO().start().waitFor());
            }
            child.say("go on");
            assertEquals("awake\n", child.end());
            assertTrue(child.calls("epoll_p?wait.*EINTR") > 0, "no call was interrupted: the test has tested nothing");
        }
    }

    private static boolean isStopped(String pid) throws IOException {
        var stat = Files.readString(Path.of("/proc", pid, "stat"));
        var state = stat.charAt(stat.lastIndexOf(')') + 2);
        return state == 'T' || state == 't';
    }

    /// A child in which 100 wakes find the executor asleep or not, and 1000 find it busy.
    static final class Woken {
        public static void main(String[] args) throws Exception {
            try (var executor = Arrangement.valueOf(args[0]).open("child")) {
                for (var i = 0; i < 100; i++) executor.submit(cx -> Poll.ready(null)).join();
                var all = new ArrayList<JoinHandle<?>>();
                var end = new CountDownLatch(1);
                var begun = new CountDownLatch(1);
                all.add(executor.submit(cx -> {
                    begun.countDown();
                    end.await();
                    return Poll.ready(null);
                }));
                begun.await();
                for (var i = 0; i < 1000; i++) all.add(executor.submit(cx -> Poll.ready(null)));
                end.countDown();
                all.forEach(JoinHandle::join);
            }
        }
    }

    @NeedsSoundCalls("another process, which is on a sound Linux")
    @NeedsLinux(NeedsLinux.PROCESS)
    @Test // E13
    void aSleeperIsWokenByOneWriteThatIsNeverReadBack() throws Exception {
        try (var child = Child.startTraced("eventfd2,timerfd_create,read,write", Woken.class, arrangement.name())) {
            child.end();
            assertEquals(1, child.calls("eventfd2\\("), "eventfds");
            assertEquals(1, child.calls("timerfd_create\\("), "timerfds");
            var writes = child.calls("write\\(\\d+, \"\\\\1\\\\0\\\\0\\\\0\\\\0\\\\0\\\\0\\\\0\", 8");
            assertTrue(writes >= 1 && writes <= 102, writes + " writes for 1101 wakes, of which at most 101 found it asleep");
            assertEquals(0, child.calls("read\\(\\d+, \"\\\\\\d+\\\\0\\\\0\\\\0\\\\0\\\\0\\\\0\\\\0\", 8"), "reads of the eventfd");
        }
    }

    /// A child in which 2000 tasks sleep, of which one has the earliest deadline.
    static final class Sleeps {
        public static void main(String[] args) throws Exception {
            try (var executor = Arrangement.valueOf(args[0]).open("child")) {
                var all = new ArrayList<JoinHandle<?>>();
                for (var i = 0; i < 2000; i++) all.add(executor.submit(Timer.sleep(Duration.ofMillis(300))));
                all.getFirst().join();
                for (var handle : all) handle.cancel();
            }
        }
    }

    @NeedsSoundCalls("another process, which is on a sound Linux")
    @NeedsLinux(NeedsLinux.PROCESS)
    @Test // E19
    void theTimerIsSetWhenTheEarliestDeadlineChangesAndNotPerTask() throws Exception {
        try (var child = Child.startTraced("timerfd_settime", Sleeps.class, arrangement.name())) {
            child.end();
            var settings = child.calls("timerfd_settime\\(");
            assertTrue(settings >= 1 && settings <= 200, settings + " timerfd_settime for 2000 sleeps");
        }
    }

    @Test // E12
    void manyEventsOfOneBatchReachEachItsOwn() throws Exception {
        var pairs = new ArrayList<int[]>();
        var sources = new ArrayList<Source>();
        var reads = new ArrayList<JoinHandle<Integer>>();
        for (var i = 0; i < 40; i++) {
            var pair = Linux.pipe();
            pairs.add(pair);
            sources.add(add(pair[0]));
            reads.add(executor.submit(Futures.read(sources.getLast(), pair[0], 64, true)));
        }
        try (var _ = new Hold()) {
            for (var i = 0; i < 40; i++) Linux.write(pairs.get(i)[1], i + 1);
        }
        var lengths = new int[40];
        for (var i = 0; i < 40; i++) lengths[i] = reads.get(i).join();
        assertArrayEquals(IntStream.rangeClosed(1, 40).toArray(), lengths);
        sources.forEach(Source::close);
        pairs.forEach(Linux::close);
    }
}
