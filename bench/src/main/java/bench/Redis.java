package bench;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/// The example `redis` beside redis-server. The load is redis-benchmark, with its own 50 connections and 3 bytes a value.
///
/// All servers are started at once, and the load goes round them as in [Servers]. A window is a number of commands, because
/// redis-benchmark counts commands and not time.
final class Redis {
    private static final String LIMIT = "redis-server";

    /// @param pipeline how many commands a connection sends before it waits for the answers
    /// @param aSecond  how many commands a window of a second has: a little less than a server answers in that time
    private record Load(String command, int pipeline, int aSecond) {
        String title() {
            return command + ", pipeline of " + pipeline;
        }

        long commands(double seconds) {
            return Math.max(1, Math.round(aSecond * seconds));
        }
    }

    private static final List<Load> LOADS = List.of(new Load("SET", 1, 60_000), new Load("GET", 1, 60_000),
            new Load("SET", 16, 400_000), new Load("GET", 16, 400_000));

    /// @param cpu the server's user and system time for a command, in microseconds
    private record Window(int round, Load load, Server server, double cpu, double aSecond) {

        /// {@return the share of its core that the server used}
        double busy() {
            return cpu / 1e6 * aSecond;
        }
    }

    private final Run.Plan plan;
    private final List<Server> servers;
    private final List<Window> windows = new ArrayList<>();

    private Redis(Run.Plan plan, List<Server> servers) {
        this.plan = plan;
        this.servers = servers;
    }

    static void run(Run.Plan plan) throws IOException {
        var head = Run.environment(plan);
        var servers = Server.redis();
        if (servers.stream().noneMatch(s -> s.name().equals(LIMIT))) {
            System.out.println("redis is skipped: it needs redis-server and redis-benchmark (on Debian: apt install redis)");
            return;
        }
        var redis = new Redis(plan, servers);
        redis.measure();
        Files.writeString(plan.results().resolve("redis.csv"), redis.csv());
        Files.writeString(plan.results().resolve("redis.md"), redis.table(head));
    }

    private void measure() throws IOException {
        var running = new LinkedHashMap<Server, Server.Running>();
        try {
            for (var server : servers) running.put(server, server.start("redis", Run.SERVER_CPU));
            for (var server : running.values()) {
                for (var load : LOADS) benchmark(server, load, plan.effort().firstWarmup);
            }
            var random = new Random(1);
            for (int round = 1; round <= plan.rounds(); round++) {
                for (var load : LOADS) measure(round, load, running, random);
                System.out.printf("redis round %d of %d%n", round, plan.rounds());
            }
        } finally {
            running.values().forEach(Server.Running::close);
        }
    }

    private void measure(int round, Load load, Map<Server, Server.Running> running, Random random) throws IOException {
        var order = new ArrayList<>(servers);
        Collections.shuffle(order, random);
        for (var server : order) {
            var pid = running.get(server).process().pid();
            long before = CpuClock.nanos(pid);
            double aSecond = benchmark(running.get(server), load, plan.effort().seconds);
            double cpu = (CpuClock.nanos(pid) - before) / 1e3 / load.commands(plan.effort().seconds);
            windows.add(new Window(round, load, server, cpu, aSecond));
        }
    }

    /// Runs redis-benchmark for about so long. It tries for ever to connect to a server that is gone, hence the limit.
    ///
    /// @return commands a second
    private static double benchmark(Server.Running server, Load load, double seconds) throws IOException {
        var log = Run.TARGET.resolve("logs").resolve("redis-benchmark.log");
        var process = new ProcessBuilder("taskset", "-c", Run.LOAD_CPU, "redis-benchmark", "-h", "127.0.0.1", "-p", server.port(),
                "-P", Integer.toString(load.pipeline), "-n", Long.toString(load.commands(seconds)), "-t", load.command.toLowerCase(),
                "--csv").redirectError(log.toFile()).start();
        try {
            if (!process.waitFor(60 + (long) (20 * seconds), TimeUnit.SECONDS)) {
                throw new IOException("redis-benchmark did not end; the server's log is " + server.log());
            }
            return process.inputReader().lines().filter(line -> line.startsWith("\"" + load.command + "\",\""))
                    .mapToDouble(line -> Double.parseDouble(line.split("\"")[3])).findFirst()
                    .orElseThrow(() -> new IOException("redis-benchmark failed: see " + log + " and " + server.log()));
        } catch (InterruptedException e) {
            throw new IOException("interrupted", e);
        } finally {
            process.destroyForcibly();
        }
    }

    private String csv() {
        var csv = new StringBuilder("command,pipeline,server,round,commands_per_s,cpu_us,busy\n");
        for (var w : windows) {
            csv.append("%s,%d,\"%s\",%d,%.0f,%.4f,%.3f\n".formatted(w.load.command, w.load.pipeline, w.server.name(), w.round, w.aSecond,
                    w.cpu, w.busy()));
        }
        return csv.toString();
    }

    private String table(String head) {
        var table = new StringBuilder("# Redis\n\n" + head);
        table.append("""

                The [example](../../examples/src/main/java/examples/Redis.java) `redis` beside redis-server, which persists nothing here.
                The load is redis-benchmark with 50 connections and 3 bytes a value. Server and load have a core each. Medians of %d rounds
                with a window of about %.1f s each. *CPU* is the server's user and system time for a command. *Ratio* is that by the mean of
                the two redis-servers of the same round: the median, and its 95 %% bootstrap interval. How far these two are from each other
                is what a ratio is worth. *Busy* is the share of its core that the server used.
                """.formatted(plan.rounds(), plan.effort().seconds));
        for (var load : LOADS) {
            table.append("\n## %s\n\n| server | CPU µs | ratio | commands/s | busy |\n|---|--:|--:|--:|--:|\n".formatted(load.title()));
            for (var server : servers) {
                table.append("| %s | %.2f | %s | %.0f | %.2f |\n".formatted(server.name(), median(server, load, Window::cpu),
                        ratio(server, load).text(2), median(server, load, Window::aSecond), median(server, load, Window::busy)));
            }
        }
        return table.toString();
    }

    private Stream<Window> windows(Server server, Load load) {
        return windows.stream().filter(w -> w.server.equals(server) && w.load.equals(load));
    }

    private double median(Server server, Load load, ToDoubleFunction<Window> figure) {
        return Spread.of(windows(server, load).mapToDouble(figure).toArray()).median();
    }

    private Spread ratio(Server server, Load load) {
        return Spread.interval(windows(server, load).map(w -> w.cpu / limit(w.round, load)).toList());
    }

    /// {@return what a command cost the redis-servers in that round}
    private double limit(int round, Load load) {
        return windows.stream().filter(w -> w.round == round && w.load.equals(load) && w.server.name().startsWith(LIMIT))
                .mapToDouble(Window::cpu).average().orElseThrow();
    }
}
