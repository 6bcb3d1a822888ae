package trale.test;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.await;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import trale.Async;
import trale.Executor;
import trale.Future;
import trale.net.AsyncRead;
import trale.net.AsyncWrite;
import trale.net.TcpListener;
import trale.net.TcpStream;
import trale.net.UdpSocket;
import trale.net.UnixListener;
import trale.net.UnixStream;
import trale.sync.Event;
import trale.time.Timer;

/// What can be wrong with the network, the hosts and their kernels.
@Timeout(60)
class NetworkFaultsTest {
    static final Async.VoidBody ECHO = () -> {
        try (var listener = TcpListener.bind(new InetSocketAddress(7))) {
            while (true) {
                var stream = await(listener.accept());
                Executor.spawn(() -> {
                    try (stream) {
                        await(AsyncRead.copy(stream, stream));
                    } catch (IOException e) {
                        // the connection is over
                    }
                });
            }
        }
    };

    /// Accepts one connection, and leaves it alone.
    static final Async.VoidBody NEVER_READS = () -> {
        try (var listener = TcpListener.bind(new InetSocketAddress(7))) {
            var stream = await(listener.accept());
            await(new Event().await());
            stream.close();
        }
    };

    /// Sends a byte and waits until it comes back.
    static Future<Void> exchange(TcpStream stream) {
        return Async.async(() -> {
            await(stream.writeAll(ByteBuffer.wrap(new byte[] {1})));
            await(stream.readExactly(ByteBuffer.allocate(1)));
        });
    }

    static Simulation withServer(long seed) {
        var simulation = new Simulation(seed);
        simulation.host("server").spawn(ECHO);
        return simulation;
    }

    @Test
    void latencyIsBetweenItsBounds() throws Exception {
        try (var simulation = withServer(1)) {
            simulation.network().latency(Duration.ofSeconds(2), Duration.ofSeconds(3));
            simulation.run(() -> {
                await(simulation.idle());
                try (var stream = await(TcpStream.connect("server", 7))) {
                    var begun = simulation.elapsed();
                    await(exchange(stream));
                    var took = simulation.elapsed().minus(begun);
                    assertTrue(took.toMillis() >= 4_000 && took.toMillis() <= 6_001, took.toString());
                }
            });
        }
    }

    @Test
    void bytesTakeTheTimeThatTheBandwidthSays() throws Exception {
        try (var simulation = withServer(1)) {
            simulation.network().latency(Duration.ZERO, Duration.ZERO).bandwidth(1000);
            simulation.run(() -> {
                await(simulation.idle());
                try (var stream = await(TcpStream.connect("server", 7))) {
                    await(stream.writeAll(ByteBuffer.allocate(10_000)));
                    await(stream.readExactly(ByteBuffer.allocate(10_000)));
                    assertEquals(20, simulation.elapsed().toSeconds()); // 10 s there, and then back
                }
            });
        }
    }

    @Test
    void aPartitionDelaysWhatIsSentUntilItHeals() throws Exception {
        try (var simulation = withServer(1)) {
            var server = simulation.host("server");
            simulation.run(() -> {
                await(simulation.idle());
                try (var stream = await(TcpStream.connect("server", 7))) {
                    var link = simulation.network().between(server, simulation.host("main"));
                    link.partition();
                    Executor.spawn(() -> {
                        await(Timer.sleep(Duration.ofSeconds(60)));
                        link.close();
                    });
                    await(exchange(stream));
                    assertEquals(60, simulation.elapsed().toSeconds());
                }
            });
        }
    }

    @Test
    void aPartitionThatDoesNotHealIsATimeOutAfterAQuarterOfAnHour() throws Exception {
        try (var simulation = withServer(1)) {
            var server = simulation.host("server");
            var e = assertThrows(IOException.class, () -> simulation.run(() -> {
                await(simulation.idle());
                try (var stream = await(TcpStream.connect("server", 7))) {
                    simulation.network().between(server, simulation.host("main")).partition();
                    await(exchange(stream));
                }
            }));
            assertTrue(e.getMessage().contains("ETIMEDOUT"), e.getMessage());
            assertEquals(15, simulation.elapsed().toMinutes());
            var second = assertThrows(ConnectException.class, () -> simulation.run(() -> await(TcpStream.connect("server", 7)).close()));
            assertTrue(second.getMessage().contains("ETIMEDOUT"), second.getMessage());
        }
    }

