package trale.watch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.await;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import trale.Executor;
import trale.Future;
import trale.JoinHandle;
import trale.Poll;
import trale.net.AsyncRead;
import trale.net.TcpListener;
import trale.net.TcpStream;
import trale.test.Simulation;
import trale.test.SimulationTest;
import trale.time.Timer;

/// A seed that fails is recorded, and its failure says where.
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SimulationRecordingTest {
    private static final String FOLDER = "trale.simulation.recordings";

    @TempDir
    Path folder;

    @BeforeEach
    void set() {
        System.setProperty(FOLDER, folder.toString());
    }

    @AfterEach
    void clear() {
        System.clearProperty(FOLDER);
    }

    private Path file(String name) {
        return folder.resolve(name).toAbsolutePath();
    }

    /// A server, and a client to which it answers; seed 2 fails.
    private static void echo(Simulation simulation) throws Exception {
        simulation.host("server").spawn(() -> {
            try (var listener = TcpListener.bind(new InetSocketAddress(7)); var stream = await(listener.accept())) {
                await(AsyncRead.copy(stream, stream));
            }
        });
        simulation.run(() -> {
            await(simulation.idle());
            var other = simulation.host("third").spawn(() -> await(Timer.sleep(Duration.ofHours(1))));
            try (var stream = await(TcpStream.connect("server", 7))) {
                await(stream.writeAll(ByteBuffer.wrap("hello".getBytes())));
                await(stream.readExactly(ByteBuffer.allocate(5)));
            }
            await(other);
            if (simulation.seed() == 2) throw new IllegalStateException("on purpose");
        });
    }

    private static String failure(int runs, Simulation.Program program) {
        return assertThrows(AssertionError.class, () -> Simulation.forEachSeed(runs, program)).getMessage();
    }

    @Test
    void aSeedThatFailsIsRecordedAndItsFailureNamesTheFiles() throws Exception {
        var message = failure(10, SimulationRecordingTest::echo);
        var name = "SimulationRecordingTest.failure-2";
        assertTrue(message.contains("\nrecording: " + file(name + ".html") + ", " + file(name + "-server.html") + ", "
                + file(name + "-third.html") + "\n"), message);
        try (var files = Files.list(folder)) {
            assertEquals(3, files.count(), "those of other seeds are not written");
        }
        var main = Files.readString(file(name + ".html"));
        assertTrue(main.contains("{\"k\":\"start\",\"t\":0,\"executor\":\"main\",\"program\":\"" + name
                + ", host main\",\"arrangement\":\"own thread\",\"simulated\":true}"));
        assertTrue(main.contains("\"how\":\"failure\",\"text\":\"java.lang.IllegalStateException: on purpose\""));
        assertTrue(main.contains("SimulationRecordingTest.java"));
    }

    @Test
    void theSystemCallsOfEachHostAreInItsFileFromTheFirstTaskToTheLast() throws Exception {
        failure(10, SimulationRecordingTest::echo);
        var server = Files.readString(file("SimulationRecordingTest.failure-2-server.html"));
        for (var call : List.of("socket", "bind", "listen", "accept4", "recvfrom", "sendto"))
            assertTrue(server.contains("\"k\":\"call\",") && server.contains("\"name\":\"" + call + "\""), call);
        var main = Files.readString(file("SimulationRecordingTest.failure-2.html"));
        for (var call : List.of("connect", "sendto", "recvfrom")) // after it has spawned on another host
            assertTrue(main.contains("\"name\":\"" + call + "\""), call);
    }

    @Test
    void theSameSeedGivesTheSameFilesByteForByte() throws Exception {
        var first = new ArrayList<byte[]>();
        for (var round = 0; round < 2; round++) {
            failure(10, SimulationRecordingTest::echo);
            for (var suffix : List.of("", "-server", "-third")) {
                var file = file("SimulationRecordingTest.failure-2" + suffix + ".html");
                if (round == 0) first.add(Files.readAllBytes(file));
                else assertArrayEquals(first.removeFirst(), Files.readAllBytes(file), file.toString());
                Files.delete(file);
            }
        }
        assertTrue(first.isEmpty());
    }

    /// Two tasks that wait for each other, one whose waker nothing keeps, one that fails unseen, one that swallows its cancellation.
    private static void ill(Simulation simulation) throws Exception {
        simulation.run(() -> {
            var handles = new ArrayList<JoinHandle<?>>();
            handles.add(Executor.spawn(() -> await(handles.get(1))).named("one"));
            handles.add(Executor.spawn(() -> await(handles.get(0))).named("other"));
            Executor.spawn((Future<Void>) cx -> Poll.pending()).named("forgotten");
            Executor.spawn(() -> {
                throw new IllegalStateException("alone");
            }).named("fails");
            var deaf = Executor.spawn(() -> {
                while (true) {
                    try {
                        await(Timer.sleep(Duration.ofHours(1)));
                    } catch (CancellationException e) {
                        continue; // swallowed
                    }
                }
            }).named("deaf");
            await(Timer.sleep(Duration.ofSeconds(1)));
            deaf.cancel();
            await(Timer.sleep(Duration.ofSeconds(2)));
            throw new IllegalStateException("on purpose");
        });
    }

    @Test
    void whatIsWrongAtTheEndIsDiagnosed() throws Exception {
        var files = new HashSet<String>();
        for (var round = 0; round < 3; round++) {
            failure(1, SimulationRecordingTest::ill);
            files.add(Files.readString(file("SimulationRecordingTest.failure-0.html")));
        }
        assertEquals(1, files.size(), "the same seed gives the same file");
        var found = Pattern.compile("\"k\":\"diagnosis\",\"t\":\\d+,\"what\":\"(\\w+)\",\"sure\":(\\w+),\"task\":(\\d+)")
                .matcher(files.iterator().next()).results()
                .map(m -> m.group(1) + " " + m.group(2) + " #" + m.group(3)).sorted().toList();
        assertEquals(List.of("cycle true #2", "never true #4", "swallowed false #6", "unseen false #5"), found);
    }

    @Test
    void anOrderThatFailsIsRecorded() {
        var message = assertThrows(AssertionError.class, () -> Simulation.explore(10, simulation -> simulation.run(() -> {
            var first = new AtomicInteger();
            var a = Executor.spawn(() -> {
                first.compareAndSet(0, 1);
            });
            var b = Executor.spawn(() -> {
                first.compareAndSet(0, 2);
            });
            await(a);
            await(b);
            if (first.get() == 2) throw new IllegalStateException("on purpose");
        }))).getMessage();
        var order = message.replaceAll("(?s)order (\\d+) failed.*", "$1");
        var file = file("SimulationRecordingTest.anOrderThatFailsIsRecorded-order-" + order + ".html");
        assertTrue(message.contains("\nrecording: " + file + "\n"), message);
        assertTrue(Files.exists(file), message);
    }

    @Test
    void aRunThatFailsOnlyOnceSaysThatThereIsNoRecording() {
        var runs = new AtomicInteger();
        var message = failure(1, simulation -> simulation.run(() -> {
            if (runs.incrementAndGet() == 1) throw new IllegalStateException("on purpose");
        }));
        assertTrue(message.contains("\nno recording: a second run did not fail\n"), message);
        assertEquals(2, runs.get());
    }

    @Test
    void aFolderThatCannotBeWrittenHidesNoFailure() throws Exception {
        var taken = Files.writeString(folder.resolve("file"), "");
        System.setProperty(FOLDER, taken.toString());
        var message = failure(3, SimulationRecordingTest::echo);
        assertTrue(message.contains("on purpose") && message.contains("\nno recording: it cannot be written: "), message);
    }

    /// Run by the test below alone, because its name is not that of a test.
    static final class Fails {
        @SimulationTest(runs = 5)
        void theThirdSeed(Simulation simulation) throws Exception {
            echo(simulation);
        }
    }

    private static List<String> failures(Class<?> test) {
        var failures = new ArrayList<String>();
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(DiscoverySelectors.selectClass(test)).build();
        LauncherFactory.create().execute(request, new TestExecutionListener() {
            @Override
            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                result.getThrowable().ifPresent(t -> failures.add(test.getDisplayName() + "\n" + t.getMessage()));
            }
        });
        return failures;
    }

    /// As above.
    static final class FailsOften {
        @SimulationTest(runs = 8)
        void eachSeedButTheFirst(Simulation simulation) throws Exception {
            simulation.run(() -> await(Timer.sleep(Duration.ofMillis(1))));
            if (simulation.seed() > 0) throw new IllegalStateException("on purpose");
        }
    }

    @Test
    void threeFailingRunsOfATestAreRecordedAtMost() throws Exception {
        var failures = failures(FailsOften.class);
        assertEquals(7, failures.size());
        for (var failure : failures.subList(0, 3)) assertTrue(failure.contains("\nrecording: "), failure);
        for (var failure : failures.subList(3, 7))
            assertTrue(failure.contains("\nno recording: 3 other runs of this test have one; -Dtrale.seed="), failure);
        try (var files = Files.list(folder)) {
            assertEquals(3, files.count());
        }
    }

    @Test
    void aSimulationTestThatFailsIsRecorded() {
        var failures = failures(Fails.class);
        assertEquals(1, failures.size(), failures.toString()); // the first seeds run twice, unless the first time fails
        for (var failure : failures) {
            assertTrue(failure.startsWith("seed 2 (run 3 of 5)"), failure);
            assertTrue(failure.contains("\nrecording: " + file("Fails.theThirdSeed-2.html") + ", "
                    + file("Fails.theThirdSeed-2-server.html")), failure);
            assertFalse(failure.contains("went another way"), failure);
        }
        assertTrue(Files.exists(file("Fails.theThirdSeed-2.html")));
    }
}
