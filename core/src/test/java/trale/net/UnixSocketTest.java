package trale.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.await;

import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import trale.JoinHandle;
import trale.support.Linux;
import trale.support.NeedsLinux;

/// Unix-domain sockets, by path and by abstract name.
class UnixSocketTest extends SocketTest {
    @TempDir
    Path folder;

    private UnixDomainSocketAddress path(String name) {
        return UnixDomainSocketAddress.of(folder.resolve(name));
    }

    private UnixListener listen(UnixDomainSocketAddress address) {
        return onExecutor(() -> UnixListener.bind(address));
    }

    @NeedsLinux(NeedsLinux.INSIDE)
    @Test
    void aPathIsSharedWithJavaNio() throws Exception {
        var here = path("a socket");
        try (var listener = listen(here);
                var theirs = SocketChannel.open(here);
                var ours = executor.submit(listener.accept()).join()) {
            assertEquals(here, listener.localAddress());
            assertEquals(here, ours.localAddress());
            assertEquals(UnixDomainSocketAddress.of(""), ours.remoteAddress());
            theirs.write(bytes("hello"));
            var got = ByteBuffer.allocate(5);
            run(() -> await(ours.readExactly(got)));
            assertEquals("hello", text(got));
        }
        assertTrue(Files.exists(here.getPath()), "deleting it is up to the user");
    }

    @Test
    void shutdownOutputEndsAWriteThatWaits() throws Exception {
        try (var listener = listen(path("shut"));
                var ours = executor.submit(UnixStream.connect(listener.localAddress())).join();
                var _ = executor.submit(listener.accept()).join()) {
            var write = started(ours.writeAll(ByteBuffer.allocate(10_000_000))); // more than the kernel keeps
            ours.shutdownOutput();
            var e = assertThrows(CompletionException.class, write::join).getCause();
            assertTrue(e.getMessage().contains("EPIPE"), e.getMessage());
        }
    }

    @Test
    void weConnectToJavaNio() throws Exception {
        var here = path("theirs");
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(here);
                var ours = executor.submit(UnixStream.connect(here)).join();
                var theirs = server.accept()) {
            assertEquals(here, ours.remoteAddress());
            run(() -> await(ours.writeAll(ByteBuffer.allocateDirect(1000))));
            ours.shutdownOutput();
            var got = ByteBuffer.allocate(2000);
            while (theirs.read(got) >= 0) assertTrue(got.position() <= 1000);
            assertEquals(1000, got.position());
        }
    }

    @NeedsLinux(NeedsLinux.INSIDE)
    @Test
    void anAbstractNameIsNoFileAndEndsWithItsSocket() throws Exception {
        var name = abstractName("hall");
        try (var listener = listen(name)) {
            assertEquals(name, listener.localAddress());
            assertFalse(Files.exists(name.getPath()));
            assertTrue(Files.readString(Path.of("/proc/net/unix")).contains(name.getPath().toString()));
            try (var client = executor.submit(UnixStream.connect(name)).join();
                    var server = executor.submit(listener.accept()).join()) {
                run(() -> await(server.writeAll(bytes("abc"))));
                assertEquals(3, run(() -> await(client.read(ByteBuffer.allocate(10)))));
            }
            assertThrows(BindException.class, () -> UnixListener.bind(name));
        }
        listen(name).close();
        assertTrue(fails(ConnectException.class, UnixStream.connect(name)).getMessage()
                .startsWith("connect unix:" + name + ": ECONNREFUSED"));
    }

    @Test
    void theKernelChoosesAnAbstractNameForTheEmptyAddress() throws Exception {
        try (var listener = listen(UnixDomainSocketAddress.of(""))) {
            assertTrue(listener.localAddress().toString().matches("@[0-9a-f]{5}"), listener.localAddress().toString());
        }
    }

    @NeedsLinux(NeedsLinux.INSIDE)
    @Test
    void whatIsInTheWayIsSaid() throws Exception {
        var nowhere = UnixDomainSocketAddress.of("/does/not/exist");
        assertEquals("connect unix:/does/not/exist: ENOENT (No such file or directory)",
                fails(SocketException.class, UnixStream.connect(nowhere)).getMessage());
        var tooLong = UnixDomainSocketAddress.of("x".repeat(108));
        assertTrue(fails(SocketException.class, UnixStream.connect(tooLong)).getMessage()
                .endsWith("the path has 108 bytes; the kernel takes 107 at most"));
        Files.createFile(path("taken").getPath());
        assertTrue(assertThrows(BindException.class, () -> UnixListener.bind(path("taken"))).getMessage()
                .endsWith("EADDRINUSE (Address already in use)"));
    }

    @Test
    void connectingWaitsWhileTheQueueIsFull() throws Exception {
        try (var listener = onExecutor(() -> UnixListener.bind(abstractName("full"), BindOptions.LISTENER.backlog(0)))) {
            var clients = new ArrayList<JoinHandle<UnixStream>>();
            for (var i = 0; i < 5; i++) clients.add(started(UnixStream.connect(listener.localAddress())));
            assertFalse(clients.getLast().isDone());
            for (var i = 0; i < 5; i++) executor.submit(listener.accept()).join().close();
            for (var client : clients) client.join().close();
        }
    }

    /// A read ends after bytes that came with a descriptor, so it is short though there is more: unlike TCP's.
    @NeedsLinux(NeedsLinux.FEATURE)
    @Test // E2
    void whatComesWithADescriptorIsReadWithoutANewEvent() throws Exception {
        try (var pair = unixPair()) {
            var peer = pair.other().descriptor.fd;
            var first = started(pair.one().read(ByteBuffer.allocate(100)));
            try (var _ = new Hold()) { // one event for both
                assertEquals(6, Linux.write(peer, 6, peer));
                assertEquals(5, Linux.write(peer, 5));
            }
            assertEquals(6, first.join());
            assertEquals(5, run(() -> await(pair.one().read(ByteBuffer.allocate(100)))), "and the descriptor is not kept");
        }
    }
}
