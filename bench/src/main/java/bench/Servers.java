package bench;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/// All servers side by side.
///
/// ```text
/// start all servers ─▶ warm each up ─▶ for each round: for each load: for each server, in an order drawn anew: one window
///                                      idle servers cost nothing
/// ```
///
/// A shared machine wanders within seconds, by more than servers differ. So the windows are short and many, and each ratio is taken
/// within a round: a server's CPU time a message, by the mean of the two C servers of the same round. System calls and allocations
/// are counted last and apart, because that slows a server down.
final class Servers {

    /// What a server has to answer.
    ///
    /// @param saturated half of the server's core is taken by another process, and the load generator never sleeps. The server is always
    ///                  behind then, so that what counts is what a message costs and not how often the server goes to sleep
    private record Load(int connections, boolean saturated) {
        String title() {
            return "%,d connection%s%s".formatted(connections, connections == 1 ? "" : "s", saturated ? ", saturated" : "");
        }
    }

    private record Window(int round, Load load, Server server, Measurement measured) {}

    private final Run.Plan plan;
    private final String protocol;
    private final List<Load> loads;
    private final List<Server> servers;
    private final List<Window> windows = new ArrayList<>();
    private final Map<Server, SystemCalls> calls = new LinkedHashMap<>();
    private final Map<Server, Double> allocated = new LinkedHashMap<>();

    private Servers(Run.Plan plan, String protocol) {
        this.plan = plan;
        this.protocol = protocol;
        this.servers = plan.servers().stream().filter(s -> s.protocols().contains(protocol)).toList();
        int most = plan.isShort() ? 50 : protocol.equals("echo") ? 10_000 : 1_000;
        this.loads = Stream.of(new Load(1, false), new Load(50, false), new Load(50, true), new Load(1_000, false), new Load(1_000, true),
                new Load(10_000, false)).filter(l -> l.connections <= most).toList();
    }

    /// @param protocol echo, http or udp
    static void run(Run.Plan plan, String protocol) throws IOException {
        var head = Run.environment(plan);
        var servers = new Servers(plan, protocol);
        servers.measure();
        for (var server : servers.servers) {
            servers.calls.put(server, SystemCalls.count(server, protocol, plan));
            if (server.isJava()) {
                servers.allocated.put(server, Allocation.count(server, protocol, plan));
            }
        }
        servers.writeCsv();
        servers.writeTable(head);
        servers.writeChart();
    }

    private void measure() throws IOException {
        try (var running = Server.All.start(servers, protocol, plan)) {
            var random = new Random(1);
            for (int round = 1; round <= plan.rounds(); round++) {
                for (var load : loads) {
                    if (load.connections < 10_000 || round % 4 == 1) { // to open them takes seconds
                        measure(round, load, running, random);
                    }
                }
                System.out.printf("%s round %d of %d%n", protocol, round, plan.rounds());
            }
        }
    }

    private void measure(int round, Load load, Server.All running, Random random) throws IOException {
        var hog = load.saturated ? new ProcessBuilder("taskset", "-c", Run.SERVER_CPU, "sh", "-c", "while :; do :; done").start() : null;
        try {
            for (var server : Server.All.shuffled(servers, random)) {
                var measured = running.of(server).measure(load.connections, plan.effort().warmup, plan.effort().seconds, load.saturated);
                windows.add(new Window(round, load, server, measured));
            }
        } finally {
            if (hog != null) {
                hog.destroy();
            }
        }
    }

    private void writeCsv() throws IOException {
        var csv = new StringBuilder("protocol,server,connections,saturated,round,messages_per_s,cpu_us,busy,p50_us,p99_us,p999_us,lost\n");
        for (var w : windows) {
            var m = w.measured;
            csv.append("%s,\"%s\",%d,%b,%d,%.0f,%.3f,%.3f,%.1f,%.1f,%.1f,%d\n".formatted(protocol, w.server.name(), w.load.connections,
                    w.load.saturated, w.round, m.perSecond(), m.cpuMicros(), m.utilisation(), m.p50() / 1e3, m.p99() / 1e3,
                    m.p999() / 1e3, m.lost()));
        }
        Files.writeString(plan.results().resolve(protocol + ".csv"), csv);
    }

