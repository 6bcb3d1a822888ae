package bench;

import static java.util.stream.Collectors.groupingBy;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.function.ToDoubleFunction;

/// All servers side by side.
///
/// ```text
/// for each round: for each server: start ─▶ warm up ─▶ for each number of connections: warm up ─▶ measure ─▶ stop
/// ```
///
/// A round starts every server anew, so the spread over the rounds contains what the JIT compiler happened to do, and
/// every server meets the same moods of the machine. Ratios are taken within a round. System calls and
/// allocations are counted last and apart, because that slows a server down.
final class Servers {

    private record Row(Server server, int connections, int round, Measurement measured) {}

    private final Run.Plan plan;
    private final String protocol;
    private final List<Integer> connections;
    private final List<Server> servers;
    private final List<Row> rows = new ArrayList<>();
    private final Map<Server, SystemCalls> calls = new LinkedHashMap<>();
    private final Map<Server, Double> allocated = new LinkedHashMap<>();

    private Servers(Run.Plan plan, String protocol, List<Integer> connections) {
        this.plan = plan;
        this.protocol = protocol;
        this.connections = connections;
        this.servers = plan.servers();
    }

    /// @param protocol echo, http or udp
    static void run(Run.Plan plan, String protocol) throws IOException {
        var most = plan.isShort() ? 50 : protocol.equals("echo") ? 10_000 : protocol.equals("http") ? 1_000 : 50;
        var connections = Stream.of(1, 50, 1_000, 10_000).filter(n -> n <= most).toList();
        var head = Run.environment(plan);
        var servers = new Servers(plan, protocol, connections);
        for (int round = 1; round <= plan.rounds(); round++) {
            for (var server : servers.servers) {
                servers.measure(server, round);
            }
        }
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

    private void measure(Server server, int round) throws IOException {
        try (var running = server.start(protocol)) {
            running.measure(50, plan.effort().firstWarmup, 0.1);
            for (int n : connections) {
                var measured = running.measure(n, plan.effort().warmup, plan.effort().seconds);
                rows.add(new Row(server, n, round, measured));
                System.out.printf("%s round %d  %-22s %6d connections %9.0f messages/s %7.2f µs CPU each%n", protocol,
                        round, server.name(), n, measured.perSecond(), measured.cpuMicros());
            }
        }
    }

    private void writeCsv() throws IOException {
        var csv = new StringBuilder("protocol,server,connections,round,messages_per_s,cpu_us,busy,p50_us,p99_us,p999_us,lost\n");
        for (var row : rows) {
            var m = row.measured;
            csv.append("%s,\"%s\",%d,%d,%.0f,%.3f,%.3f,%.1f,%.1f,%.1f,%d\n".formatted(protocol, row.server.name(),
                    row.connections, row.round, m.perSecond(), m.cpuMicros(), m.utilisation(), m.p50() / 1e3,
                    m.p99() / 1e3, m.p999() / 1e3, m.lost()));
        }
        Files.writeString(plan.results().resolve(protocol + ".csv"), csv);
    }

    private void writeTable(String head) throws IOException {
        var table = new StringBuilder("# %s\n\n%s\n".formatted(title(), head));
        table.append("Median (min–max) of %d rounds with a window of %.1f s. *CPU* is the server's user and system time for a message, "
                .formatted(plan.rounds(), plan.effort().seconds));
        table.append("*ratio* that to the C server in the same round, *busy* the share of its core it used. ");
        table.append("*%s again* is the same program: how far its ratios are from 1 is noise.\n".formatted(Server.LIMIT));
        for (int n : connections) {
            table.append("\n## %,d connection%s\n\n".formatted(n, n == 1 ? "" : "s"));
            table.append("| server | CPU µs | ratio | messages/s | busy | p50 µs | p99 µs | p99.9 µs | lost |\n");
            table.append("|---|--:|--:|--:|--:|--:|--:|--:|--:|\n");
            for (var server : servers) {
                var of = measured(server, n);
                table.append("| %s | %s | %s | %.0f | %.2f | %.0f | %.0f | %.0f | %d |\n".formatted(server.name(),
                        cpu(server, n).text(2), ratio(server, n), median(of, Measurement::perSecond),
                        median(of, Measurement::utilisation), median(of, m -> m.p50() / 1e3),
                        median(of, m -> m.p99() / 1e3), median(of, m -> m.p999() / 1e3),
                        of.stream().mapToLong(Measurement::lost).sum()));
            }
        }
        table.append("\n## A message at 50 connections: bytes allocated, system calls\n\n");
        table.append("| server | bytes | calls | which |\n|---|--:|--:|---|\n");
        calls.forEach((server, c) -> table.append("| %s | %s | %.2f | %s |\n".formatted(server.name(),
                server.isJava() ? "%.0f".formatted(allocated.get(server)) : "", c.each(), c.names())));
        Files.writeString(plan.results().resolve(protocol + ".md"), table);
    }

    private void writeChart() throws IOException {
        var panels = new ArrayList<Chart.Panel>();
        for (int n : connections) {
            panels.add(new Chart.Panel("%,d connection%s".formatted(n, n == 1 ? "" : "s"),
                    servers.stream().map(s -> new Chart.Bar(s.name(), cpu(s, n))).toList()));
        }
        Files.writeString(plan.results().resolve(protocol + ".svg"),
                Chart.bars(title() + ": server CPU µs a message", panels));
    }

    private String title() {
        return switch (protocol) {
            case "echo" -> "TCP echo of 64 bytes";
            case "http" -> "HTTP plaintext, keep-alive";
            default -> "UDP echo of 64 bytes";
        };
    }

    private List<Measurement> measured(Server server, int n) {
        return rows.stream().filter(r -> r.server.equals(server) && r.connections == n).map(Row::measured).toList();
    }

    private Spread cpu(Server server, int n) {
        return Spread.of(measured(server, n).stream().map(Measurement::cpuMicros).toList());
    }

    private String ratio(Server server, int n) {
        var byRound = rows.stream().filter(r -> r.connections == n).collect(groupingBy(Row::round));
        var ratios = new ArrayList<Double>();
        for (var round : byRound.values()) {
            var cpu = new LinkedHashMap<String, Double>();
            round.forEach(r -> cpu.put(r.server.name(), r.measured.cpuMicros()));
            if (cpu.containsKey(Server.LIMIT)) {
                ratios.add(cpu.get(server.name()) / cpu.get(Server.LIMIT));
            }
        }
        return ratios.isEmpty() ? "" : Spread.of(ratios).text(2);
    }

    private static double median(List<Measurement> of, ToDoubleFunction<Measurement> figure) {
        return Spread.of(of.stream().mapToDouble(figure).toArray()).median();
    }
}
