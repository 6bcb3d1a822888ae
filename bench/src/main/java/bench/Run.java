package bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// What `bench/run` starts: the parts one after the other, everything else here is what they share.
///
/// ```text
/// bench/run [--short | --quick] [--rounds N] [--only SERVER,…] [--beside FOLDER] [PART …]
///                                                             of echo http udp mixed redis cores growth startup micro
/// ```
final class Run {
    static final Path TARGET = Path.of(System.getProperty("bench.target")).toAbsolutePath();

    /// Two cores: one for what is measured, one for what measures.
    static final String SERVER_CPU = System.getProperty("bench.serverCpu", "0");
    static final String LOAD_CPU = System.getProperty("bench.loadCpu", "1");

    private static final List<String> PARTS = List.of("echo", "http", "udp", "mixed", "redis", "cores", "growth", "startup", "micro");

    /// How long everything takes, and what its figures are worth.
    enum Effort {
        SHORT(2, 0.5, 0.1, 0.2, 3, 1, 1, 100, "**A short run: it shows that everything works, and proves no figure.**"),
        QUICK(10, 4, 0.1, 0.7, 20, 1, 3, 500, "A quick run (`--quick`): shorter windows and fewer rounds, hence wider ranges."),
        FULL(20, 6, 0.1, 1, 40, 3, 5, 1_000, "A full run.");

        /// Of the servers; `--rounds` overrides it.
        final int rounds;

        /// Seconds under load before a server's first window, before each further one, and the length of one.
        final double firstWarmup;

        final double warmup;
        final double seconds;

        /// How often a program's start is measured.
        final int starts;

        /// Of JMH; there are as many iterations to warm up as to measure.
        final int forks;

        final int iterations;
        final int iterationMillis;

        /// For the head of each table.
        private final String remark;

        Effort(int rounds, double firstWarmup, double warmup, double seconds, int starts, int forks, int iterations,
                int iterationMillis, String remark) {
            this.rounds = rounds;
            this.firstWarmup = firstWarmup;
            this.warmup = warmup;
            this.seconds = seconds;
            this.starts = starts;
            this.forks = forks;
            this.iterations = iterations;
            this.iterationMillis = iterationMillis;
            this.remark = remark;
        }
    }

    /// What is to be measured and where the results go.
    record Plan(Effort effort, int rounds, List<String> only, Path results) {

        private String remark() {
            return rounds == effort.rounds ? effort.remark
                    : effort.remark + " It has %d rounds instead of %d (`--rounds`).".formatted(rounds, effort.rounds);
        }

        /// {@return whether it only shows that everything works}
        boolean isShort() {
            return effort == Effort.SHORT;
        }

        List<Server> servers() {
            return Server.all().stream()
                    .filter(s -> only.isEmpty() || only.contains(s.name()) || s.name().startsWith(Server.LIMIT)).toList();
        }
    }

    private Run() {}

    public static void main(String[] args) throws Exception {
        Locale.setDefault(Locale.ROOT); // the tables have points, wherever they are made
        var effort = Effort.FULL;
        int rounds = 0;
        var only = List.<String>of();
        var parts = new ArrayList<String>();
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--short" -> effort = Effort.SHORT;
                case "--quick" -> effort = Effort.QUICK;
                case "--rounds" -> rounds = Integer.parseInt(args[++i]);
                case "--beside" -> System.setProperty("bench.beside", beside(args[++i]));
                case "--only" -> only = Arrays.asList(args[++i].split(","));
                default -> {
                    if (!PARTS.contains(args[i])) {
                        throw new IllegalArgumentException(args[i]
                                + ": use [--short | --quick] [--rounds N] [--only SERVER,…] [--beside FOLDER], and parts of " + PARTS);
                    }
                    parts.add(args[i]);
                }
            }
        }
        // A short run proves nothing, so it never overwrites figures that do.
        var results = effort == Effort.SHORT ? TARGET.resolve("short") : TARGET.resolveSibling("results");
        Files.createDirectories(results);
        var names = Server.all().stream().map(Server::name).toList();
        for (var name : only) {
            if (!names.contains(name)) throw new IllegalArgumentException("--only " + name + ": there is " + String.join(", ", names));
        }
        var plan = new Plan(effort, rounds > 0 ? rounds : effort.rounds, only, results);
        for (var part : parts.isEmpty() ? PARTS : parts) {
            long start = System.nanoTime();
            switch (part) {
                case "mixed" -> Mixed.run(plan);
                case "redis" -> Redis.run(plan);
                case "cores" -> Cores.run(plan);
                case "growth" -> Growth.run(plan);
                case "startup" -> Startup.run(plan);
                case "micro" -> Micro.run(plan);
                default -> Servers.run(plan, part);
            }
            System.out.printf("%s took %d s%n", part, (System.nanoTime() - start) / 1_000_000_000);
        }
        System.out.println("results are in " + results);
    }

    /// @throws IllegalArgumentException trale has not been built there: the JVM leaves out what is not there, and would compare trale with
    ///                                  itself
    private static String beside(String folder) {
        var other = Path.of(System.getProperty("bench.from")).resolve(folder).normalize();
        if (Files.isDirectory(other.resolve("core/target/classes"))) return other.toString();
        throw new IllegalArgumentException("--beside " + folder + ": there is no " + other.resolve("core/target/classes")
                + "; build it there first");
    }

    /// The command of a JVM as every JVM here is started, up to its main class.
    static List<String> java(String... options) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(jvmOptions()));
        command.addAll(List.of(options));
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        return command;
    }

    /// The same collector for all, because the default one depends on how many cores a JVM sees.
    static String[] jvmOptions() {
        return new String[] {"-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow"};
    }

    /// Where and when: a paragraph for the head of every table.
    static String environment(Plan plan) throws IOException {
        var cpu = Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name")).findFirst()
                .map(line -> line.substring(line.indexOf(':') + 2)).orElse("unknown CPU");
        var system = ManagementFactory.getOperatingSystemMXBean();
        return "%s · Linux %s · %d × %s · JDK %s · load average at the start %.2f · %s\n\n%s\n".formatted(
                Instant.now().truncatedTo(ChronoUnit.MINUTES), system.getVersion(), system.getAvailableProcessors(),
                cpu, Runtime.version(), system.getSystemLoadAverage(), Noise.text(), plan.remark());
    }
}
