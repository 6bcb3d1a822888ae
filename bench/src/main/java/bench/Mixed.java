package bench;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Latency beside bulk: four connections to which the server streams as fast as it can, a one-byte echo on a fifth, and a timer of 5 ms
/// in the server. `mixed.c` is the load. All servers are started at once, and the load goes round them.
final class Mixed {
    private static final List<String> FIGURES = List.of("echoes", "echo_p50", "echo_p99", "echo_max", "timer_p50",
            "timer_p99", "timer_max");

    private Mixed() {}

    static void run(Run.Plan plan) throws IOException {
        var head = Run.environment(plan);
        var servers = new LinkedHashMap<Server, Server.Running>();
        var rounds = new LinkedHashMap<Server, List<Map<String, Double>>>();
        try {
            for (var server : Server.mixed()) servers.put(server, server.start("mixed"));
            for (var server : servers.keySet()) rounds.put(server, new ArrayList<>());
            for (var server : servers.values()) load(server, plan.effort().firstWarmup);
            var random = new Random(1);
            for (int round = 0; round < plan.rounds(); round++) {
                for (var server : Server.All.shuffled(servers.keySet(), random)) {
                    rounds.get(server).add(load(servers.get(server), plan.effort().seconds));
                }
            }
        } finally {
            servers.values().forEach(Server.Running::close);
        }
        Files.writeString(plan.results().resolve("mixed.md"), table(plan, head, rounds));
    }

    private static Map<String, Double> load(Server.Running server, double seconds) throws IOException {
        var process = new ProcessBuilder("taskset", "-c", Run.LOAD_CPU, Run.TARGET.resolve("mixed").toString(), server.port(),
                Double.toString(seconds)).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        var line = process.inputReader().readLine();
        if (line == null) throw new IOException("the load gave up; the server's log is " + server.log());
        var figures = new HashMap<String, Double>();
        for (var field : line.split(" ")) {
            int equals = field.indexOf('=');
            figures.put(field.substring(0, equals), Double.valueOf(field.substring(equals + 1)));
        }
        return figures;
    }

    private static String table(Run.Plan plan, String head, Map<Server, List<Map<String, Double>>> rounds) {
        var table = new StringBuilder("# Latency under mixed load\n\n" + head);
        table.append("""

                Medians of %d rounds with a window of %.1f s, and of p50 and p99 their 95 %% bootstrap intervals. Four connections are
                streamed to as fast as the server can. *Echo* is the round trip of one byte on a fifth connection, *timer* how late a timer
                of 5 ms in the server is; both in microseconds. The load and the server have a core each. *Echoes* is how many were sent,
                each 1 ms after an answer; the last counts as it is, answered or not. *MB/s* is what the four streams carried together,
                *least* the slowest stream's share of it in per cent: 25 if all are equal.

                | server | echoes | echo p50 | p99 | max | timer p50 | p99 | max | MB/s | least |
                |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|
                """.formatted(plan.rounds(), plan.effort().seconds));
        rounds.forEach((server, of) -> {
            table.append("| ").append(server.name());
            for (var figure : FIGURES) {
                table.append(" | ").append(figure.contains("_p") ? interval(of, figure) : "%.0f".formatted(median(of, figure)));
            }
            table.append(" | %.0f | %.0f |\n".formatted(median(of, "bytes_per_s") / 1e6, median(of, "least")));
        });
        return table.toString();
    }

    private static String interval(List<Map<String, Double>> rounds, String figure) {
        return Spread.interval(rounds.stream().map(r -> r.get(figure)).toList()).text(0);
    }

    private static double median(List<Map<String, Double>> rounds, String figure) {
        return Spread.of(rounds.stream().map(r -> r.get(figure)).toList()).median();
    }
}
