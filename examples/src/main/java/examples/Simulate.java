package examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static trale.Async.async;
import static trale.Async.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import trale.Executor;
import trale.Future;
import trale.Scope;
import trale.net.LineReader;
import trale.net.TcpListener;
import trale.net.TcpStream;
import trale.test.Simulation;
import trale.time.Timer;

/// A client, a server and a partition in virtual time: finds the seed that books twice, and shows how that came.
///
/// The client asks again when it has no answer within a second. The server that counts each request books twice if only the
/// answer was lost. Its twin knows a request by its number, and no seed breaks it.
class Simulate {
    private static final int SEEDS = 1000;

    /// One run: what happened, a line of the chart each.
    static final class Run {
        private final Simulation simulation;
        private final boolean knowsNumbers;
        private final List<String> chart = new ArrayList<>();
        private final Set<String> known = new HashSet<>(); // what the server knows
        private int bookings;

        Run(Simulation simulation, boolean knowsNumbers) {
            this.simulation = simulation;
            this.knowsNumbers = knowsNumbers;
        }

        void run() throws Exception {
            simulation.host("server").spawn(() -> await(serve()));
            simulation.run(() -> {
                await(simulation.idle()); // the server listens
                Executor.spawn(cut());
                await(book());
            });
        }

        /// Somewhere in the first three milliseconds the network is cut, for two seconds.
        private Future<Void> cut() {
            return async(() -> {
                var link = simulation.network().between(simulation.host("main"), simulation.host("server"));
                await(Timer.sleep(Duration.ofNanos(simulation.random().nextInt(3_000_000))));
                link.partition();
                note("", "╳ partition", "");
                await(Timer.sleep(Duration.ofSeconds(2)));
                link.close();
                note("", "heals", "");
            });
        }

        private Future<Void> book() {
            return async(() -> {
                for (var attempt = 1; ; attempt++) {
                    try {
                        await(Timer.timeout(Duration.ofSeconds(1), async(() -> {
                            try (var stream = await(TcpStream.connect("server", 80))) {
                                note("asks", "── book #4711 ─▶", "");
                                await(stream.writeAll(ByteBuffer.wrap("4711\n".getBytes(UTF_8))));
                                await(new LineReader(stream, 100).readLine());
                            }
                        })));
                        note("has it", "", "");
                        return;
                    } catch (TimeoutException | IOException e) {
                        note("no answer", "", "");
                    }
                }
            });
        }

        private Future<Void> serve() {
            return Scope.run(connections -> {
                try (var listener = TcpListener.bind(new InetSocketAddress(80))) {
                    while (true) {
                        var stream = await(listener.accept());
                        connections.fork(answer(stream)).closing(stream);
                    }
                }
            });
        }

        private Future<Void> answer(TcpStream stream) {
            return async(() -> {
                try {
                    var number = await(new LineReader(stream, 100).readLine());
                    if (number == null) return; // the client is gone
                    if (known.add(number) || !knowsNumbers) {
                        bookings++;
                        note("", "", "books " + number);
                    } else {
                        note("", "", "knows " + number);
                    }
                    note("", "◀─ done ────────", "answers");
                    await(stream.writeAll(ByteBuffer.wrap("done\n".getBytes(UTF_8))));
                } catch (IOException e) {
                    note("", "", "client is gone");
                }
            });
        }

        private void note(String client, String network, String server) {
            chart.add("%10.3f ms  %9s │%-16s│ %s".formatted(simulation.elapsed().toNanos() / 1e6, client, network, server).stripTrailing());
        }

        @Override
        public String toString() {
            return "%13s  %9s │%-16s│ %s%n".formatted("", "client", "", "server") + String.join("\n", chart);
        }
    }

    /// {@return the first seed that fails, or −1}
    private static long firstFailure(boolean knowsNumbers) throws Exception {
        for (var seed = 0L; seed < SEEDS; seed++) {
            try (var simulation = new Simulation(seed)) {
                var run = new Run(simulation, knowsNumbers);
                run.run();
                if (run.bookings == 1) continue;
                IO.println("seed " + seed + ": booked " + run.bookings + " times\n\n" + run + "\n");
                return seed;
            }
        }
        return -1;
    }

    static void main() throws Exception {
        var begun = System.nanoTime();
        if (firstFailure(false) < 0) throw new AssertionError("no seed shows the bug");
        if (firstFailure(true) >= 0) throw new AssertionError("the twin books twice, too");
        IO.println("The server that knows the numbers of requests books once with each of " + SEEDS + " seeds ("
                + (System.nanoTime() - begun) / 1_000_000 + " ms).");
    }
}
