package trale.test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.async;
import static trale.Async.await;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import trale.Executor;
import trale.Future;
import trale.Poll;
import trale.Scope;
import trale.internal.linux.Errno;
import trale.internal.linux.Kernel;
import trale.net.AsyncRead;
import trale.net.AsyncWrite;
import trale.net.TcpListener;
import trale.net.TcpStream;
import trale.net.UdpSocket;
import trale.net.UnixListener;
import trale.net.UnixStream;
import trale.support.Ground;
import trale.time.Timer;

/// Servers and clients of each kind of socket, several at once, where any call may fail in any way in which Linux may let it fail, by seed.
/// What a client gets back is what it has sent, or the beginning of it and an exception that names the error. Each run ends in time and
/// leaves no descriptor open.
@Timeout(120)
class HarmfulFaultsTest {
    private static final InetSocketAddress LOOPBACK = new InetSocketAddress("127.0.0.1", 0);
    private static final double[] PROBABILITIES = {0, 0.003, 0.02, 0.1};

    /// What a socket's method may be told; ECONNRESET and EPIPE also of what became of the other end.
    private static final List<String> ERRORS = List.of(
            "ECONNRESET", "EPIPE", "EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "ENOSPC", "EADDRINUSE", "EADDRNOTAVAIL", "ENOTCONN");

    private enum Client {
        RIGHT,

        // Canaries:
        IGNORES_SHORT_WRITES,
        KEEPS_WHAT_FAILED,
        WAITS_FOR_WHAT_FAILED
    }

    /// A run of the program.
    private record Run(Client client, double probability, Random random, List<String> outcomes, List<AutoCloseable> kept) {
        Run(Client client, long seed) {
            this(client, PROBABILITIES[(int) seed % PROBABILITIES.length], new Random(seed), new ArrayList<>(), new ArrayList<>());
        }

        Future<Void> program() {
            return Scope.run(all -> {
                try (var tcp = await(open(() -> TcpListener.bind(LOOPBACK)));
                        var unix = await(open(() -> UnixListener.bind(UnixDomainSocketAddress.of(""))));
                        var udp = await(open(() -> UdpSocket.bind(LOOPBACK)))) {
                    all.fork(serve(tcp::accept));
                    all.fork(serve(unix::accept));
                    all.fork(answer(udp));
                    var clients = new ArrayList<Future<Void>>();
                    for (var i = random.nextInt(4); i >= 0; i--) {
                        clients.add(exchange(() -> TcpStream.connect(tcp.localAddress())));
                        clients.add(exchange(() -> UnixStream.connect(unix.localAddress())));
                    }
                    clients.add(ask(udp.localAddress()));
                    await(Future.all(clients));
                    all.cancel();
                }
            });
        }

        /// Tries until it has one.
        private static <S> Future<S> open(Callable<S> socket) {
            return async(() -> {
                for (;;) {
                    try {
                        return socket.call();
                    } catch (IOException e) {
                        requireRight(e);
                    }
                    await(Timer.sleep(Duration.ofMillis(1)));
                }
            });
        }

        @SuppressWarnings("try") // close may throw anything
        private static <S extends AsyncRead & AsyncWrite & AutoCloseable> Future<Void> serve(Callable<Future<S>> accept) {
            return Scope.run(connections -> {
                try {
                    for (;;) {
                        var stream = await(accept.call());
                        connections.fork(echo(stream, stream)).closing(stream);
                    }
                } catch (ClosedChannelException e) {
                    connections.cancel();
                }
            });
        }

        private static Future<Void> echo(AsyncRead from, AsyncWrite to) {
            return async(() -> {
                try {
                    await(AsyncRead.copy(from, to));
                } catch (IOException e) {
                    requireRight(e);
                }
            });
        }

        @SuppressWarnings("try")
        private <S extends AsyncRead & AsyncWrite & AutoCloseable> Future<Void> exchange(Callable<Future<S>> connect) {
            var sent = new byte[random.nextInt(200_000)];
            random.nextBytes(sent);
            return async(() -> {
                var got = ByteBuffer.allocate(sent.length + 1);
                var outcome = "early end";
                S stream = null;
                try {
                    stream = await(connect.call());
                    await(Future.all(send(stream, sent), receive(stream, got)));
                } catch (IOException e) {
                    requireRight(e);
                    outcome = "exception";
                    if (client == Client.WAITS_FOR_WHAT_FAILED) await(cx -> Poll.pending());
                }
                if (stream != null && client == Client.KEEPS_WHAT_FAILED && !outcome.equals("early end")) kept.add(stream);
                else if (stream != null) stream.close();
                var bytes = Arrays.copyOf(got.array(), got.position());
                if (!Arrays.equals(bytes, 0, bytes.length, sent, 0, Math.min(bytes.length, sent.length)))
                    throw new AssertionError("the bytes that came back are not those that were sent");
                outcomes.add(bytes.length == sent.length ? "intact" : outcome);
            });
        }

        private <S extends AsyncWrite> Future<Void> send(S stream, byte[] bytes) {
            return async(() -> {
                for (var rest = ByteBuffer.wrap(bytes); rest.hasRemaining(); ) {
                    var piece = rest.slice(rest.position(), Math.min(20_000, rest.remaining()));
                    rest.position(rest.position() + piece.remaining());
                    if (client == Client.IGNORES_SHORT_WRITES) await(stream.write(piece));
                    else await(stream.writeAll(piece));
                }
                if (stream instanceof TcpStream tcp) tcp.shutdownOutput();
                if (stream instanceof UnixStream unix) unix.shutdownOutput();
            });
        }

        private static Future<Void> receive(AsyncRead stream, ByteBuffer to) {
            return async(() -> {
                while (await(stream.read(to)) > 0) continue;
            });
        }

        private static Future<Void> answer(UdpSocket socket) {
            return async(() -> {
                for (var number = ByteBuffer.allocate(4);; ) {
                    try {
                        var from = await(socket.recvFrom(number.clear())).from();
                        await(socket.sendTo(number.flip(), from));
                    } catch (ClosedChannelException e) {
                        return;
                    } catch (IOException e) {
                        requireRight(e);
                    }
                }
            });
        }

        /// Asks again what is not answered.
        private Future<Void> ask(InetSocketAddress server) {
            return async(() -> {
                try (var socket = await(open(() -> UdpSocket.bind(LOOPBACK)))) {
                    for (var i = 0; i < 5; ) {
                        try {
                            await(socket.sendTo(ByteBuffer.allocate(4).putInt(0, i), server));
                            var answer = ByteBuffer.allocate(8);
                            var length = await(Timer.timeout(Duration.ofMillis(20), socket.recvFrom(answer))).length();
                            assertTrue(length == 4 && answer.getInt(0) <= i, "a datagram that was not sent");
                            if (answer.getInt(0) == i) i++;
                        } catch (TimeoutException e) {
                            continue;
                        } catch (IOException e) {
                            requireRight(e);
                        }
                    }
                }
            });
        }
    }

    private static void requireRight(IOException e) {
        if (e instanceof EOFException || ERRORS.stream().anyMatch(String.valueOf(e.getMessage())::contains)) return;
        throw new AssertionError("no exception that a program expects", e);
    }

    /// Lets any call fail, once it is armed.
    private static final class Harmful implements FaultyKernel.Plan {
        private final Random random;
        private final double probability;
        private boolean armed; // guarded by this
        final TreeSet<String> names = new TreeSet<>(); // guarded by this

        Harmful(long seed, double probability) {
            random = new Random(~seed);
            this.probability = probability;
        }

        synchronized void arm() {
            armed = true;
        }

        @Override
        public synchronized int fault(String call, int[] possible) {
            if (!armed || possible.length == 0 || random.nextDouble() >= probability) return 0;
            var fault = possible[random.nextInt(possible.length)];
            names.add(fault == FaultyKernel.SHORT ? "short" : Errno.exception("", -fault).getMessage().split(" ")[1]);
            return fault;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void overLinuxDataIsIntactOrTheExceptionIsRight(boolean reactorThread) throws Exception {
        var names = new TreeSet<String>();
        var outcomes = new ArrayList<String>();
        for (var seed = 0L; seed < 60; seed++) {
            var before = Ground.descriptors();
            var run = new Run(Client.RIGHT, seed);
            var plan = new Harmful(seed, run.probability);
            var usual = Kernel.use(new FaultyKernel(Kernel.linux(), plan));
            try (var executor = Executor.builder().name("faulty").reactorThread(reactorThread).build()) {
                plan.arm();
                executor.submit(run.program()).toCompletableFuture().get(30, TimeUnit.SECONDS);
            } catch (Exception e) {
                throw new AssertionError("seed " + seed + ", after " + run.outcomes, e);
            } finally {
                Kernel.use(usual);
            }
            assertEquals(before, Ground.descriptors(), "descriptors after seed " + seed);
            requirePlausible(run);
            outcomes.addAll(run.outcomes);
            names.addAll(plan.names);
        }
        assertTrue(outcomes.contains("intact") && outcomes.contains("exception"), outcomes::toString);
        assertTrue(names.containsAll(ERRORS.subList(0, 7)), names::toString);
    }

    @Test
    void overTheSimulatedLinuxDataIsIntactOrTheExceptionIsRight() {
        simulate(150, Client.RIGHT);
    }

    @ParameterizedTest
    @EnumSource(names = "RIGHT", mode = EnumSource.Mode.EXCLUDE)
    void aClientThatIsWrongIsNoticed(Client client) {
        var e = assertThrows(AssertionError.class, () -> simulate(100, client));
        var expected = switch (client) {
            case RIGHT -> "";
            case IGNORES_SHORT_WRITES -> "not those that were sent";
            case KEEPS_WHAT_FAILED -> "is left open";
            case WAITS_FOR_WHAT_FAILED -> "TimeoutException";
        };
        assertTrue(e.getMessage().contains(expected), e::getMessage);
    }

    private static void simulate(int seeds, Client client) {
        Simulation.forEachSeed(seeds, simulation -> {
            var run = new Run(client, simulation.seed());
            simulation.faults().errors(run.probability);
            simulation.run(() -> await(Timer.timeout(Duration.ofMinutes(30), run.program())));
            assertEquals("", simulation.network().netstat(), "is left open");
            requirePlausible(run);
        });
    }

    private static void requirePlausible(Run run) {
        if (run.probability == 0) assertEquals(List.of("intact"), run.outcomes.stream().distinct().toList());
    }
}
