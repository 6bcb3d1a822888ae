package trale.test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.await;

import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import trale.net.TcpListener;
import trale.net.UdpSocket;
import trale.sync.Event;
import trale.time.Timer;

/// What JUnit's report has of a test many of whose seeds fail.
@Timeout(60)
class FailureReportsTest {

    /// {@return the failures of a test class, in their order}
    private static List<Throwable> failures(Class<?> test) {
        var failures = new ArrayList<Throwable>();
        var request = LauncherDiscoveryRequestBuilder.request().selectors(DiscoverySelectors.selectClass(test)).build();
        LauncherFactory.create().execute(request, new TestExecutionListener() {
            @Override
            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                result.getThrowable().ifPresent(failures::add);
            }
        });
        return failures;
    }

    /// Run by the tests below alone, because its name is not that of a test.
    static final class FailsOften {
        @SimulationTest(runs = 6)
        void eachSeed(Simulation simulation) throws Exception {
            simulation.run(() -> {
                await(Timer.sleep(Duration.ofMillis(1)));
                throw new IllegalStateException("on purpose");
            });
        }
    }

    @Test
    void theFailuresAfterTheThirdAreToldInShort() {
        var failures = failures(FailsOften.class);
        assertEquals(6, failures.size());
        for (var failure : failures.subList(0, 3))
            assertTrue(failure.getMessage().contains("\nthe last of "), failure.getMessage());
        assertEquals("seed 4 (run 5 of 6) failed: java.lang.IllegalStateException: on purpose\nreplay: -Dtrale.seed=4",
                failures.get(4).getMessage());
    }

    @Test
    void withoutTraleWatchNoFailureSpeaksOfRecordings() {
        for (var failure : failures(FailsOften.class)) assertFalse(failure.getMessage().contains("recording"), failure.getMessage());
    }

    @Test
    void theStackTracesHaveNoFramesOfJUnitsEngine() {
        for (var failure : failures(FailsOften.class)) {
            for (Throwable each = failure; each != null; each = each.getCause()) {
                for (var frame : each.getStackTrace()) {
                    var name = frame.getClassName();
                    assertFalse(name.startsWith("org.junit.") || name.startsWith("java.util.stream."), frame::toString);
                }
            }
        }
    }

    @Test
    void theFramesBelowTheLastOneOfTheProgramAreCut() {
        var failure = new IllegalStateException("outer", new IllegalArgumentException("inner"));
        failure.setStackTrace(frames("trale.Task", "app.Program", "trale.StateMachine", "trale.Task", "java.lang.Thread"));
        failure.getCause().setStackTrace(
                frames("org.junit.jupiter.api.AssertionUtils", "app.Test", "java.lang.reflect.Method", "org.junit.platform.Any", "Run"));
        var all = frames("trale.Task", "java.lang.Thread");
        var other = new Exception("of the runtime");
        other.setStackTrace(all);
        failure.addSuppressed(other);
        Frames.trim(failure);
        assertEquals(List.of("trale.Task", "app.Program"), classes(failure));
        assertEquals(List.of("org.junit.jupiter.api.AssertionUtils", "app.Test"), classes(failure.getCause()));
        assertEquals(List.of("trale.Task", "java.lang.Thread"), classes(other));
    }

    private static StackTraceElement[] frames(String... classes) {
        return List.of(classes).stream().map(name -> new StackTraceElement(name, "method", "File.java", 1))
                .toArray(StackTraceElement[]::new);
    }

    private static List<String> classes(Throwable failure) {
        return List.of(failure.getStackTrace()).stream().map(StackTraceElement::getClassName).toList();
    }

    /// As above.
    static final class NeverEnds {
        @SimulationTest(runs = 50)
        void noSeed(Simulation simulation) throws Exception {
            simulation.limit(Duration.ofMillis(100));
            simulation.host("busy").spawn(() -> {
                while (true) await(Timer.sleep(Duration.ofSeconds(1)));
            });
            simulation.run(() -> await(new Event().await()));
        }
    }

    @Test
    void afterARunThatTakesTooLongTheOtherSeedsAreNotRun() {
        var failures = failures(NeverEnds.class);
        assertEquals(1, failures.size());
        assertTrue(failures.getFirst().getMessage().contains("the seeds after it are not run"), failures.getFirst().getMessage());
    }

    /// A task of a host swallows ten cancellations, if the seed is 3.
    private static void swallow(Simulation simulation) throws Exception {
        simulation.host("deaf").spawn(() -> {
            for (var i = 0; i < (simulation.seed() == 3 ? 10 : 0); i++) {
                try {
                    await(new Event().await());
                } catch (CancellationException e) {
                    continue;
                }
            }
        });
        simulation.run(() -> await(simulation.idle()));
    }

    @Test
    void aCloseThatFailsIsToldWithItsSeed() {
        var e = assertThrows(AssertionError.class, () -> Simulation.forEachSeed(5, FailureReportsTest::swallow));
        assertTrue(e.getMessage().startsWith("seed 3 (run 4 of 5) failed: ") && e.getMessage().contains("replay: -Dtrale.seed=3\n"),
                e.getMessage());
        assertTrue(e.getMessage().contains("tasks of host deaf") && e.getMessage().contains("\nthe last of "), e.getMessage());
    }

    /// As above.
    static final class Swallows {
        @SimulationTest(runs = 5)
        void theFourthSeed(Simulation simulation) throws Exception {
            swallow(simulation);
        }
    }

    @Test
    void aCloseThatFailsAfterASimulationTestIsToldWithItsSeed() {
        var failures = failures(Swallows.class);
        assertEquals(1, failures.size(), failures.toString());
        var message = failures.getFirst().getMessage();
        assertTrue(message.startsWith("seed 3 (run 4 of 5) failed: ") && message.contains("replay: -Dtrale.seed=3\n"), message);
    }

    @Test
    void everyHostIsClosedThoughOneCannotBe() throws Exception {
        var cleaned = new ArrayList<String>();
        var simulation = new Simulation(3);
        swallow(simulation);
        simulation.host("other").spawn(() -> {
            try {
                await(new Event().await());
            } finally {
                cleaned.add("cleaned");
            }
        });
        simulation.run(() -> await(simulation.idle()));
        assertThrows(IllegalStateException.class, simulation::close);
        assertEquals(List.of("cleaned"), cleaned);
        simulation.close(); // does nothing
    }

    @Test
    void aSeedThatFailsTheSecondTimeOnlySaysSo() {
        var runs = new int[1];
        var e = assertThrows(AssertionError.class, () -> Simulation.forEachSeed(5, simulation -> {
            if (++runs[0] == 4) throw new IllegalStateException("on purpose");
        }));
        assertTrue(e.getMessage().startsWith("seed 1 (run 2 of 5), again failed: "), e.getMessage());
    }

    private static final String LIMIT = "trale.simulation.limit";

    @Test
    void theLimitOfRealTimeIsAProperty() throws Exception {
        try {
            for (var wrong : List.of("", "-1", "1000000", "1.5", "never")) {
                System.setProperty(LIMIT, wrong);
                var e = assertThrows(IllegalArgumentException.class, () -> new Simulation(1).close());
                assertTrue(e.getMessage().contains(LIMIT + "=" + wrong) && e.getMessage().contains("from 0 to 999999"), e.getMessage());
            }
            System.setProperty(LIMIT, "1");
            var slow = new Simulation(1);
            var e = assertThrows(AssertionError.class, () -> slow.run(() -> Thread.sleep(1_500)));
            assertTrue(e.getMessage().contains("more than 1.0 s of real time") && e.getMessage().contains(LIMIT), e.getMessage());
            System.setProperty(LIMIT, "0");
            try (var simulation = new Simulation(1)) {
                simulation.run(() -> Thread.sleep(1_500));
            }
        } finally {
            System.clearProperty(LIMIT);
        }
    }

    @Test
    void aReplayHasNoLimitOfRealTime() throws Exception {
        var replayed = System.getProperty(Runs.PROPERTY);
        System.setProperty(Runs.PROPERTY, "1");
        try (var simulation = new Simulation(1)) {
            assertEquals(0, simulation.limit());
        } finally {
            if (replayed == null) System.clearProperty(Runs.PROPERTY);
            else System.setProperty(Runs.PROPERTY, replayed);
        }
    }

    @Test
    void aSeedThatIsNoNumberIsRefused() {
        var replayed = System.getProperty(Runs.PROPERTY);
        try {
            for (var wrong : List.of("", "7L", "seven")) {
                System.setProperty(Runs.PROPERTY, wrong);
                var e = assertThrows(IllegalArgumentException.class, () -> Simulation.forEachSeed(1, simulation -> {}));
                assertTrue(e.getMessage().contains(Runs.PROPERTY + "=" + wrong + ":"), e.getMessage());
                assertThrows(IllegalArgumentException.class, () -> new Simulation(1).close());
            }
        } finally {
            if (replayed == null) System.clearProperty(Runs.PROPERTY);
            else System.setProperty(Runs.PROPERTY, replayed);
        }
    }

    @Test
    void aDescriptorHasTheNumberThatItHasInTheTrace() {
        try (var simulation = new Simulation(1)) {
            var deadlock = assertThrows(DeadlockException.class, () -> simulation.run(() -> {
                try (var listener = TcpListener.bind(new InetSocketAddress(80))) {
                    await(listener.accept()).close();
                }
            }));
            assertTrue(deadlock.getMessage().contains("fd 3 to be readable"), deadlock.getMessage());
            assertTrue(simulation.trace().contains("main listen 3 = 0"), simulation.trace());
        }
    }

    @Test
    void aDatagramToANameThatIsNotResolvedTellsWhichAddressAHostHas() throws Exception {
        try (var simulation = new Simulation(1)) {
            simulation.host("server");
            simulation.run(() -> {
                try (var socket = UdpSocket.bind(new InetSocketAddress(0))) {
                    await(socket.sendTo(ByteBuffer.allocate(1), InetSocketAddress.createUnresolved("server", 9)));
                    throw new AssertionError("it has been sent");
                } catch (UnknownHostException e) {
                    assertTrue(e.getMessage().contains("host.address()") && !e.getMessage().contains("getByName"), e.getMessage());
                }
            });
        }
    }
}