    private void writeTable(String head) throws IOException {
        var table = new StringBuilder("# %s\n\n%s\n".formatted(title(), head));
        table.append("""
                Medians of %d rounds with a window of %.1f s each. *CPU* is the server's user and system time for a message. *Ratio* is that
                by the mean of the two C servers of the same round: the median, and its 95 %% bootstrap interval. \
                *%s* is the same program as
                *%s*: how far the two are from each other is what a ratio is worth. *Busy* is the share of its core that the server used.
                *Saturated*: another process takes half of the server's core, and the load generator never sleeps.
                """.formatted(plan.rounds(), plan.effort().seconds, Server.LIMIT_AGAIN, Server.LIMIT));
        if (protocol.equals("udp")) {
            table.append("""
                    *Lost*: datagrams that were not answered within 200 ms, and were sent again; their latency counts from the first time.
                    """);
        }
        for (var load : loads) {
            table.append("\n## %s\n\n".formatted(load.title()));
            long rounds = windows(servers.getFirst(), load).count();
            if (rounds < plan.rounds()) {
                table.append("Of %d rounds, because to open the connections takes seconds.%s\n\n".formatted(rounds,
                        rounds < 6 ? " With so few the interval is the smallest and the largest ratio." : ""));
            }
            table.append("| server | CPU µs | ratio | messages/s | busy | p50 µs | p99 µs | p99.9 µs | lost |\n");
            table.append("|---|--:|--:|--:|--:|--:|--:|--:|--:|\n");
            for (var server : servers) {
                var of = windows(server, load).map(Window::measured).toList();
                table.append("| %s | %.2f | %s | %.0f | %.2f | %.0f | %.0f | %.0f | %d |\n".formatted(server.name(),
                        median(of, Measurement::cpuMicros), ratio(server, load).text(2), median(of, Measurement::perSecond),
                        median(of, Measurement::utilisation), median(of, m -> m.p50() / 1e3), median(of, m -> m.p99() / 1e3),
                        median(of, m -> m.p999() / 1e3), of.stream().mapToLong(Measurement::lost).sum()));
            }
        }
        table.append("\n## A message at 50 connections: bytes allocated, system calls\n\n");
        table.append("| server | bytes | calls | which |\n|---|--:|--:|---|\n");
        calls.forEach((server, c) -> table.append("| %s | %s | %.2f | %s |\n".formatted(server.name(),
                server.isJava() ? "%.0f".formatted(allocated.get(server)) : "", c.each(), c.names())));
        Files.writeString(plan.results().resolve(protocol + ".md"), table);
    }

    private void writeChart() throws IOException {
        var panels = loads.stream().map(load -> new Chart.Panel(load.title(),
                servers.stream().map(s -> new Chart.Bar(s.name(), ratio(s, load))).toList())).toList();
        var title = title() + ": server CPU a message, C epoll = 1; the whiskers are 95 % intervals";
        Files.writeString(plan.results().resolve(protocol + ".svg"), Chart.bars(title, panels));
    }

    private String title() {
        return switch (protocol) {
            case "echo" -> "TCP echo of 64 bytes";
            case "http" -> "HTTP plaintext, keep-alive";
            default -> "UDP echo of 64 bytes";
        };
    }

    private Stream<Window> windows(Server server, Load load) {
        return windows.stream().filter(w -> w.server.equals(server) && w.load.equals(load));
    }

    private Spread ratio(Server server, Load load) {
        return Spread.interval(windows(server, load).map(w -> w.measured.cpuMicros() / limit(w.round, load)).toList());
    }

    /// {@return what a message cost the C servers in that round}
    private double limit(int round, Load load) {
        return windows.stream().filter(w -> w.round == round && w.load.equals(load) && w.server.name().startsWith(Server.LIMIT))
                .mapToDouble(w -> w.measured.cpuMicros()).average().orElseThrow();
    }

    private static double median(List<Measurement> of, ToDoubleFunction<Measurement> figure) {
        return Spread.of(of.stream().mapToDouble(figure).toArray()).median();
    }
}
