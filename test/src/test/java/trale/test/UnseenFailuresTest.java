package trale.test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.await;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import trale.Executor;
import trale.Future;
import trale.Poll;
import trale.net.TcpListener;
import trale.net.TcpStream;

/// A run that fails shows the failures of tasks that nothing has looked at: one of them may be the reason.
@Timeout(60)
class UnseenFailuresTest {

    /// The client waits for an answer that a bug of the server has prevented.
    private static void deadlock(Simulation simulation) throws Exception {
        simulation.host("server").spawn(() -> {
            var listener = TcpListener.bind(new InetSocketAddress(7));
            await(listener.accept());
            throw new IllegalStateException("server bug");
        });
        simulation.run(() -> {
            await(simulation.idle());
            var stream = await(TcpStream.connect("server", 7));
            await(stream.read(ByteBuffer.allocate(1)));
        });
    }

    @Test
    void aDeadlockShowsTheUnseenFailureOfATaskOfAHost() {
        try (var simulation = new Simulation(1)) {
            var e = assertThrows(DeadlockException.class, () -> deadlock(simulation));
            assertTrue(e.getMessage().contains("task #1 of executor server failed: java.lang.IllegalStateException: server bug"),
                    e.getMessage());
            assertEquals(List.of("server bug"), List.of(e.getSuppressed()).stream().map(Throwable::getMessage).toList());
        }
    }

    @Test
    void theFailureOfASeedShowsTheUnseenFailureOfATaskOfAHost() {
        var e = assertThrows(AssertionError.class, () -> Simulation.forEachSeed(1, simulation -> {
            simulation.host("server").spawn(() -> {
                throw new IllegalStateException("server bug");
            });
            simulation.run(() -> {
                await(simulation.idle());
                throw new IllegalArgumentException("the client's");
            });
        }));
        assertEquals("the client's", e.getCause().getMessage());
        assertTrue(e.getMessage().contains("failed: java.lang.IllegalStateException: server bug"), e.getMessage());
        assertEquals("server bug", e.getCause().getSuppressed()[0].getMessage());
    }

    @SuppressWarnings("serial")
    private static final class Hostile extends RuntimeException {
        @Override
        public String getMessage() {
            throw new IllegalArgumentException("getMessage threw");
        }
    }

    @Test
    void anExceptionThatCannotBeShownHidesNoOther() {
        Simulation.Program program = simulation -> {
            simulation.host("server").spawn(() -> {
                throw new Hostile();
            });
            simulation.run(() -> {
                await(simulation.idle());
                throw new Hostile();
            });
        };
        var e = assertThrows(AssertionError.class, () -> Simulation.forEachSeed(1, program));
        assertTrue(e.getMessage().contains("failed: " + Hostile.class.getName() + ", whose toString threw"), e.getMessage());
        assertInstanceOf(Hostile.class, e.getCause());
        try (var simulation = new Simulation(1)) {
            assertThrows(Hostile.class, () -> program.run(simulation));
        }
    }

    @Test
    void aFailureThatWasAwaitedIsNotShownAgain() {
        try (var simulation = new Simulation(1)) {
            var e = assertThrows(IllegalArgumentException.class, () -> simulation.run(() -> {
                try {
                    await(Executor.spawn(() -> {
                        throw new IllegalStateException("expected");
                    }));
                } catch (IllegalStateException expected) {
                    throw new IllegalArgumentException("another");
                }
            }));
            assertEquals(0, e.getSuppressed().length);
        }
    }

    @Test
    void theUnseenFailureOfATaskOfAHostDoesNotFailTheRun() throws Exception {
        try (var simulation = new Simulation(1)) {
            simulation.host("server").spawn(() -> {
                throw new IllegalStateException("server bug");
            });
            assertEquals(7, simulation.<Integer>run(() -> {
                await(simulation.idle());
                return 7;
            }));
        }
    }

    @Test
    void aDeadlockShowsTheFirstUnseenFailuresOnly() {
        try (var simulation = new Simulation(1)) {
            var e = assertThrows(DeadlockException.class, () -> simulation.run(() -> {
                for (var i = 0; i < 30; i++) {
                    Executor.spawn(() -> {
                        throw new IllegalStateException("one of many");
                    });
                }
                Future<Void> never = _ -> Poll.pending();
                await(never);
            }));
            assertEquals(10, e.getSuppressed().length);
            assertTrue(e.getMessage().contains("20 others failed later"), e.getMessage());
        }
    }
}
