package bench;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;

/// What happens to the cost of one when there are many: CPU for a message against connections, and a timer against timers.
/// On the logarithmic axes of its charts a flat line is a constant cost, and anything steeper than logarithmic is seen.
final class Growth {
    private static final List<String> SERVERS = List.of(Server.LIMIT, "trale", "trale (reactor thread)", "Netty epoll");

    private static final int MANY = 3_000; // connections

    private Growth() {}

    static void run(Run.Plan plan) throws IOException, RunnerException {
        var head = Run.environment(plan);
        var connections = connections(plan);
        var timers = timers(plan);
        var csv = new StringBuilder("what,series,n,value\n");
        append(csv, "cpu_us_a_message_against_connections", connections);
        append(csv, "ns_insert_and_cancel_against_timers", timers);
        Files.writeString(plan.results().resolve("growth.csv"), csv);
        Files.writeString(plan.results().resolve("growth.md"), "# Cost of growth\n\n" + head
                + table("CPU µs a message against connections", connections)
                + table("Timer insert + cancel, ns, against timers that sleep", timers));
        Files.writeString(plan.results().resolve("growth-connections.svg"),
                Chart.lines("TCP echo: server CPU µs a message", "connections", "µs", lines(connections)));
        Files.writeString(plan.results().resolve("growth-timers.svg"),
                Chart.lines("Timer: nanoseconds to insert and cancel one", "timers that sleep", "ns", lines(timers)));
    }

    private static Map<String, Map<Integer, Double>> connections(Run.Plan plan) throws IOException {
        var counts = plan.isShort() ? List.of(1, 30) : List.of(1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000);
        var servers = plan.servers().stream().filter(server -> SERVERS.contains(server.name())).toList();
        var rounds = new LinkedHashMap<String, Map<Integer, List<Double>>>();
        for (var server : servers) rounds.put(server.name(), new TreeMap<>());
        try (var running = Server.All.start(servers, "echo", plan)) {
            var random = new Random(1);
            for (int round = 1; round <= plan.rounds(); round++) {
                for (int n : counts) {
                    if (n >= MANY && round % 4 != 1) continue; // to open them takes seconds
                    for (var server : Server.All.shuffled(servers, random)) {
                        double cpu = running.of(server).measure(n, plan.effort().warmup, plan.effort().seconds, false).cpuMicros();
                        rounds.get(server.name()).computeIfAbsent(n, _ -> new ArrayList<>()).add(cpu);
                    }
                }
                System.out.printf("growth round %d of %d%n", round, plan.rounds());
            }
        }
        var medians = new LinkedHashMap<String, Map<Integer, Double>>();
        rounds.forEach((name, byCount) -> byCount.forEach((n, cpu) ->
                medians.computeIfAbsent(name, _ -> new TreeMap<>()).put(n, Spread.of(cpu).median())));
        return medians;
    }

    private static Map<String, Map<Integer, Double>> timers(Run.Plan plan) throws RunnerException {
        var others = plan.isShort() ? new String[] {"1000", "10000"} : new String[] {"1000", "10000", "100000", "1000000"};
        var options = Micro.options(plan).include("^bench\\.micro\\.TimerInsertCancel\\.").param("others", others);
        var figures = new LinkedHashMap<String, Map<Integer, Double>>();
        for (var result : new Runner(options.build()).run()) {
            var name = result.getParams().getBenchmark();
            figures.computeIfAbsent(Micro.nameOf(name.substring(name.lastIndexOf('.') + 1)), _ -> new TreeMap<>())
                    .put(Integer.valueOf(result.getParams().getParam("others")), Micro.nanos(result).median());
        }
        return figures;
    }

    private static void append(StringBuilder csv, String what, Map<String, Map<Integer, Double>> series) {
        series.forEach((name, points) -> points.forEach((n, value) ->
                csv.append("%s,\"%s\",%d,%.3f\n".formatted(what, name, n, value))));
    }

    private static String table(String title, Map<String, Map<Integer, Double>> series) {
        var table = new StringBuilder("\n## " + title + "\n\n| |");
        var counts = series.values().iterator().next().keySet();
        counts.forEach(n -> table.append(" %,d |".formatted(n)));
        table.append("\n|---|").append("--:|".repeat(counts.size()));
        series.forEach((name, points) -> {
            table.append("\n| ").append(name).append(" |");
            points.values().forEach(value -> table.append(" %.2f |".formatted(value)));
        });
        return table.append('\n').toString();
    }

    private static List<Chart.Line> lines(Map<String, Map<Integer, Double>> series) {
        var lines = new ArrayList<Chart.Line>();
        series.forEach((name, points) -> lines.add(new Chart.Line(name,
                points.entrySet().stream().map(e -> new Chart.Point(e.getKey(), e.getValue())).toList())));
        return lines;
    }
}