    @Test
    void anAcknowledgementThatIsHeldForAQuarterOfAnHourIsATimeOut() throws Exception {
        try (var simulation = new Simulation(1)) {
            var server = simulation.host("server");
            var link = simulation.network().between(server, simulation.host("main"));
            server.spawn(() -> {
                try (var listener = TcpListener.bind(new InetSocketAddress(7));
                        var stream = await(listener.accept())) {
                    await(stream.readExactly(ByteBuffer.allocate(1)));
                    link.partition();
                    await(new Event().await());
                }
            });
            var e = assertThrows(IOException.class, () -> simulation.run(() -> {
                await(simulation.idle());
                try (var stream = await(TcpStream.connect("server", 7))) {
                    await(exchange(stream));
                }
            }));
            assertTrue(e.getMessage().contains("ETIMEDOUT"), e.getMessage());
            assertEquals(15, simulation.elapsed().toMinutes());
        }
    }

    @Test
    void anAcknowledgementThatIsHeldForALittleWhileIsNoTimeOut() throws Exception {
        try (var simulation = withServer(1)) {
            var link = simulation.network().between(simulation.host("server"), simulation.host("main"));
            simulation.run(() -> {
                await(simulation.idle());
                try (var stream = await(TcpStream.connect("server", 7))) {
                    for (var i = 0; i < 10; i++) {
                        await(stream.writeAll(ByteBuffer.allocate(1)));
                        await(Timer.sleep(Duration.ofNanos(simulation.random().nextInt(1_000_000))));
                        link.partition();
                        await(Timer.sleep(Duration.ofMinutes(1)));
                        link.close();
                        await(stream.readExactly(ByteBuffer.allocate(1)));
                        await(Timer.sleep(Duration.ofHours(1)));
                    }
                }
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ETIMEDOUT", "ECONNRESET"})
    void whatWaitsForRoomAtACrashedHostFails(String error) throws Exception {
        try (var simulation = new Simulation(1)) {
            var reader = simulation.host("reader");
            reader.spawn(NEVER_READS);
            var e = assertThrows(IOException.class, () -> simulation.run(() -> {
                await(simulation.idle());
                try (var stream = await(TcpStream.connect("reader", 7))) {
                    var writer = Executor.spawn(stream.writeAll(ByteBuffer.allocate(1_000_000)));
                    await(Timer.sleep(Duration.ofSeconds(1)));
                    reader.crash();
                    await(Timer.sleep(Duration.ofSeconds(1)));
                    if (error.equals("ECONNRESET")) reader.restart(NEVER_READS);
                    await(writer);
                }
            }));
            assertTrue(e.getMessage().contains(error), e.getMessage());
            assertEquals(error.equals("ETIMEDOUT") ? 15 : 0, simulation.elapsed().toMinutes());
        }
    }

    @Test
    void aUserTimeoutSaysForHowLongBytesMayRemainUnacknowledged() throws Exception {
        try (var simulation = withServer(1)) {
            var e = assertThrows(IOException.class, () -> simulation.run(() -> {
                await(simulation.idle());
                try (var stream = await(TcpStream.connect("server", 7))) {
                    stream.setOption(TcpStream.TCP_USER_TIMEOUT, 5_000);
                    simulation.host("server").crash();
                    await(exchange(stream));
                }
            }));
            assertTrue(e.getMessage().contains("ETIMEDOUT"), e.getMessage());
            assertEquals(5, simulation.elapsed().toSeconds());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void keepAliveNoticesAHostThatCrashes(boolean isRestarted) throws Exception {
        try (var simulation = withServer(1)) {
            var e = assertThrows(IOException.class, () -> simulation.run(() -> {
                await(simulation.idle());
                try (var stream = await(TcpStream.connect("server", 7))) {
                    stream.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
                    await(exchange(stream));
                    await(Timer.sleep(Duration.ofSeconds(1)));
                    simulation.host("server").crash();
                    if (isRestarted) simulation.host("server").restart(ECHO);
                    await(stream.read(ByteBuffer.allocate(1)));
                }
            }));
            assertTrue(e.getMessage().contains(isRestarted ? "ECONNRESET" : "ETIMEDOUT"), e.getMessage());
            assertEquals(1 + 7200 + (isRestarted ? 0 : 9 * 75), simulation.elapsed().toSeconds()); // tcp(7): the defaults
        }
    }

    @Test
    void aConnectionWithKeepAliveOutlivesAPartitionThatHeals() throws Exception {
        try (var simulation = withServer(1)) {
            var link = simulation.network().between(simulation.host("server"), simulation.host("main"));
            simulation.run(() -> {
                await(simulation.idle());
                try (var stream = await(TcpStream.connect("server", 7))) {
                    stream.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
                    stream.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 60);
                    await(Timer.sleep(Duration.ofSeconds(1)));
                    link.partition();
                    await(Timer.sleep(Duration.ofMinutes(12))); // 1 min + 9 × 75 s would be more
                    link.close();
                    await(Timer.sleep(Duration.ofHours(1)));
                    await(exchange(stream));
                }
            });
        }
    }

    @Test
    void aMulticastGroupIsNotJoined() throws Exception {
        try (var simulation = new Simulation(1)) {
            simulation.run(() -> {
                try (var socket = UdpSocket.bind(new InetSocketAddress("0.0.0.0", 0))) {
                    var lo = NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress());
                    var e = assertThrows(SocketException.class, () -> socket.join(InetAddress.ofLiteral("239.1.2.3"), lo));
                    assertTrue(e.getMessage().contains("ENODEV"), e.getMessage());
                }
            });
            assertTrue(simulation.trace().contains("the simulated network has no multicast"), simulation.trace());
        }
    }

    @Test
    void aResetIsToldToBothEnds() throws Exception {
        try (var simulation = new Simulation(1)) {
            var told = new ArrayList<String>();
            var server = simulation.host("server");
            server.spawn(() -> {
                try (var listener = TcpListener.bind(new InetSocketAddress(7));
                        var stream = await(listener.accept())) {
                    await(stream.read(ByteBuffer.allocate(1)));
                } catch (IOException e) {
                    told.add(e.getMessage());
                }
            });
            var e = assertThrows(IOException.class, () -> simulation.run(() -> {
                await(simulation.idle());
                try (var stream = await(TcpStream.connect("server", 7))) {
                    await(simulation.idle());
                    simulation.network().between(server, simulation.host("main")).reset();
                    await(simulation.idle());
                    await(stream.read(ByteBuffer.allocate(1)));
                }
            }));
            assertTrue(e.getMessage().contains("ECONNRESET"), e.getMessage());
            simulation.run(() -> await(simulation.idle()));
            assertEquals(1, told.size());
            assertTrue(told.getFirst().contains("ECONNRESET"), told.getFirst());
        }
    }

    /// {@return the numbers of the datagrams that arrived, in that order}
    private static List<Integer> datagrams(Simulation simulation, int count) throws Exception {
        var there = simulation.host("there");
        var arrived = new ArrayList<Integer>();
        there.spawn(() -> {
            try (var socket = UdpSocket.bind(new InetSocketAddress(9))) {
                while (true) {
                    var buffer = ByteBuffer.allocate(4);
                    await(socket.recvFrom(buffer));
                    arrived.add(buffer.getInt(0));
                }
            }
        });
        simulation.run(() -> {
            await(simulation.idle());
            try (var socket = UdpSocket.bind(new InetSocketAddress(0))) {
                for (var i = 0; i < count; i++)
                    await(socket.sendTo(ByteBuffer.allocate(4).putInt(0, i), new InetSocketAddress(there.address(), 9)));
                await(Timer.sleep(Duration.ofSeconds(1)));
            }
        });
        return arrived;
    }

    @Test
    void datagramsAreLostDoubledAndOvertakenOnlyIfTheLinkSaysSo() throws Exception {
        var sent = IntStream.range(0, 100).boxed().toList();
        try (var simulation = new Simulation(1)) {
            assertEquals(sent, datagrams(simulation, 100));
        }
        try (var simulation = new Simulation(1)) {
            simulation.network().between(simulation.host("main"), simulation.host("there")).drop(0.5);
            var arrived = datagrams(simulation, 100);
            assertTrue(arrived.size() > 20 && arrived.size() < 80, arrived.toString());
            assertEquals(arrived.stream().sorted().distinct().toList(), arrived);
        }
        try (var simulation = new Simulation(1)) {
            simulation.network().between(simulation.host("main"), simulation.host("there")).duplicate(0.5);
            var arrived = datagrams(simulation, 100);
            assertTrue(arrived.size() > 120 && arrived.size() < 180, arrived.toString());
            assertEquals(sent, arrived.stream().distinct().toList());
        }
        try (var simulation = new Simulation(1)) {
            simulation.network().between(simulation.host("main"), simulation.host("there")).reorder(0.5);
            var arrived = datagrams(simulation, 100);
            assertFalse(arrived.equals(sent), "all in order");
            assertEquals(sent, arrived.stream().sorted().toList());
        }
    }

    @Test
    void aStallHoldsDatagramsAndLosesNone() throws Exception {
        try (var simulation = new Simulation(1)) {
            var link = simulation.network().between(simulation.host("main"), simulation.host("there")).stall();
            assertEquals(List.of(), datagrams(simulation, 3));
            link.close();
            simulation.run(() -> await(simulation.idle()));
            assertTrue(simulation.network().netstat().contains("there Udp"), simulation.network().netstat());
        }
    }

    @Test
    void aCrashRunsNoCleanupAndARestartedHostKnowsNoConnection() throws Exception {
        try (var simulation = new Simulation(1)) {
            var cleaned = new ArrayList<String>();
            var server = simulation.host("server");
            server.spawn(ECHO);
            var task = server.spawn(() -> {
                try {
                    await(Timer.sleep(Duration.ofDays(1)));
                } finally {
                    cleaned.add("cleaned");
                }
            });
            simulation.run(() -> {
                await(simulation.idle());
                try (var stream = await(TcpStream.connect("server", 7))) {
                    await(exchange(stream));
                    server.crash();
                    try {
                        await(task);
                        throw new AssertionError("the task ended");
                    } catch (CancellationException e) {
                        assertEquals("host server has crashed", e.getMessage());
                    }
                    try {
                        await(TcpStream.connect("server", 7)).close();
                        throw new AssertionError("a crashed host has answered");
                    } catch (ConnectException e) {
                        assertTrue(e.getMessage().contains("EHOSTUNREACH"), e.getMessage());
                    }
                    server.restart(ECHO);
                    await(simulation.idle());
                    try {
                        await(exchange(stream));
                        throw new AssertionError("the restarted host knows the connection");
                    } catch (IOException e) {
                        assertTrue(e.getMessage().contains("ECONNRESET"), e.getMessage());
                    }
                }
                try (var stream = await(TcpStream.connect("server", 7))) {
                    await(exchange(stream));
                }
            });
            assertEquals(List.of(), cleaned);
        }
    }

    @Test
    void whatAClosedSocketHasNotDeliveredIsLostWhenItsHostCrashes() throws Exception {
        try (var simulation = new Simulation(1)) {
            var server = simulation.host("server");
            var link = simulation.network().between(server, simulation.host("main"));
            server.spawn(() -> {
                try (var listener = TcpListener.bind(new InetSocketAddress(7));
                        var stream = await(listener.accept())) {
                    await(stream.readExactly(ByteBuffer.allocate(1)));
                    link.partition();
                    await(stream.writeAll(ByteBuffer.allocate(1)));
                }
            });
            simulation.run(() -> {
                await(simulation.idle());
                try (var stream = await(TcpStream.connect("server", 7))) {
                    await(stream.writeAll(ByteBuffer.allocate(1)));
                    await(Timer.sleep(Duration.ofSeconds(1)));
                    server.crash();
                    link.close();
                    try {
                        var n = await(Timer.timeout(Duration.ofMinutes(1), stream.read(ByteBuffer.allocate(1))));
                        throw new AssertionError("a host without power has sent something: " + n);
                    } catch (TimeoutException e) {
                        // nothing has come
                    }
                }
            });
        }
    }

    @Test
    void aRestartedHostAnswersTheEndOfAConnectionThatItDoesNotKnow() throws Exception {
        try (var simulation = withServer(1)) {
            var e = assertThrows(IOException.class, () -> simulation.run(() -> {
                await(simulation.idle());
                try (var stream = await(TcpStream.connect("server", 7))) {
                    await(exchange(stream));
                    simulation.host("server").restart(ECHO);
                    stream.shutdownOutput();
                    await(stream.read(ByteBuffer.allocate(1)));
                }
            }));
            assertTrue(e.getMessage().contains("ECONNRESET"), e.getMessage());
        }
    }

    @Test
    void whatIsNotAcknowledgedByACrashedHostTimesOut() throws Exception {
        try (var simulation = withServer(1)) {
            var e = assertThrows(IOException.class, () -> simulation.run(() -> {
                await(simulation.idle());
                try (var stream = await(TcpStream.connect("server", 7))) {
                    simulation.host("server").crash();
                    await(exchange(stream));
                }
            }));
            assertTrue(e.getMessage().contains("ETIMEDOUT"), e.getMessage());
        }
    }

    @Test
    void aTaskCannotCrashItsOwnHost() throws Exception {
        try (var simulation = new Simulation(1)) {
            var e = assertThrows(IllegalStateException.class, () -> simulation.run(() -> simulation.host("main").crash()));
            assertTrue(e.getMessage().contains("another host"), e.getMessage());
        }
    }

    @Test
    void aHostMayBeMadeByATask() throws Exception {
        try (var simulation = new Simulation(1)) {
            simulation.run(() -> {
                simulation.host("late").spawn(ECHO);
                await(simulation.idle());
                try (var stream = await(TcpStream.connect("late", 7))) {
                    await(exchange(stream));
                }
            });
        }
    }

    @Test
    void aCallFailsAsFaultsSay() throws Exception {
        try (var simulation = withServer(1)) {
            simulation.faults().at("connect", "ENOBUFS", 1);
            simulation.run(() -> UdpSocket.bind(new InetSocketAddress("127.0.0.1", 0)).close()); // which dissolves, and that does not fail
            var e = assertThrows(IOException.class, () -> simulation.run(() -> await(TcpStream.connect("server", 7)).close()));
            assertTrue(e.getMessage().contains("ENOBUFS"), e.getMessage());
            simulation.faults().at("connect", "ENOBUFS", 0);
            simulation.run(() -> await(TcpStream.connect("server", 7)).close());
            assertThrows(IllegalArgumentException.class, () -> simulation.faults().at("connect", "ENOSUCH", 1));
            assertThrows(IllegalArgumentException.class, () -> simulation.faults().errors(2));
        }
    }

    @Test
    void aFaultThatIsSetWhileAConnectionIsOpenLosesNoWake() throws Exception {
        try (var simulation = withServer(1)) {
            simulation.run(() -> {
                await(simulation.idle());
                try (var stream = await(TcpStream.connect("server", 7))) {
                    await(exchange(stream));
                    simulation.faults().at("recvfrom", "EAGAIN", 0.5).at("accept4", "EAGAIN", 0.5);
                    for (var i = 0; i < 20; i++) await(exchange(stream));
                }
                for (var i = 0; i < 20; i++) {
                    try (var stream = await(TcpStream.connect("server", 7))) {
                        await(exchange(stream));
                    }
                }
            });
        }
    }

    @Test
    void aConnectionWithTheNumberOfOneThatWasBrokenIsSound() throws Exception {
        try (var simulation = withServer(1)) {
            simulation.run(() -> {
                await(simulation.idle());
                simulation.faults().at("sendto", "ECONNRESET", 1);
                var broken = await(TcpStream.connect("server", 7));
                try {
                    await(exchange(broken));
                    throw new AssertionError("nothing has failed");
                } catch (IOException e) {
                    assertTrue(e.getMessage().contains("ECONNRESET"), e.getMessage());
                }
                simulation.faults().at("sendto", "ECONNRESET", 0);
                broken.close();
                try (var stream = await(TcpStream.connect("server", 7))) {
                    simulation.faults().at("bind", "ENOMEM", 1);
                    await(exchange(stream));
                }
            });
        }
    }

    @Test
    void aConnectionThatAFaultBreaksWakesItsReaderAndIsResetAtTheOtherEnd() throws Exception {
        try (var simulation = new Simulation(1)) {
            var server = simulation.host("server").spawn(() -> {
                try (var listener = TcpListener.bind(new InetSocketAddress(7));
                        var stream = await(listener.accept())) {
                    await(Timer.sleep(Duration.ofSeconds(1)));
                    return "read " + await(stream.read(ByteBuffer.allocate(1)));
                } catch (IOException e) {
                    return String.valueOf(e.getMessage());
                }
            });
            simulation.run(() -> {
                await(simulation.idle());
                simulation.faults().at("sendto", "ECONNRESET", 1);
                try (var stream = await(TcpStream.connect("server", 7))) {
                    await(requireBroken(simulation, stream, "ECONNRESET"));
                }
            });
            var told = server.join();
            assertTrue(told.contains("ECONNRESET"), told);
        }
    }

    @Test
    void aUnixConnectionThatAFaultBreaksEndsAtBothEnds() throws Exception {
        try (var simulation = new Simulation(1)) {
            simulation.faults().at("sendto", "EPIPE", 1);
            simulation.run(() -> {
                try (var listener = UnixListener.bind(UnixDomainSocketAddress.of(""));
                        var client = await(UnixStream.connect(listener.localAddress()));
                        var server = await(listener.accept())) {
                    var other = Executor.spawn(server.read(ByteBuffer.allocate(1)));
                    await(requireBroken(simulation, client, "EPIPE"));
                    try {
                        var n = await(other);
                        throw new AssertionError("read " + n);
                    } catch (IOException e) {
                        assertTrue(e.getMessage().contains("ECONNRESET"), e.getMessage());
                    }
                }
            });
        }
    }

    /// Writes, which is to fail. A task that reads meanwhile is told that the connection was reset, or else sees the end.
    private static <S extends AsyncRead & AsyncWrite> Future<Void> requireBroken(Simulation simulation, S stream, String error) {
        return Async.async(() -> {
            var reader = Executor.spawn(stream.read(ByteBuffer.allocate(1)));
            await(simulation.idle());
            try {
                await(stream.write(ByteBuffer.allocate(1)));
                throw new AssertionError("nothing has failed");
            } catch (IOException e) {
                assertTrue(e.getMessage().contains(error), e.getMessage());
            }
            try {
                assertEquals(-1, await(reader));
                assertEquals("EPIPE", error);
            } catch (IOException e) {
                assertTrue(e.getMessage().contains("ECONNRESET"), e.getMessage());
            }
        });
    }

    @Test
    void aFaultOfStreamsBreaksNoDatagramSocket() throws Exception {
        try (var simulation = new Simulation(1)) {
            simulation.run(() -> {
                try (var socket = UdpSocket.bind(new InetSocketAddress("127.0.0.1", 0))) {
                    await(socket.sendTo(ByteBuffer.allocate(1), socket.localAddress()));
                    simulation.faults().at("recvfrom", "ECONNRESET", 1);
                    try {
                        await(socket.recvFrom(ByteBuffer.allocate(1)));
                        throw new AssertionError("nothing has failed");
                    } catch (SocketException e) {
                        assertTrue(e.getMessage().contains("ECONNRESET"), e.getMessage());
                    }
                    simulation.faults().at("recvfrom", "ECONNRESET", 0);
                    await(socket.sendTo(ByteBuffer.allocate(1), socket.localAddress()));
                    assertEquals(1, await(socket.recvFrom(ByteBuffer.allocate(1))).length());
                }
            });
        }
    }

    @Test
    void aSocketWhoseCloseFailsIsClosed() throws Exception {
        try (var simulation = new Simulation(1)) {
            simulation.run(() -> {
                var socket = UdpSocket.bind(new InetSocketAddress("127.0.0.1", 0));
                simulation.faults().at("close", "EPIPE", 1);
                socket.close();
                simulation.faults().at("close", "EPIPE", 0);
            });
            assertEquals("", simulation.network().netstat());
        }
    }

    @Test
    void aTimeOutThatAFaultTellsIsTheEndOfTheConnection() throws Exception {
        try (var simulation = new Simulation(1)) {
            simulation.host("server").spawn(() -> {
                try (var listener = TcpListener.bind(new InetSocketAddress(7));
                        var stream = await(listener.accept())) {
                    await(stream.writeAll(ByteBuffer.allocate(1)));
                    await(new Event().await());
                }
            });
            simulation.run(() -> {
                await(simulation.idle());
                try (var stream = await(TcpStream.connect("server", 7))) {
                    for (var p : new double[] {1, 0}) { // the second read has no fault of its own
                        simulation.faults().at("recvfrom", "ETIMEDOUT", p);
                        try {
                            await(stream.read(ByteBuffer.allocate(1)));
                            throw new AssertionError("nothing has failed");
                        } catch (IOException e) {
                            assertTrue(e.getMessage().contains("ETIMEDOUT"), e.getMessage());
                        }
                    }
                }
            });
        }
    }

    @Test
    void whatFailsByChanceIsDataIntactOrAnException() {
        var outcomes = new ArrayList<String>();
        Simulation.forEachSeed(200, simulation -> {
            simulation.host("server").spawn(() -> {
                while (true) {
                    try (var listener = TcpListener.bind(new InetSocketAddress(7));
                            var stream = await(listener.accept())) {
                        await(AsyncRead.copy(stream, stream));
                    } catch (IOException e) {
                        await(Timer.sleep(Duration.ofSeconds(1)));
                    }
                }
            });
            simulation.faults().errors(0.05);
            try {
                simulation.run(() -> await(Timer.timeout(Duration.ofMinutes(30), Async.async(() -> {
                    await(simulation.idle());
                    try (var stream = await(TcpStream.connect("server", 7))) {
                        var bytes = new byte[1000];
                        simulation.random().nextBytes(bytes);
                        await(stream.writeAll(ByteBuffer.wrap(bytes)));
                        var back = ByteBuffer.allocate(1000);
                        await(stream.readExactly(back));
                        assertArrayEquals(bytes, back.array());
                    }
                }))));
                outcomes.add("intact");
            } catch (IOException e) {
                outcomes.add("exception");
            }
        });
        assertTrue(outcomes.contains("intact") && outcomes.contains("exception"), outcomes.toString());
    }

    @Test
    void aRunThatTakesTooLongIsEndedAndSaysWhereItIs() {
        var simulation = new Simulation(1);
        simulation.limit(Duration.ofMillis(300));
        var e = assertThrows(AssertionError.class, () -> simulation.run(() -> {
            Executor.spawn(() -> await(Timer.sleep(Duration.ofDays(1_000_000))));
            while (true) await(Timer.sleep(Duration.ofMillis(1)));
        }));
        simulation.close();
        assertTrue(e.getMessage().contains("NetworkFaultsTest.java"), e.getMessage());
    }

    @Test
    void aRunThatTakesTooLongSaysHowMuchVirtualTimeHasPassedAndThatTheRealClocksDoNotMoveWithIt() {
        var simulation = new Simulation(1);
        simulation.limit(Duration.ofMillis(300));
        var e = assertThrows(AssertionError.class, () -> simulation.run(() -> {
            var end = System.nanoTime() + Duration.ofHours(1).toNanos();
            while (System.nanoTime() < end) await(Timer.sleep(Duration.ofHours(1)));
        }));
        simulation.close();
        assertTrue(e.getMessage().matches("(?s).* virtual time has come to PT[0-9]+H.*"), e.getMessage());
        assertTrue(e.getMessage().contains("System.nanoTime()") && e.getMessage().contains("Simulation.elapsed()"), e.getMessage());
    }

    @RepeatedTest(10) // a race of two threads: it fails most of the time, not each time
    void aRunOfRestartsThatTakesTooLongIsToldAndItsThreadsEnd() throws Exception {
        var simulation = new Simulation(1);
        simulation.limit(Duration.ofMillis(300));
        var main = new ArrayList<Thread>();
        var e = assertThrows(AssertionError.class, () -> simulation.run(() -> {
            main.add(Thread.currentThread());
            while (true) {
                await(Timer.sleep(Duration.ofNanos(1)));
                simulation.host("server").restart(() -> await(new Event().await()));
            }
        }));
        simulation.close();
        assertTrue(e.getMessage().contains("the run takes more than"), e.getMessage());
        assertTrue(main.getFirst().join(Duration.ofSeconds(5)), "it goes on");
    }

    @Test
    void aDeadlockListsTheTasksAndWhatTheyWaitFor() throws Exception {
        try (var simulation = withServer(1)) {
            var e = assertThrows(DeadlockException.class, () -> simulation.run(() -> {
                try (var listener = TcpListener.bind(new InetSocketAddress(80))) {
                    await(listener.accept());
                }
            }));
            assertTrue(e.getMessage().contains("executor main sleeps") && e.getMessage().contains("executor server sleeps"),
                    e.getMessage());
            assertTrue(e.getMessage().contains("to be readable: TcpListener") && e.getMessage().contains("NetworkFaultsTest.java:"),
                    e.getMessage());
        }
    }

    @Test
    void runInsideATaskIsRefused() throws Exception {
        try (var simulation = new Simulation(1)) {
            assertThrows(IllegalStateException.class, () -> simulation.run(() -> simulation.run(() -> {})));
        }
    }
}
