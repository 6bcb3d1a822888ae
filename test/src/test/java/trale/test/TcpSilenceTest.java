package trale.test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.await;
import static trale.test.NetworkFaultsTest.ECHO;
import static trale.test.NetworkFaultsTest.NEVER_READS;
import static trale.test.NetworkFaultsTest.exchange;
import static trale.test.NetworkFaultsTest.withServer;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import trale.Executor;
import trale.net.TcpListener;
import trale.net.TcpStream;
import trale.sync.Event;
import trale.time.Timer;

/// How long one end of a connection waits for another that is out of reach, gone, or has no room.
@Timeout(60)
class TcpSilenceTest {
    private static final int KEEP_ALIVE = 7200 + 9 * 75; // s; tcp(7): the defaults

    private static void assertTold(String error, IOException e) {
        assertTrue(String.valueOf(e.getMessage()).contains(error), e.getMessage());
    }

    // An option that is set late.

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void keepAliveThatIsSetAfterTheCrashNoticesIt(boolean isRestarted) throws Exception {
        try (var simulation = withServer(1)) {
            var e = assertThrows(IOException.class, () -> simulation.run(() -> {
                await(simulation.idle());
                try (var stream = await(TcpStream.connect("server", 7))) {
                    simulation.host("server").crash();
                    if (isRestarted) simulation.host("server").restart(ECHO);
                    stream.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
                    await(stream.read(ByteBuffer.allocate(1)));
                }
            }));
            assertTold(isRestarted ? "ECONNRESET" : "ETIMEDOUT", e);
            assertEquals(isRestarted ? 7200 : KEEP_ALIVE, simulation.elapsed().toSeconds());
        }
    }

    @Test
    void keepAliveThatIsTurnedOffAfterTheCrashAsksNoMore() throws Exception {
        try (var simulation = withServer(1)) {
            assertThrows(DeadlockException.class, () -> simulation.run(() -> {
                await(simulation.idle());
                try (var stream = await(TcpStream.connect("server", 7))) {
                    stream.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
                    simulation.host("server").crash();
                    stream.setOption(StandardSocketOptions.SO_KEEPALIVE, false);
                    await(stream.read(ByteBuffer.allocate(1)));
                }
            }));
        }
    }

    @Test
    void aUserTimeoutThatIsSetLateCountsFromTheLoss() throws Exception {
        try (var simulation = withServer(1)) {
            var e = assertThrows(IOException.class, () -> simulation.run(() -> {
                await(simulation.idle());
                try (var stream = await(TcpStream.connect("server", 7))) {
                    simulation.host("server").crash();
                    await(stream.writeAll(ByteBuffer.allocate(1)));
                    await(Timer.sleep(Duration.ofSeconds(2)));
                    stream.setOption(TcpStream.TCP_USER_TIMEOUT, 5_000);
                    await(stream.read(ByteBuffer.allocate(1)));
                }
            }));
            assertTold("ETIMEDOUT", e);
            assertEquals(5, simulation.elapsed().toSeconds());
        }
    }

    @Test
    void keepAliveNoticesACrashWhileTheConnectionWaitsToBeAccepted() throws Exception {
        try (var simulation = new Simulation(1)) {
            var client = simulation.host("client");
            var e = assertThrows(IOException.class, () -> simulation.run(() -> {
                try (var listener = TcpListener.bind(new InetSocketAddress(7))) {
                    listener.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
                    client.spawn(() -> {
                        try (var stream = await(TcpStream.connect("main", 7))) {
                            await(stream.read(ByteBuffer.allocate(1)));
                        }
                    });
                    await(Timer.sleep(Duration.ofSeconds(1)));
                    client.crash();
                    try (var stream = await(listener.accept())) {
                        await(stream.read(ByteBuffer.allocate(1)));
                    }
                }
            }));
            assertTold("ETIMEDOUT", e);
            assertEquals(1 + KEEP_ALIVE, simulation.elapsed().toSeconds());
        }
    }

    // The other end is gone, and comes back.

