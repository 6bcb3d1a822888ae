package bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/// Scale: what a second executor on the same port brings (SO_REUSEPORT), and what a message costs beside many idle connections.
///
/// All servers of a table are started at once, and the load goes round them as in [Servers]. A server with idle connections is a process
/// of its own.
final class Cores {
    private static final int BUSY = 50; // connections beside the idle ones

    /// With four processors the servers and the load have two each. With two they share them, so a second executor gets what is left over.
    private static final boolean IS_SHARED = Runtime.getRuntime().availableProcessors() < 4;
    private static final String SERVERS = "0,1";
    private static final String LOADS = IS_SHARED ? SERVERS : "2,3";

    /// A server that runs, and a window's load.
    ///
    /// @param idle        how many connections beside do nothing
    /// @param connections of the load
    private record Row(Server server, int idle, int connections) {}

    private record Window(int round, Row row, Measurement measured) {}

    private interface Measure {
        Measurement of(Row row) throws IOException;
    }

    private final Run.Plan plan;
    private final List<Window> windows = new ArrayList<>();

    private Cores(Run.Plan plan) {
        this.plan = plan;
    }

    static void run(Run.Plan plan) throws IOException {
        var table = "# Cores and many connections\n\n" + Run.environment(plan);
        var onePort = new Cores(plan);
        table += onePort.onePort();
        var idle = new Cores(plan);
        table += idle.idle();
        var windows = Stream.concat(onePort.windows.stream(), idle.windows.stream());
        Files.writeString(plan.results().resolve("cores.csv"), csv(windows));
        Files.writeString(plan.results().resolve("cores.md"), table);
    }

    private static Server named(String name) {
        return Server.all().stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
    }

    private String onePort() throws IOException {
        var servers = List.of(named(Server.LIMIT), Server.cores(1), Server.cores(2), named(Server.LIMIT_AGAIN));
        var loads = plan.isShort() ? List.of(BUSY) : List.of(BUSY, 1_000);
        var running = new LinkedHashMap<Server, Server.Running>();
        try {
            for (var s : servers) running.put(s, s.isJava() ? s.start("echo", SERVERS) : s.start("echo", SERVERS, "echo"));
            for (var s : running.values()) s.measureByTwo(LOADS, BUSY, plan.effort().firstWarmup, 0.1);
            for (int connections : loads) {
                rounds("cores", servers.stream().map(s -> new Row(s, 0, connections)).toList(), row -> running.get(row.server)
                        .measureByTwo(LOADS, row.connections, plan.effort().warmup, plan.effort().seconds));
            }
        } finally {
            running.values().forEach(Server.Running::close);
        }
        var table = new StringBuilder("""

                Medians of %d rounds with a window of %.1f s each. *CPU* is the server's user and system time for a message, \
                an echo of 64 bytes.
                *Ratio* is that by the mean of the two C servers of the same round: the median, and its 95 %% bootstrap interval.

                ## One port

                The example `cores`: each executor has a thread and a listener of its own on the same port (SO_REUSEPORT). \
                Two load generators
                have half of the connections each. %s *Cores* is how many the server used.
                """.formatted(plan.rounds(), plan.effort().seconds, IS_SHARED
                        ? "This machine has two cores, which the server and both load generators share: a second executor has no core"
                                + " of its own, and can bring little."
                        : "The server has two cores, and the load generators have two others."));
        for (int connections : loads) {
            table.append("""

                    ### %,d connections

                    | server | CPU µs | ratio | messages/s | cores | p50 µs | p99 µs |
                    |---|--:|--:|--:|--:|--:|--:|
                    """.formatted(connections));
            for (var s : servers) {
                var row = new Row(s, 0, connections);
                table.append("| %s | %.2f | %s | %.0f | %.2f | %.0f | %.0f |\n".formatted(s.name(), median(row, Measurement::cpuMicros),
                        ratio(row).text(2), median(row, Measurement::perSecond), median(row, Measurement::utilisation),
                        median(row, m -> m.p50() / 1e3), median(row, m -> m.p99() / 1e3)));
            }
        }
        return table.toString();
    }

