package trale.test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.async;
import static trale.Async.await;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import trale.Async;
import trale.Executor;
import trale.Future;
import trale.JoinHandle;
import trale.internal.linux.Errno;
import trale.internal.linux.Kernel;
import trale.net.AsyncRead;
import trale.net.AsyncWrite;
import trale.net.TcpListener;
import trale.net.TcpStream;
import trale.net.UdpSocket;
import trale.net.UnixListener;
import trale.net.UnixStream;
import trale.time.Timer;

/// The n-th call fails: for n = 1, 2, 3 … until a program passes untouched; in every way in which that call may fail; once, and
/// from then on for good. Each time the program ends with its result or an exception that names the error, in time, and no
/// descriptor is left open.
@Timeout(120)
class NthCallTest {
    private static final InetSocketAddress LOOPBACK = new InetSocketAddress("127.0.0.1", 0);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration IN_VAIN = Duration.ofMillis(60); // how long a program may try what fails for good

    /// Without which an accepted connection is of no use.
    private static final Set<String> MEANS = Set.of("epoll_ctl", "getsockname", "setsockopt");

    private enum Program {
        NOTHING(() -> {}),

        TIMERS(() -> {
            for (var i = 0; i < 3; i++) await(Timer.sleep(Duration.ofMillis(1)));
        }),

        TCP(() -> {
            try (var listener = TcpListener.bind(LOOPBACK)) {
                var server = Executor.spawn(() -> {
                    try (var stream = await(listener.accept())) {
                        await(echo(stream, stream));
                    }
                });
                await(both(server, listener, async(() -> {
                    try (var client = await(TcpStream.connect(listener.localAddress()))) {
                        client.noDelay(true);
                        await(say(client));
                        client.shutdownOutput();
                        return await(heard(client));
                    }
                })));
            }
        }),

        UNIX(() -> {
            try (var listener = UnixListener.bind(UnixDomainSocketAddress.of(""))) {
                var server = Executor.spawn(() -> {
                    try (var stream = await(listener.accept())) {
                        await(echo(stream, stream));
                    }
                });
                await(both(server, listener, async(() -> {
                    try (var client = await(UnixStream.connect(listener.localAddress()))) {
                        await(say(client));
                        client.shutdownOutput();
                        return await(heard(client));
                    }
                })));
            }
        }),

        UDP(() -> {
            try (var one = UdpSocket.bind(LOOPBACK);
                    var other = UdpSocket.bind(LOOPBACK)) {
                other.connect(one.localAddress());
                var asked = ByteBuffer.allocate(10);
                var waiting = Executor.spawn(() -> await(one.recvFrom(asked)));
                await(other.send(ByteBuffer.wrap(new byte[5])));
                var from = await(waiting).from();
                assertEquals(other.localAddress(), from);
                await(one.sendTo(asked.flip(), from));
                assertEquals(5, await(other.recv(ByteBuffer.allocate(10))));
            }
        });

        private final Async.VoidBody body;

        Program(Async.VoidBody body) {
            this.body = body;
        }

        private static final String ENDED_EARLY = "the connection ended early";

        /// Waits for both ends; what one of them sees may only follow from what the other one was told.
        private static Future<Void> both(JoinHandle<?> server, AutoCloseable listener, Future<String> client) {
            return async(() -> {
                IOException failure = null;
                var answer = "";
                try {
                    answer = await(client);
                } catch (IOException e) {
                    failure = e;
                }
                listener.close(); // the server has accepted the client, or never will
                try {
                    await(server);
                } catch (IOException e) {
                    if (failure == null) failure = e;
                    else failure.addSuppressed(e);
                }
                if (failure == null && !answer.equals("hello world")) failure = new EOFException(ENDED_EARLY);
                if (failure != null) throw failure;
            });
        }

        private static Future<Void> echo(AsyncRead from, AsyncWrite to) {
            return async(() -> {
                var buffer = ByteBuffer.allocate(100);
                while (await(from.read(buffer)) >= 0) continue;
                await(to.writeAll(buffer.flip()));
            });
        }

        private static Future<Void> say(AsyncWrite to) {
            return async(() -> {
                await(to.writeAll(ByteBuffer.wrap("hello ".getBytes())));
                await(Timer.sleep(Duration.ofMillis(1)));
                await(to.writeAll(ByteBuffer.wrap("world".getBytes())));
            });
        }

        private static Future<String> heard(AsyncRead from) {
            return async(() -> {
                var buffer = ByteBuffer.allocate(100);
                while (await(from.read(buffer)) >= 0) continue;
                return new String(buffer.array(), 0, buffer.position());
            });
        }
    }

    /// Fails the n-th of the calls that can fail.
    private static final class Nth implements FaultyKernel.Plan {
        private final int n;
        private final int way;
        private final boolean forGood;
        private int calls;
        String call = "";
        int fault;
        int ways;

        Nth(int n, int way, boolean forGood) {
            this.n = n;
            this.way = way;
            this.forGood = forGood;
        }

