package trale.test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.await;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import trale.net.UdpSocket;
import trale.sync.Event;
import trale.time.Interval;
import trale.time.Timer;

/// The trace of a run that does not end has a bound, and what it leaves out is told.
@Timeout(60)
class TraceTest {
    private static Trace trace(int lines, int odd) {
        var trace = new Trace(30, 20);
        for (var i = 0; i < lines; i++) {
            trace.line().append(i == odd ? "odd " : "event ").append(i);
            trace.end();
        }
        return trace;
    }

    @Test
    void aShortTraceIsKeptAsAWhole() {
        assertEquals("event 0\nevent 1\nevent 2\nevent 3\nevent 4\nevent 5\n", trace(6, -1).toString());
    }

    @Test
    void aLongTraceKeepsItsFirstAndItsLastLinesAndSaysHowManyAreLeftOut() {
        var trace = trace(1_000, -1);
        var text = trace.toString();
        assertEquals(1_000, trace.count());
        assertTrue(text.length() < 150, text);
        assertTrue(text.startsWith("event 0\nevent 1\nevent 2\nevent 3\n… "), text);
        assertTrue(text.endsWith("\nevent 998\nevent 999\n"), text);
        var leftOut = Integer.parseInt(text.replaceAll("(?s).*… (\\d+) events are left out.*", "$1"));
        assertEquals(1_000, text.lines().count() - 1 + leftOut);
    }

    @Test
    void tracesThatDifferOnlyInWhatIsLeftOutAreNotEqual() {
        assertEquals(trace(1_000, 500).toString(), trace(1_000, 500).toString());
        assertNotEquals(trace(1_000, -1).toString(), trace(1_000, 500).toString().replace("odd", "event"));
    }

    @Test
    void theFirstLineThatDiffersIsTold() {
        assertEquals("Line 2 of the trace was the first time: b, and the second time: ba", Trace.difference("a\nb\nc\n", "a\nba\nc\n"));
        assertEquals("Line 2 of the trace was the first time: none, and the second time: b", Trace.difference("a\n", "a\nb\n"));
        assertEquals("Line 1 of the trace was the first time: a, and the second time: none", Trace.difference("a\n", ""));
    }

    @Test
    void theLastLinesAreTaken() {
        assertEquals("  b\n  c", Trace.last(2, "a\nb\nc\n"));
        assertEquals("  a\n  b\n  c", Trace.last(9, "a\nb\nc\n"));
        assertEquals("", Trace.last(2, ""));
    }

    private static List<String> told(Simulation simulation, String what) {
        return simulation.trace().lines().filter(line -> line.contains(what)).map(line -> line.replaceFirst("\\d+ ", "")).toList();
    }

    @Test
    void whatIsWrongWithTheNetworkAndTheHostsIsTold() throws Exception {
        try (var simulation = new Simulation(1)) {
            var there = simulation.host("there");
            var link = simulation.network().between(simulation.host("main"), there);
            simulation.run(() -> {
                try (var socket = UdpSocket.bind(new InetSocketAddress(0))) {
                    for (var wrong : List.<Runnable>of(() -> link.drop(1), () -> link.drop(0).duplicate(1),
                            () -> link.duplicate(0).reorder(1), () -> link.reorder(0).partition())) {
                        wrong.run();
                        await(socket.sendTo(ByteBuffer.allocate(1), new InetSocketAddress(there.address(), 9)));
                        await(Timer.sleep(Duration.ofSeconds(1)));
                    }
                }
                link.close();
                link.stall().reset();
                there.crash();
                there.restart(() -> {});
                there.restart(() -> {});
            });
            assertEquals(List.of("dropped", "doubled", "late, and may be overtaken", "lost").stream()
                    .map(what -> "main → there a datagram is " + what).toList(), told(simulation, " a datagram"));
            assertEquals(List.of("partitioned", "healed", "stalled", "connections reset").stream()
                    .map(what -> "there – main " + what).toList(), told(simulation, " – "));
            assertEquals(List.of("there crashes", "there restarts", "there crashes", "there restarts"),
                    told(simulation, "s").stream().filter(line -> line.matches("there (crashe|restart)s")).toList());
        }
    }

    private static void beat(Simulation simulation) {
        simulation.host("server").spawn(() -> {
            var interval = Interval.every(Duration.ofSeconds(5));
            while (true) await(interval.tick());
        });
    }

    @Test
    void theTraceOfARunWithManyEventsHasABound() throws Exception {
        try (var simulation = new Simulation(1)) {
            beat(simulation);
            simulation.run(() -> await(Timer.sleep(Duration.ofDays(30))));
            assertTrue(simulation.events() > 1_000_000, simulation.events() + " events");
            assertTrue(simulation.trace().length() < 18_000_000, simulation.trace().length() + " characters");
        }
    }

    @Test
    void aServerWithAHeartbeatAndATestThatNeverEndsAreToldWithTheSeedAndTheVirtualTime() {
        var e = assertThrows(AssertionError.class, () -> Simulation.forEachSeed(1, simulation -> {
            simulation.limit(Duration.ofSeconds(4));
            beat(simulation);
            simulation.run(() -> await(new Event().await()));
        }));
        var message = e.getMessage();
        assertTrue(message.contains("seed 0") && message.contains("replay: -Dtrale.seed=0"), message);
        assertTrue(message.contains("virtual time has come to PT"), message);
        assertTrue(message.contains("the event Event[1 wait]") && message.contains("TraceTest.java"), message);
        assertTrue(message.length() < 20_000, message.length() + " characters");
    }
}
