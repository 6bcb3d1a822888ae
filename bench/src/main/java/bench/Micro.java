package bench;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/// The JMH benchmarks, a class for each operation and in it a method for each peer; then the million sleepers.
final class Micro {
    private static final Map<String, String> OPERATIONS = new LinkedHashMap<>();
    private static final Map<String, String> PEERS = new LinkedHashMap<>();

    static {
        OPERATIONS.put("SuspendResume", "suspend + resume");
        OPERATIONS.put("AwaitReady", "await of a ready future");
        OPERATIONS.put("SpawnAwait", "spawn + await");
        OPERATIONS.put("SpawnJoin", "spawn + join from outside");
        OPERATIONS.put("YieldNow", "yield");
        OPERATIONS.put("Watched", "a yield of an executor that is watched: three events");
        OPERATIONS.put("SameThreadWake", "same-thread wake");
        OPERATIONS.put("CrossThreadWake", "cross-thread wake");
        OPERATIONS.put("PingPong", "ping-pong round trip");
        OPERATIONS.put("TimerInsertCancel", "timer insert + cancel");
        OPERATIONS.put("ForkEnd", "fork + end in a scope");
        OPERATIONS.put("RaceOfTwo", "race of two ready futures");
        OPERATIONS.put("TimeoutNotHit", "time-out set, not hit, and a yield");
        OPERATIONS.put("ChannelSendReceive", "channel send + receive");
        OPERATIONS.put("AcquireRelease", "acquire + release of a free permit");
        PEERS.put("trale", "trale");
        PEERS.put("traleWatchedBefore", "trale, watched before");
        PEERS.put("traleRecorded", "trale, recorded");
        PEERS.put("traleWatched", "trale, watched");
        PEERS.put("traleAwake", "trale, executor awake");
        PEERS.put("traleOnTwoExecutors", "trale, two executors");
        PEERS.put("kotlin", "Kotlin coroutines");
        PEERS.put("kotlinOnTwoThreads", "Kotlin, two threads");
        PEERS.put("virtualThreads", "virtual threads");
        PEERS.put("completableFuture", "CompletableFuture");
        PEERS.put("netty", "Netty event loop");
        PEERS.put("continuation", "jdk.internal.vm.Continuation");
    }

    /// One benchmark's outcome: nanoseconds and bytes for one operation.
    private record Figure(String operation, String peer, Spread nanos, double bytes) {}

    private Micro() {}

    static void run(Run.Plan plan) throws IOException, RunnerException {
        var head = Run.environment(plan);
        var figures = new ArrayList<Figure>();
        for (var result : new Runner(options(plan).include("^bench\\.micro\\.").build()).run()) {
            var name = result.getParams().getBenchmark().split("\\.");
            figures.add(new Figure(name[name.length - 2], name[name.length - 1], nanos(result), bytes(result)));
        }
        var probeOff = ProbeOff.measure(plan);
        var sleepers = sleepers(plan);
        writeCsv(plan, figures);
        writeTable(plan, head, figures, probeOff, sleepers);
        writeChart(plan, figures);
    }

    /// {@return what tables call the peer of a benchmark's method}
    static String nameOf(String peer) {
        return PEERS.get(peer);
    }

