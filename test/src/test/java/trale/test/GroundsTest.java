package trale.test;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.await;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import trale.net.UdpSocket;
import trale.support.Arrangement;
import trale.support.Ground;
import trale.time.Timer;

/// The tests of the core stand on what they should, where they run again.
class GroundsTest {
    private interface Program {
        void run(Ground ground) throws Exception;
    }

    private static void on(Arrangement arrangement, Program program) throws Exception {
        var ground = Ground.open(arrangement);
        try (var executor = arrangement.open("test")) {
            executor.submit(() -> {
                try (var socket = UdpSocket.bind(new InetSocketAddress("127.0.0.1", 0))) {
                    for (var i = 0; i < 100; i++) {
                        await(socket.sendTo(ByteBuffer.allocate(1), socket.localAddress()));
                        await(socket.recv(ByteBuffer.allocate(1)));
                    }
                }
                await(Timer.sleep(java.time.Duration.ofMillis(1)));
            }).join();
            program.run(ground);
        } finally {
            Ground.end(ground);
        }
    }

    @Test
    void aSimulatedGroundAnswersAllCallsAndHasItsOwnTime() throws Exception {
        on(Arrangement.SIMULATED, ground -> {
            var machine = assertInstanceOf(Grounds.Simulated.class, ground).machine;
            assertTrue(machine.world.trace.toString().contains("sendto"), "no call of it reached the simulated Linux");
            assertTrue(Ground.nanoTime() < 1_000_000_000, "its time is the real one");
        });
    }

    @Test
    void aFaultyGroundFailsCalls() throws Exception {
        for (var arrangement : new Arrangement[] {Arrangement.FAULTY, Arrangement.FAULTY_REACTOR_THREAD})
            on(arrangement, ground -> assertTrue(assertInstanceOf(Grounds.Faulty.class, ground).faults() > 10));
    }
}
