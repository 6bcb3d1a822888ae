package trale.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import trale.Executor;
import trale.JoinHandle;
import trale.Poll;
import trale.support.Arrangement;
import trale.support.Child;
import trale.support.DirectMemory;
import trale.support.NeedsLinux;
import trale.support.NeedsSoundCalls;
import trale.support.NothingIsLeft;

/// Where memory, the stack or the kernel's resources end, or foreign code throws: no descriptor is lost, no task waits for ever,
/// and one connection costs no other. Each has a JVM of its own.
@NeedsSoundCalls("another process, which is on a sound Linux")
@NeedsLinux(NeedsLinux.PROCESS)
class SocketErrorPathsTest extends SocketTest {

    private static boolean isOpen(int fd) {
        return Files.exists(Path.of("/proc/self/fd/" + fd));
    }

    private static JoinHandle<?> hold(Executor executor, CountDownLatch end) throws Exception {
        var begun = new CountDownLatch(1);
        var holding = executor.submit(cx -> {
            begun.countDown();
            end.await();
            return Poll.ready(null);
        });
        begun.await();
        return holding;
    }

    /// Closes a socket that a task reads from, by a thread that has made no system call, while there is no direct memory.
    public static final class ClosesWithoutMemory {
        private ClosesWithoutMemory() {}

        public static void main(String[] args) throws Exception {
            try (var executor = Arrangement.valueOf(args[0]).open("child");
                    var server = ServerSocketChannel.open().bind(LOOPBACK)) {
                var address = (InetSocketAddress) server.getLocalAddress();
                var stream = executor.submit(TcpStream.connect(address)).join();
                var listener = executor.submit(() -> TcpListener.bind(LOOPBACK)).join();
                var reader = executor.submit(stream.read(ByteBuffer.allocate(10)));
                executor.submit(cx -> Poll.ready(null)).join();
                var end = new CountDownLatch(1);
                var holding = hold(executor, end); // awake, so that a wake needs no system call
                var taken = DirectMemory.takeAll();
                var failure = new Throwable[1];
                var closer = Thread.ofPlatform().start(() -> {
                    try {
                        stream.close();
                        listener.close();
                    } catch (Throwable t) {
                        failure[0] = t;
                    }
                });
                closer.join();
                taken.clear();
                end.countDown();
                holding.join();
                assertEquals(null, failure[0]);
                assertFalse(isOpen(stream.descriptor.fd), "the stream's descriptor is open");
                assertFalse(isOpen(listener.descriptor.fd), "the listener's descriptor is open");
                assertEquals(AsynchronousCloseException.class,
                        assertThrows(CompletionException.class, reader::join).getCause().getClass());
                executor.submit(() -> TcpListener.bind(listener.localAddress())).join().close(); // its port is free
            }
            IO.println("closed");
        }
    }

    @Test // R6
    void aCloseNeedsNoDirectMemory() throws Exception {
        try (var child = Child.startWith("-XX:MaxDirectMemorySize=16m", ClosesWithoutMemory.class, arrangement.name())) {
            assertEquals("closed", child.end().strip());
        }
    }

    /// Echoes one byte of each connection, and prints its port.
    public static final class Echo {
        private Echo() {}

        public static void main(String[] args) throws Exception {
            if (args.length > 1) Logger.getLogger("trale").setFilter(record -> {
                throw new IllegalStateException("a filter that throws");
            });
            try (var executor = Arrangement.valueOf(args[0]).open("child")) {
                var listener = executor.submit(() -> TcpListener.bind(LOOPBACK)).join();
                IO.println(listener.localAddress().getPort());
                var before = NothingIsLeft.open().size();
                var served = executor.submit(() -> {
                    for (var i = 0; i < 3; i++) {
                        try (var stream = await(listener.accept())) {
                            var one = ByteBuffer.allocate(1);
                            await(stream.readExactly(one));
                            await(stream.writeAll(one.flip()));
                        }
                    }
                });
                served.join();
                assertEquals(before, NothingIsLeft.open().size());
            }
        }
    }

    /// The executor's thread opens the listener first: the second getsockname and the fourth epoll_ctl are for a connection. An epoll_ctl
    /// that fails is made again.
    @ParameterizedTest // M6
    @ValueSource(strings = {"epoll_ctl:error=ENOSPC:when=4..5", "epoll_ctl:error=ENOMEM:when=4..5", "getsockname:error=ENOBUFS:when=2",
        "accept4:error=ENONET:when=2", "accept4:error=EOPNOTSUPP:when=2", "accept4:error=ENETDOWN:when=2"})
    void whatGoesWrongWithOneConnectionCostsThatOneAlone(String failure) throws Exception {
        try (var child = Child.startFailing(failure, Echo.class, arrangement.name())) {
            assertEchoesThree(child, failure.substring(0, failure.indexOf(':')));
        }
    }

    @Test // R5
    void aLoggerThatThrowsDoesNotEndAccepting() throws Exception {
        try (var child = Child.startFailing("getsockname:error=ENOBUFS:when=2", Echo.class, arrangement.name(), "throws")) {
            assertEchoesThree(child, "");
        }
    }

    /// @param lost the call for which it is logged that a connection is lost
    private static void assertEchoesThree(Child child, String lost) throws Exception {
        var address = new InetSocketAddress("127.0.0.1", Integer.parseInt(child.line()));
        var echoed = 0;
        for (var i = 0; echoed < 3 && i < 10; i++) {
            try (var client = SocketChannel.open(address)) {
                client.write(bytes("x"));
                if (client.read(ByteBuffer.allocate(1)) == 1) echoed++;
            } catch (IOException e) {
                continue; // the one that is lost may be reset
            }
        }
        assertEquals(3, echoed);
        child.end();
        var log = child.errors();
        var told = "a connection to TcpListener[/127.0.0.1:" + address.getPort() + "] is lost: " + lost;
        if (lost.equals("epoll_ctl") || lost.equals("getsockname")) assertTrue(log.contains(told), log);
    }
}
