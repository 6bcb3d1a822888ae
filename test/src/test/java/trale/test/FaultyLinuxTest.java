package trale.test;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.async;
import static trale.Async.await;

import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import trale.Executor;
import trale.Future;
import trale.internal.linux.Kernel;
import trale.net.AsyncRead;
import trale.net.AsyncWrite;
import trale.net.TcpListener;
import trale.net.TcpStream;
import trale.net.UdpSocket;
import trale.net.UnixListener;
import trale.net.UnixStream;
import trale.time.Timer;

/// Bytes arrive whole and in order over a Linux that interrupts, answers "try again" and moves less than it was asked for.
@Timeout(120)
class FaultyLinuxTest {
    private static final InetSocketAddress LOOPBACK = new InetSocketAddress("127.0.0.1", 0);
    private static final int BYTES = 300_000;

    private static Executor open(FaultyKernel.Plan plan, boolean reactorThread) {
        var usual = Kernel.use(new FaultyKernel(Kernel.linux(), plan));
        try {
            return Executor.builder().name("faulty").reactorThread(reactorThread).build();
        } finally {
            Kernel.use(usual);
        }
    }

    private static byte[] bytes(long seed) {
        var bytes = new byte[BYTES];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static Future<byte[]> readAll(AsyncRead from) {
        return async(() -> {
            var all = ByteBuffer.allocate(2 * BYTES);
            while (await(from.read(all)) >= 0) continue;
            return Arrays.copyOf(all.array(), all.position());
        });
    }

    /// Sends and reads at once, as otherwise both ends might wait for room.
    private static Future<byte[]> exchange(AsyncRead from, AsyncWrite to, byte[] what, AutoCloseable end) {
        return async(() -> {
            var sender = Executor.spawn(() -> {
                await(to.writeAll(ByteBuffer.wrap(what)));
                end.close();
            });
            var got = await(readAll(from));
            await(sender);
            return got;
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void streamsDeliverEveryByteInOrder(int reactorThread) throws Exception {
        var faults = 0;
        for (var seed = 0L; seed < 12; seed++) {
            var plan = new Harmless(seed, seed % 2 == 0 ? 0.2 : 0.6, true);
            var one = bytes(seed);
            var other = bytes(~seed);
            try (var executor = open(plan, reactorThread == 1)) {
                var done = executor.submit(() -> {
                    try (var tcp = TcpListener.bind(LOOPBACK);
                            var unix = UnixListener.bind(UnixDomainSocketAddress.of(""))) {
                        var servers = List.of(
                                Executor.spawn(() -> {
                                    try (var s = await(tcp.accept())) {
                                        return await(exchange(s, s, one, s::shutdownOutput));
                                    }
                                }),
                                Executor.spawn(() -> {
                                    try (var s = await(unix.accept())) {
                                        return await(exchange(s, s, one, s::shutdownOutput));
                                    }
                                }));
                        try (var s = await(TcpStream.connect(tcp.localAddress()));
                                var u = await(UnixStream.connect(unix.localAddress()))) {
                            var overTcp = Executor.spawn(exchange(s, s, other, s::shutdownOutput));
                            assertArrayEquals(one, await(exchange(u, u, other, u::shutdownOutput)));
                            assertArrayEquals(one, await(overTcp));
                        }
                        for (var server : servers) assertArrayEquals(other, await(server));
                    }
                });
                done.toCompletableFuture().get(30, TimeUnit.SECONDS);
            }
            faults += plan.faults;
        }
        assertTrue(faults > 300, "only " + faults + " faults");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void datagramsAreReceivedOnce(int reactorThread) throws Exception {
        for (var seed = 0L; seed < 12; seed++) {
            var plan = new Harmless(seed, 0.3, true);
            try (var executor = open(plan, reactorThread == 1)) {
                var got = executor.submit(() -> {
                    try (var one = UdpSocket.bind(LOOPBACK);
                            var other = UdpSocket.bind(LOOPBACK)) {
                        var receiver = Executor.spawn(() -> {
                            var received = new ArrayList<Integer>();
                            for (var i = 0; i < 50; i++) {
                                var buffer = ByteBuffer.allocate(8);
                                await(other.recvFrom(buffer));
                                received.add(buffer.getInt(0));
                            }
                            return received;
                        });
                        for (var i = 0; i < 50; i++) {
                            await(one.sendTo(ByteBuffer.allocate(4).putInt(0, i), other.localAddress()));
                            if (i % 10 == 0) await(Timer.sleep(Duration.ofMillis(1)));
                        }
                        return await(receiver);
                    }
                });
                var expected = new ArrayList<Integer>();
                for (var i = 0; i < 50; i++) expected.add(i);
                assertEquals(expected, got.toCompletableFuture().get(30, TimeUnit.SECONDS));
            }
        }
    }
}