    private String idle() throws IOException {
        var counts = plan.isShort() ? List.of(0, 100, 300) : List.of(0, 10_000, 100_000);
        var limit = named(Server.LIMIT);
        var rows = new ArrayList<Row>();
        for (int idle : counts) rows.addAll(List.of(new Row(limit, idle, BUSY), new Row(named("trale"), idle, BUSY)));
        rows.add(new Row(named(Server.LIMIT_AGAIN), 0, BUSY));
        var running = new LinkedHashMap<Row, Server.Running>();
        var open = new LinkedHashMap<Row, Server.Idle>();
        var memory = new LinkedHashMap<Row, Long>();
        try {
            for (var row : rows) {
                var server = row.server.start("echo");
                running.put(row, server);
                server.measure(BUSY, plan.effort().firstWarmup, 0.1, false);
                if (row.idle > 0) open.put(row, server.idle(row.idle));
            }
            rounds("idle", rows, row -> running.get(row).measure(BUSY, plan.effort().warmup, plan.effort().seconds, false));
            for (var row : rows) memory.put(row, residentBytes(running.get(row).process().pid()));
        } finally {
            running.values().forEach(Server.Running::close);
            open.values().forEach(Server.Idle::close);
        }
        var table = new StringBuilder("""

                ## Idle connections

                %d busy connections, beside connections that sent one message at the start. Server and load have a core each. \
                *MB* is the memory
                of the process (VmRSS) at the end, which for a JVM contains garbage.

                | server | idle connections | CPU µs | ratio | messages/s | p50 µs | p99 µs | MB |
                |---|--:|--:|--:|--:|--:|--:|--:|
                """.formatted(BUSY));
        for (var row : rows) {
            table.append("| %s | %,d | %.2f | %s | %.0f | %.0f | %.0f | %.0f |\n".formatted(row.server.name(),
                    row.idle == 0 ? 0 : open.get(row).open(), median(row, Measurement::cpuMicros), ratio(row).text(2),
                    median(row, Measurement::perSecond), median(row, m -> m.p50() / 1e3), median(row, m -> m.p99() / 1e3),
                    memory.get(row) / 1e6));
        }
        open.entrySet().stream().filter(e -> e.getValue().open() < e.getKey().idle).findFirst().ifPresent(e -> table.append(
                "\nThere are no %,d idle connections, because a process may have %,d open files here (`ulimit -n`).\n"
                        .formatted(e.getKey().idle, e.getValue().limit())));
        return table.toString();
    }

    private void rounds(String what, List<Row> rows, Measure measure) throws IOException {
        var random = new Random(1);
        for (int round = 1; round <= plan.rounds(); round++) {
            var order = new ArrayList<>(rows);
            Collections.shuffle(order, random);
            for (var row : order) windows.add(new Window(round, row, measure.of(row)));
            System.out.printf("%s round %d of %d%n", what, round, plan.rounds());
        }
    }

    private static long residentBytes(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream().filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024).findFirst().orElseThrow();
    }

    private static String csv(Stream<Window> windows) {
        var csv = new StringBuilder("server,idle,connections,round,messages_per_s,cpu_us,cores,p50_us,p99_us\n");
        windows.forEach(w -> csv.append("\"%s\",%d,%d,%d,%.0f,%.3f,%.3f,%.1f,%.1f\n".formatted(w.row.server.name(), w.row.idle,
                w.row.connections, w.round, w.measured.perSecond(), w.measured.cpuMicros(), w.measured.utilisation(),
                w.measured.p50() / 1e3, w.measured.p99() / 1e3)));
        return csv.toString();
    }

    private double median(Row row, ToDoubleFunction<Measurement> figure) {
        return Spread.of(windows.stream().filter(w -> w.row.equals(row)).map(Window::measured).mapToDouble(figure).toArray()).median();
    }

    /// {@return a message's cost by the mean of that on the C servers without idle connections, round by round}
    private Spread ratio(Row row) {
        return Spread.interval(windows.stream().filter(w -> w.row.equals(row)).map(w -> w.measured.cpuMicros() / limit(w)).toList());
    }

    private double limit(Window window) {
        return windows.stream()
                .filter(w -> w.round == window.round && w.row.idle == 0 && w.row.connections == window.row.connections
                        && w.row.server.name().startsWith(Server.LIMIT))
                .mapToDouble(w -> w.measured.cpuMicros()).average().orElseThrow();
    }
}