        @Override
        public synchronized int fault(String function, int[] possible) {
            if (possible.length == 0) return 0;
            calls++;
            if (calls == n) {
                call = function;
                ways = possible.length;
                fault = way < ways ? possible[way] : 0;
                return fault;
            }
            var again = forGood && calls > n && function.equals(call) && isLasting();
            if (again) for (var p : possible) if (p == fault) return fault;
            return 0;
        }

        /// Interrupted, or asked to try again, for ever: that is no Linux.
        boolean isLasting() {
            return fault != Linux.EINTR && fault != Linux.EAGAIN;
        }

        /// Fails, but can be tried again without end.
        boolean isInVain() {
            return forGood && call.equals("accept4") && isLasting();
        }

        @Override
        public String toString() {
            return "call " + n + (forGood ? " and later ones: " : ": ") + call + " = " + (fault == FaultyKernel.SHORT ? "short" : name());
        }

        String name() {
            return Errno.exception("", -fault).getMessage().split(" ")[1];
        }
    }

    @ParameterizedTest // R18
    @EnumSource
    void whateverCallFailsTheProgramEndsRight(Program program) throws Exception {
        attempt(program.body, new Nth(0, 0, false)); // all classes are loaded, and it works
        for (var forGood : new boolean[] {false, true}) {
            for (var n = 1; n > 0; n++) {
                var ways = 1;
                for (var way = 0; way < ways; way++) {
                    var plan = new Nth(n, way, forGood);
                    try {
                        attempt(program.body, plan);
                    } catch (Throwable t) {
                        throw new AssertionError(program + ", " + plan, t);
                    }
                    ways = plan.ways;
                }
                if (ways == 0) break; // there is no n-th call
            }
        }
    }

    private static void attempt(Async.VoidBody body, Nth plan) throws Exception {
        attempt(body, plan, PATIENCE);
    }

    /// @param patience how long a program may take that could end
    private static void attempt(Async.VoidBody body, Nth plan, Duration patience) throws Exception {
        var before = descriptors();
        Executor executor;
        var usual = Kernel.use(new FaultyKernel(Kernel.linux(), plan));
        try {
            executor = Executor.builder().name("faulty").build();
        } catch (UncheckedIOException e) {
            assertTold(e, plan);
            assertEquals(before, descriptors());
            return;
        } finally {
            Kernel.use(usual);
        }
        try (executor) {
            var ended = executor.submit(async(body)).toCompletableFuture();
            try {
                ended.get(IN_VAIN.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (!plan.isInVain()) ended.get(patience.toMillis(), TimeUnit.MILLISECONDS); // else close() cancels it
            }
        } catch (ExecutionException e) {
            assertTold(e, plan);
        }
        assertEquals(before, descriptors());
    }

    private static void assertTold(Throwable failure, Nth plan) {
        var told = new StringBuilder();
        for (Throwable t = failure; t != null; t = t.getCause()) {
            told.append(t).append('\n');
            for (var suppressed : t.getSuppressed()) told.append(suppressed).append('\n');
        }
        // A server may have closed a connection that it had no means for, and waits for the next.
        // The client reads its end, or writes in vain.
        var hasLost = Stream.of(Program.ENDED_EARLY, "EPIPE", "ECONNRESET").anyMatch(told.toString()::contains);
        if (hasLost && MEANS.contains(plan.call)) return;
        assertTrue(plan.fault != 0 && told.toString().contains(plan.name()), told::toString);
    }

    @Test
    void aProgramThatLeavesADescriptorOpenIsNoticed() throws Exception {
        var left = new ArrayList<UdpSocket>();
        assertThrows(AssertionError.class, () -> attempt(
                () -> {
                    left.add(UdpSocket.bind(LOOPBACK));
                },
                new Nth(0, 0, false)));
        left.forEach(UdpSocket::close);
    }

    @Test
    void aProgramThatHidesTheErrorOrNeverEndsIsNoticed() {
        assertThrows(AssertionError.class, () -> attempt(() -> {
            try {
                UdpSocket.bind(LOOPBACK).close();
            } catch (IOException e) {
                throw new IllegalStateException("something went wrong");
            }
        }, new Nth(7, 0, false)));
        assertThrows(TimeoutException.class, () -> attempt(() -> {
            while (true) {
                try {
                    UdpSocket.bind(LOOPBACK).close();
                    return;
                } catch (IOException e) {
                    await(Timer.sleep(Duration.ofMillis(1)));
                }
            }
        }, new Nth(7, 0, true), IN_VAIN));
    }

    private static Map<Integer, String> descriptors() throws IOException {
        var open = new TreeMap<Integer, String>();
        try (var links = Files.list(Path.of("/proc/self/fd"))) {
            for (var link : (Iterable<Path>) links::iterator) {
                try {
                    var target = Files.readSymbolicLink(link).toString();
                    if (target.matches("(anon_inode|socket):.*")) open.put(Integer.valueOf(link.getFileName().toString()), target);
                } catch (NoSuchFileException e) {
                    continue; // the descriptor of the listing itself
                }
            }
        }
        return open;
    }
}
