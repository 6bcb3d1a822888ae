package trale.test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.await;

import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import trale.Executor;
import trale.JoinHandle;
import trale.net.AsyncRead;
import trale.net.TcpListener;
import trale.net.TcpStream;
import trale.time.Timer;

/// Programs of several hosts in virtual time.
@Timeout(60)
class SimulatedHostsTest {

    @Test
    void aSleepTakesVirtualTimeOnly() throws Exception {
        try (var simulation = new Simulation(1)) {
            simulation.run(() -> await(Timer.sleep(Duration.ofDays(365))));
            assertEquals(Duration.ofDays(365).toSeconds(), simulation.elapsed().toSeconds());
        }
    }

    private static void echo(Simulation simulation, List<String> order) throws Exception {
        var server = simulation.host("server");
        server.spawn(() -> {
            try (var listener = TcpListener.bind(new InetSocketAddress(80))) {
                while (true) {
                    var stream = await(listener.accept());
                    Executor.spawn(() -> {
                        try (stream) {
                            await(AsyncRead.copy(stream, stream));
                        }
                    });
                }
            }
        });
        simulation.run(() -> {
            await(simulation.idle());
            var clients = new ArrayList<JoinHandle<Void>>();
            for (var i = 0; i < 4; i++) {
                var name = "client " + i;
                clients.add(Executor.spawn(() -> {
                    try (var stream = await(TcpStream.connect("server", 80))) {
                        for (var hour = 0; hour < 5; hour++) {
                            await(Timer.sleep(Duration.ofHours(1)));
                            await(stream.writeAll(ByteBuffer.wrap(name.getBytes())));
                            var answer = ByteBuffer.allocate(name.length());
                            await(stream.readExactly(answer));
                            assertEquals(name, new String(answer.array()));
                            order.add(name);
                        }
                    }
                }));
            }
            for (var client : clients) await(client);
        });
        assertEquals(5, simulation.elapsed().toHours());
    }

    @Test
    void equalSeedsAreEqualRunsAndOtherSeedsAreOtherOrders() {
        var orders = new HashSet<List<String>>();
        Simulation.forEachSeed(50, simulation -> {
            var order = new ArrayList<String>();
            echo(simulation, order);
            orders.add(order);
        });
        assertTrue(orders.size() > 10, () -> orders.size() + " orders");
    }

    @Test
    void nothingThatCanHappenIsADeadlock() throws Exception {
        try (var simulation = new Simulation(1)) {
            assertThrows(DeadlockException.class, () -> simulation.run(() -> {
                try (var listener = TcpListener.bind(new InetSocketAddress(80))) {
                    await(listener.accept());
                }
            }));
        }
    }

    @Test
    void aPortThatNobodyListensToRefuses() throws Exception {
        try (var simulation = new Simulation(1)) {
            simulation.host("server");
            var e = assertThrows(ConnectException.class, () -> simulation.run(() -> await(TcpStream.connect("server", 80)).close()));
            assertTrue(e.getMessage().contains("ECONNREFUSED"), e.getMessage());
        }
    }
}