    /// A request is acknowledged, and its server is restarted while the acknowledgement is on its way.
    private static void restartBehindTheRequest(Simulation simulation, boolean keepsAlive) throws Exception {
        var server = simulation.host("server");
        var read = new Event();
        server.spawn(() -> {
            try (var listener = TcpListener.bind(new InetSocketAddress(7));
                    var stream = await(listener.accept())) {
                await(stream.readExactly(ByteBuffer.allocate(1)));
                read.set();
                await(new Event().await());
            }
        });
        simulation.run(() -> {
            await(simulation.idle());
            try (var stream = await(TcpStream.connect("server", 7))) {
                stream.setOption(StandardSocketOptions.SO_KEEPALIVE, keepsAlive);
                await(stream.writeAll(ByteBuffer.allocate(1)));
                await(read.await());
                server.restart(() -> {});
                await(stream.read(ByteBuffer.allocate(1)));
            }
        });
    }

    @Test
    void aClientWhoseRequestWasAcknowledgedIsNotToldOfARestart() {
        try (var simulation = new Simulation(1)) {
            assertThrows(DeadlockException.class, () -> restartBehindTheRequest(simulation, false));
        }
    }

    @Test
    void keepAliveNoticesARestartThoughTheRequestWasAcknowledged() {
        try (var simulation = new Simulation(1)) {
            assertTold("ECONNRESET", assertThrows(IOException.class, () -> restartBehindTheRequest(simulation, true)));
            assertEquals(7200, simulation.elapsed().toSeconds());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aHostThatIsOutOfReachAgainAnswersNoQuestion(boolean isCrashed) throws Exception {
        try (var simulation = withServer(1)) {
            var server = simulation.host("server");
            var e = assertThrows(IOException.class, () -> simulation.run(() -> {
                await(simulation.idle());
                try (var stream = await(TcpStream.connect("server", 7))) {
                    stream.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
                    await(exchange(stream));
                    server.restart(ECHO); // which would answer the first question by a reset
                    await(Timer.sleep(Duration.ofMinutes(1)));
                    if (isCrashed) server.crash();
                    else simulation.network().between(server, simulation.host("main")).partition();
                    await(stream.read(ByteBuffer.allocate(1)));
                }
            }));
            assertTold("ETIMEDOUT", e);
            assertEquals(60 + KEEP_ALIVE, simulation.elapsed().toSeconds());
        }
    }

    // What a link holds of a host that crashes.

    /// The acknowledgement of a request is held by a link, its sender crashes, and the link heals.
    private static void holdTheAcknowledgementOfAHostThatCrashes(Simulation simulation, boolean isStalled) throws Exception {
        var server = simulation.host("server");
        var link = simulation.network().between(server, simulation.host("main"));
        server.spawn(() -> {
            try (var listener = TcpListener.bind(new InetSocketAddress(7));
                    var stream = await(listener.accept())) {
                await(stream.readExactly(ByteBuffer.allocate(1)));
                if (isStalled) link.stall();
                else link.partition();
                await(new Event().await());
            }
        });
        simulation.run(() -> {
            await(simulation.idle());
            try (var stream = await(TcpStream.connect("server", 7))) {
                await(stream.writeAll(ByteBuffer.allocate(1)));
                await(Timer.sleep(Duration.ofSeconds(1)));
                server.crash();
                link.close();
                await(stream.read(ByteBuffer.allocate(1)));
            }
        });
    }

    @Test
    void anAcknowledgementThatAPartitionHoldsIsLostWhenItsSenderCrashes() {
        try (var simulation = new Simulation(1)) {
            var e = assertThrows(IOException.class, () -> holdTheAcknowledgementOfAHostThatCrashes(simulation, false));
            assertTold("ETIMEDOUT", e);
            assertEquals(15, simulation.elapsed().toMinutes());
        }
    }

    /// It is on its way, so its sender need not repeat it.
    @Test
    void anAcknowledgementThatAStallHoldsArrivesThoughItsSenderCrashes() {
        try (var simulation = new Simulation(1)) {
            assertThrows(DeadlockException.class, () -> holdTheAcknowledgementOfAHostThatCrashes(simulation, true));
        }
    }

    @Test
    void aConnectionThatAPartitionHoldsIsMadeWithTheRestartedHost() throws Exception {
        try (var simulation = withServer(1)) {
            var server = simulation.host("server");
            var link = simulation.network().between(server, simulation.host("main"));
            simulation.network().latency(Duration.ofSeconds(1), Duration.ofSeconds(1));
            simulation.run(() -> {
                await(simulation.idle());
                var connecting = Executor.spawn(TcpStream.connect(new InetSocketAddress(server.address(), 7)));
                await(Timer.sleep(Duration.ofMillis(1500))); // the SYN has arrived
                link.partition();
                await(Timer.sleep(Duration.ofSeconds(1))); // what answers it is held
                server.restart(ECHO);
                await(simulation.idle());
                link.close();
                try (var stream = await(connecting)) {
                    await(exchange(stream));
                }
            });
        }
    }

    // No room.

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aUserTimeoutEndsAConnectionWhosePeerReadsNothing(boolean isSetLate) throws Exception {
        try (var simulation = new Simulation(1)) {
            simulation.host("reader").spawn(NEVER_READS);
            var e = assertThrows(IOException.class, () -> simulation.run(() -> {
                await(simulation.idle());
                try (var stream = await(TcpStream.connect("reader", 7))) {
                    if (!isSetLate) stream.setOption(TcpStream.TCP_USER_TIMEOUT, 5_000);
                    var writer = Executor.spawn(stream.writeAll(ByteBuffer.allocate(1_000_000)));
                    await(Timer.sleep(Duration.ofSeconds(2)));
                    if (isSetLate) stream.setOption(TcpStream.TCP_USER_TIMEOUT, 5_000);
                    await(writer);
                }
            }));
            assertTold("ETIMEDOUT", e);
            assertEquals(5, simulation.elapsed().toSeconds());
        }
    }

    @Test
    void aUserTimeoutSparesAPeerThatReadsSlowly() throws Exception {
        try (var simulation = new Simulation(1)) {
            var reader = simulation.host("reader").spawn(() -> {
                var read = 0;
                try (var listener = TcpListener.bind(new InetSocketAddress(7));
                        var stream = await(listener.accept())) {
                    while (read < 1_000_000) {
                        await(Timer.sleep(Duration.ofSeconds(3)));
                        var n = await(stream.read(ByteBuffer.allocate(50_000)));
                        read += n;
                    }
                }
                return read;
            });
            simulation.run(() -> {
                await(simulation.idle());
                try (var stream = await(TcpStream.connect("reader", 7))) {
                    stream.setOption(TcpStream.TCP_USER_TIMEOUT, 5_000);
                    await(stream.writeAll(ByteBuffer.allocate(1_000_000)));
                }
            });
            assertEquals(1_000_000, reader.join());
        }
    }

    @Test
    void aPeerThatMakesRoomTooLateIsTold() throws Exception {
        try (var simulation = new Simulation(1)) {
            var reader = simulation.host("reader").spawn(() -> {
                try (var listener = TcpListener.bind(new InetSocketAddress(7));
                        var stream = await(listener.accept())) {
                    await(Timer.sleep(Duration.ofMinutes(1)));
                    while (await(stream.read(ByteBuffer.allocate(10_000))) >= 0) continue;
                    return "the end";
                } catch (IOException e) {
                    return String.valueOf(e.getMessage());
                }
            });
            assertThrows(IOException.class, () -> simulation.run(() -> {
                await(simulation.idle());
                try (var stream = await(TcpStream.connect("reader", 7))) {
                    stream.setOption(TcpStream.TCP_USER_TIMEOUT, 5_000);
                    await(stream.writeAll(ByteBuffer.allocate(1_000_000)));
                }
            }));
            var told = reader.join();
            assertTrue(told.contains("ECONNRESET"), told);
        }
    }
}