    /// What all JMH runs here have in common.
    static OptionsBuilder options(Run.Plan plan) {
        var effort = plan.effort();
        var time = TimeValue.milliseconds(effort.iterationMillis);
        var options = new OptionsBuilder();
        options.mode(Mode.AverageTime).timeUnit(TimeUnit.NANOSECONDS)
                .forks(effort.forks)
                .warmupIterations(effort.iterations).warmupTime(time)
                .measurementIterations(effort.iterations).measurementTime(time)
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true)
                .jvmArgsAppend(jvmOptions());
        return options;
    }

    private static String[] jvmOptions() {
        var options = new ArrayList<>(List.of(Run.jvmOptions()));
        options.addAll(List.of("-Xmx4g", "--enable-preview", "--add-exports=java.base/jdk.internal.vm=ALL-UNNAMED",
                "-Djdk.virtualThreadScheduler.parallelism=1", "-Djdk.virtualThreadScheduler.maxPoolSize=1"));
        return options.toArray(String[]::new);
    }

    static Spread nanos(RunResult result) {
        var iterations = new ArrayList<Double>();
        for (var fork : result.getBenchmarkResults()) {
            for (var iteration : fork.getIterationResults()) {
                iterations.add(iteration.getPrimaryResult().getScore());
            }
        }
        return Spread.of(iterations);
    }

    private static double bytes(RunResult result) {
        var allocated = result.getSecondaryResults().get("gc.alloc.rate.norm");
        return allocated == null ? Double.NaN : allocated.getScore();
    }

    /// For each peer what `bench.micro.Sleepers` printed: nanoseconds to create and to fire one, bytes for one.
    private static Map<String, String[]> sleepers(Run.Plan plan) throws IOException {
        var figures = new LinkedHashMap<String, String[]>();
        for (var peer : List.of("trale", "kotlin", "virtualThreads", "completableFuture", "netty")) {
            figures.put(peer, sleepers(peer, sleeping(plan), plan.isShort() ? 5 : 20));
        }
        return figures;
    }

    private static int sleeping(Run.Plan plan) {
        return plan.isShort() ? 50_000 : 1_000_000;
    }

    private static String[] sleepers(String peer, int tasks, int seconds) throws IOException {
        var command = Run.java(jvmOptions());
        command.addAll(List.of("bench.micro.Sleepers", peer, Integer.toString(tasks), Integer.toString(seconds)));
        var process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        var line = process.inputReader().readLine();
        if (line == null) {
            throw new IOException("sleepers of " + peer + " ended with " + process.onExit().join().exitValue());
        }
        System.out.println("%,d sleepers, %s: %s".formatted(tasks, peer, line));
        return line.replaceAll("[a-z]+=", "").split(" ");
    }

    private static void writeCsv(Run.Plan plan, List<Figure> figures) throws IOException {
        var csv = new StringBuilder("operation,peer,ns,ns_min,ns_max,bytes\n");
        for (var f : figures) {
            csv.append("%s,%s,%.2f,%.2f,%.2f,%.1f\n".formatted(f.operation, f.peer, f.nanos.median(), f.nanos.min(),
                    f.nanos.max(), f.bytes));
        }
        Files.writeString(plan.results().resolve("micro.csv"), csv);
    }

    private static void writeTable(Run.Plan plan, String head, List<Figure> figures, ProbeOff.Cost probeOff,
            Map<String, String[]> sleepers) throws IOException {
        var table = new StringBuilder("# The small things\n\n" + head);
        table.append("\nMedian (min–max) of the iterations in nanoseconds, and bytes allocated (`-prof gc`), for one operation.\n");
        table.append("A peer that has no such operation is missing: a virtual thread and a Netty handler can't be suspended by hand.\n");
        table.append("*Recorded*: the events are only put into the ring, so it is what the executor's thread pays.\n");
        table.append("*Watched*: they are also read.\n");
        OPERATIONS.forEach((operation, title) -> {
            table.append("\n## %s\n\n| | ns | bytes |\n|---|--:|--:|\n".formatted(title));
            PEERS.forEach((peer, name) -> figures.stream()
                    .filter(f -> f.operation.equals(operation) && f.peer.equals(peer))
                    .forEach(f -> table.append("| %s | %s | %.0f |\n".formatted(name, f.nanos.text(1), f.bytes))));
        });
        table.append("""

                ## the probe while nothing is watched

                A yield with trale as it is, and with trale without a probe: in its class files, each question for the probe is answered by
                null. Forks of the two take turns: median (min–max). The difference is taken in a pair: the median, and its 95 %% bootstrap
                interval.

                | | ns |
                |---|--:|
                | trale | %s |
                | trale without a probe | %s |
                | difference | %s |
                """.formatted(probeOff.with().text(1), probeOff.without().text(1), probeOff.difference().text(1)));
        table.append("\n## %,d sleeping tasks\n\nOne run each.\n\n".formatted(sleeping(plan)));
        table.append("| | ns to create one | ns to fire one | bytes of heap each |\n|---|--:|--:|--:|\n");
        sleepers.forEach((peer, f) -> table.append("| %s | %s | %s | %s |\n".formatted(PEERS.get(peer), f[0], f[1], f[2])));
        Files.writeString(plan.results().resolve("micro.md"), table);
    }

    private static void writeChart(Run.Plan plan, List<Figure> figures) throws IOException {
        var panels = new ArrayList<Chart.Panel>();
        OPERATIONS.forEach((operation, title) -> {
            var bars = new ArrayList<Chart.Bar>();
            PEERS.forEach((peer, name) -> figures.stream()
                    .filter(f -> f.operation.equals(operation) && f.peer.equals(peer))
                    .forEach(f -> bars.add(new Chart.Bar(name, f.nanos))));
            if (!bars.isEmpty()) {
                panels.add(new Chart.Panel(title, bars));
            }
        });
        var title = "The small things: nanoseconds each; the whiskers are the fastest and the slowest iteration";
        Files.writeString(plan.results().resolve("micro.svg"), Chart.bars(title, panels));
    }
}
