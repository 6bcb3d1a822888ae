package trale.test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.await;

import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import trale.net.TcpListener;
import trale.net.TcpStream;
import trale.net.UdpSocket;

/// What a simulation says of sockets that are none of its own.
@Timeout(60)
class OutsideSocketsTest {

    private static InetSocketAddress free() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    @Test
    void aSocketThatWasMadeOutsideIsRefusedAndTheErrorSaysWhereToMakeIt() throws Exception {
        try (var listener = TcpListener.bind(free());
                var socket = UdpSocket.bind(free());
                var simulation = new Simulation(1)) {
            var e = assertThrows(IllegalStateException.class, () -> simulation.run(() -> await(listener.accept()).close()));
            assertTrue(e.getMessage().contains("made outside of the simulation"), e.getMessage());
            assertTrue(e.getMessage().contains("in a task of a host"), e.getMessage());
            var ofUdp = assertThrows(IllegalStateException.class, () -> simulation.run(() -> {
                await(socket.sendTo(ByteBuffer.allocate(1), free()));
            }));
            assertTrue(ofUdp.getMessage().contains("made outside of the simulation"), ofUdp.getMessage());
        }
    }

    @Test
    void aSocketOfAnotherHostIsRefusedAndTheErrorNamesThatHost() throws Exception {
        try (var simulation = new Simulation(1)) {
            var listener = simulation.host("owner").spawn(() -> TcpListener.bind(new InetSocketAddress(80))).join();
            var e = assertThrows(IllegalStateException.class, () -> simulation.run(() -> await(listener.accept()).close()));
            assertTrue(e.getMessage().contains("a socket of host owner"), e.getMessage());
            simulation.host("owner").spawn(listener::close).join();
        }
    }

    @Test
    void theTestsThreadClosesASocketOfAHost() throws Exception {
        try (var simulation = new Simulation(1)) {
            var host = simulation.host("host");
            var listener = host.spawn(() -> TcpListener.bind(new InetSocketAddress(80))).join();
            listener.close();
            assertEquals("", simulation.network().netstat());
            simulation.run(() -> {
                try (var stream = await(TcpStream.connect("host", 80))) {
                    throw new AssertionError("something listens: " + stream);
                } catch (ConnectException e) {
                    assertTrue(e.getMessage().contains("ECONNREFUSED"), e.getMessage());
                }
            });
        }
    }

    @Test
    void theTestsThreadClosesNoSocketThatAHostHasMadeAfterACrash() throws Exception {
        try (var simulation = new Simulation(1)) {
            var host = simulation.host("host");
            var before = host.spawn(() -> TcpListener.bind(new InetSocketAddress(80))).join();
            host.restart(() -> {});
            var after = host.spawn(() -> TcpListener.bind(new InetSocketAddress(80))).join();
            before.close();
            assertTrue(simulation.network().netstat().contains("LISTENING"), simulation.network().netstat());
            after.close();
            assertEquals("", simulation.network().netstat());
        }
    }

    @Test
    void aTaskClosesASocketThatWasMadeOutside() throws Exception {
        var listener = TcpListener.bind(free());
        try (var simulation = new Simulation(1)) {
            simulation.run(listener::close);
        }
        TcpListener.bind(listener.localAddress()).close(); // the port is free
    }

    @Test
    void aSocketThatIsClosedIsStillAClosedOne() throws Exception {
        try (var simulation = new Simulation(1)) {
            simulation.run(() -> {
                var listener = TcpListener.bind(new InetSocketAddress(80));
                var stream = await(TcpStream.connect("main", 80));
                stream.close();
                listener.close();
                try {
                    await(stream.read(ByteBuffer.allocate(1)));
                    throw new AssertionError("it is open");
                } catch (ClosedChannelException e) {
                    // as outside of a simulation
                }
            });
        }
    }
}
