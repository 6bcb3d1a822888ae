package trale.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import trale.support.Futures;
import trale.support.Names;
import trale.support.NeedsLinux;

/// From a name to a connection, or to an error that says why not.
class ResolveTest extends SocketTest {

    /// A name of this test, in this arrangement.
    private String name(String what) {
        return what + "." + arrangement.ordinal() + ".test";
    }

    private static List<InetAddress> addresses(String... literals) throws UnknownHostException {
        var all = new InetAddress[literals.length];
        for (var i = 0; i < literals.length; i++) all[i] = InetAddress.getByName(literals[i]);
        return List.of(all);
    }

    @Test // S13
    void itsAddressesAreTriedInTurnUntilOneAccepts() throws Exception {
        var lookUps = new AtomicInteger();
        var name = name("last");
        Names.answer(name, () -> {
            lookUps.incrementAndGet();
            return addresses("127.0.0.2", "::1", "127.0.0.1");
        });
        try (var listener = listen()) {
            var port = listener.localAddress().getPort();
            for (var connect : List.of(TcpStream.connect(name, port),
                    TcpStream.connect(InetSocketAddress.createUnresolved(name, port)))) {
                try (var stream = executor.submit(Futures.polledInVain(20, connect)).join()) {
                    assertEquals(listener.localAddress(), stream.remoteAddress());
                }
            }
        }
        assertEquals(1, lookUps.get(), "however often it is polled; the JDK knows it the second time");
    }

    @Test
    void anAddressThatRefusesIsToldOnce() throws Exception {
        var port = ConnectTest.closedPort().getPort();
        assertEquals("connect 127.0.0.1:" + port + ": ECONNREFUSED (Connection refused)",
                fails(ConnectException.class, TcpStream.connect("127.0.0.1", port)).getMessage());
        var ofSix = fails(ConnectException.class, TcpStream.connect("::1", port));
        assertTrue(ofSix.getMessage().endsWith(":" + port + ": ECONNREFUSED (Connection refused)"), ofSix.getMessage());
        assertEquals(0, ofSix.getSuppressed().length, "it is an address, and not a name whose one address refuses");
    }

    @Test // S13
    void ifNoneAcceptsTheErrorTellsWhyOfEach() throws Exception {
        var port = ConnectTest.closedPort().getPort();
        var name = name("nobody");
        Names.answer(name, () -> addresses("127.0.0.1", "::1", "127.255.255.255"));
        var failed = fails(ConnectException.class, TcpStream.connect(name, port));
        var four = "connect 127.0.0.1:" + port + ": ECONNREFUSED (Connection refused)";
        var six = "connect [0:0:0:0:0:0:0:1]:" + port + ": ECONNREFUSED (Connection refused)";
        var broadcast = "connect 127.255.255.255:" + port + ": ENETUNREACH (Network is unreachable)";
        assertEquals("connect " + name + ":" + port + " failed: " + four + "; " + six + "; " + broadcast, failed.getMessage());
        assertEquals(List.of(four, six, broadcast),
                List.of(failed.getSuppressed()).subList(0, 3).stream().map(Throwable::getMessage).toList());
    }

    @NeedsLinux(NeedsLinux.THREADS)
    @Test // S13
    void lookingUpBlocksNoTaskAndIsInterruptedWhenItIsGivenUp() throws Exception {
        var begun = new CountDownLatch(1);
        var interrupted = new CompletableFuture<Void>();
        var name = name("slow");
        Names.answer(name, () -> {
            begun.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.complete(null);
            }
            return addresses("127.0.0.1");
        });
        var connecting = executor.submit(TcpStream.connect(name, 1));
        begun.await();
        settle(); // others run meanwhile
        assertFalse(connecting.isDone());
        connecting.cancel();
        assertThrows(CancellationException.class, connecting::join);
        interrupted.get();
    }

    @Test
    void aNameConnects() throws Exception {
        try (var listener = listen();
                var stream = executor.submit(TcpStream.connect("localhost", listener.localAddress().getPort())).join()) {
            assertEquals(listener.localAddress(), stream.remoteAddress());
        }
    }

    @Test
    void aNameThatDoesNotExistIsAnUnknownHost() {
        var name = name("none");
        Names.answer(name, () -> {
            throw new UnknownHostException("not found");
        });
        assertTrue(fails(UnknownHostException.class, TcpStream.connect(name, 80)).getMessage().startsWith(name));
    }
}
